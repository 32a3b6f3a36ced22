"""As much of a TURN client (RFC 8489, RFC 8656) as it takes to ask a server what peers it would relay to."""
import base64
import hashlib
import hmac
import ipaddress
import os
import socket
import struct
import time
import zlib

BINDING, ALLOCATE, REFRESH, CREATE_PERMISSION = 0x0001, 0x0003, 0x0004, 0x0008
SUCCESS, ERROR = 0x0100, 0x0110
USERNAME, MESSAGE_INTEGRITY, ERROR_CODE = 0x0006, 0x0008, 0x0009
XOR_PEER_ADDRESS, REALM, NONCE, REQUESTED_ADDRESS_FAMILY, REQUESTED_TRANSPORT = 0x0012, 0x0014, 0x0015, 0x0017, 0x0019
FINGERPRINT = 0x8028
COOKIE = 0x2112A442
UDP = 17


def attribute(kind, value):
    return struct.pack("!HH", kind, len(value)) + value + bytes(-len(value) % 4)


class TurnClient:
    """One allocation. A request that the server does not answer is sent again until the deadline."""

    def __init__(self, server, port, secret, deadline=20.0, lifetime=600):
        family = socket.AF_INET6 if ":" in server else socket.AF_INET
        self.socket = socket.socket(family, socket.SOCK_DGRAM)
        self.socket.settimeout(0.5)
        self.server = (server, port)
        self.deadline = deadline
        self.username = f"{int(time.time()) + lifetime}:test"
        self.password = base64.b64encode(hmac.new(secret.encode(), self.username.encode(), hashlib.sha1).digest()).decode()
        self.realm = self.nonce = b""
        self.stale = 0  # nonces that the server wanted anew

    def close(self):
        self.socket.close()

    def serves(self):
        """Waits until the server answers at all: coturn listens some seconds before it serves."""
        return self._exchange(BINDING, b"")[0] == BINDING | SUCCESS

    def allocate(self, family):
        """Family 4 or 6. 0, or the code of the error."""
        body = attribute(REQUESTED_TRANSPORT, bytes([UDP, 0, 0, 0]))
        if family == 6:
            body += attribute(REQUESTED_ADDRESS_FAMILY, bytes([2, 0, 0, 0]))
        _, found = self._exchange(ALLOCATE, body)  # 401, with realm and nonce
        self.realm, self.nonce = found[REALM], found[NONCE]
        return self._code(*self._exchange(ALLOCATE, body, signed=True))

    def permission(self, peer):
        """0 if the server would relay to the peer, or the code of the error (403: forbidden)."""
        return self._signed(CREATE_PERMISSION, None, ipaddress.ip_address(peer))

    def refresh(self):
        """0 if the allocation goes on, or the code of the error."""
        return self._signed(REFRESH, b"")

    def _signed(self, method, body, peer=None):
        kind, found = self._exchange(method, body, signed=True, peer=peer)
        if self._code(kind, found) == 438:  # stale nonce
            self.stale += 1
            self.nonce = found[NONCE]
            kind, found = self._exchange(method, body, signed=True, peer=peer)
        return self._code(kind, found)

    @staticmethod
    def _code(kind, found):
        if kind & ERROR != ERROR:
            return 0
        return found[ERROR_CODE][2] * 100 + found[ERROR_CODE][3]

    def _exchange(self, method, body, signed=False, peer=None):
        transaction = os.urandom(12)
        if peer is not None:
            mask = struct.pack("!I", COOKIE) + transaction
            masked = bytes(a ^ b for a, b in zip(peer.packed, mask))
            body = attribute(XOR_PEER_ADDRESS, struct.pack("!BBH", 0, 1 if peer.version == 4 else 2, 9 ^ (COOKIE >> 16)) + masked)
        if signed:
            body += attribute(USERNAME, self.username.encode()) + attribute(REALM, self.realm) + attribute(NONCE, self.nonce)
            key = hashlib.md5(b":".join((self.username.encode(), self.realm, self.password.encode()))).digest()
            header = struct.pack("!HHI", method, len(body) + 24, COOKIE) + transaction
            body += attribute(MESSAGE_INTEGRITY, hmac.new(key, header + body, hashlib.sha1).digest())
        header = struct.pack("!HHI", method, len(body) + 8, COOKIE) + transaction
        body += attribute(FINGERPRINT, struct.pack("!I", zlib.crc32(header + body) ^ 0x5354554E))
        end = time.monotonic() + self.deadline
        while time.monotonic() < end:
            try:
                self.socket.sendto(header + body, self.server)
                answer = self.socket.recv(2048)
            except (TimeoutError, ConnectionRefusedError):
                continue
            if answer[8:20] == transaction:
                return self._read(answer)
        raise TimeoutError("the TURN server does not answer")

    @staticmethod
    def _read(answer):
        kind, size = struct.unpack("!HH", answer[:4])
        found, at = {}, 20
        while at + 4 <= 20 + size:
            name, length = struct.unpack("!HH", answer[at:at + 4])
            found[name] = answer[at + 4:at + 4 + length]
            at += 4 + length + -length % 4
        return kind, found
