#!/usr/bin/python3
"""The gateway behind a real nginx, with the very settings of docs/operations.md.

    proxy_test.py SANGDAM-GATEWAY OPERATIONS.MD

Only ports and file names are replaced. Clients come from 127.0.0.2 and up, each an address of its own to nginx.
"""
import base64
import http.client
import json
import os
import select
import shutil
import signal
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "support"))
from ports import free_port  # noqa: E402

GATEWAY = DOCUMENT = NGINX = ""
DEADLINE = 30.0
HOST = "visit.example.org"
TOKEN = "e" * 64


def code_of(eight):
    """Eight digits with their check digit (Damm), as docs/protocol.md has it."""
    table = ("0317598642", "7092154863", "4206871359", "1750983426", "6123045978", "3674209581", "5869720134", "8945362017",
             "9438617205", "2581436790")
    interim = 0
    for digit in eight:
        interim = int(table[interim][int(digit)])
    return eight + str(interim)


def block_of(document, *first_lines):
    """The indented block of the document that begins with these lines."""
    lines = document.split("\n")
    wanted = ["    " + line for line in first_lines]
    start = next(i for i in range(len(lines)) if lines[i:i + len(wanted)] == wanted)
    block = []
    for line in lines[start:]:
        if line and not line.startswith("    "):
            break
        block.append(line[4:])
    return "\n".join(block).strip() + "\n"


class WebSocket:
    """As much of RFC 6455 as this test needs."""

    def __init__(self, stream, path, headers):
        self.stream = stream
        self.buffer = b""
        key = base64.b64encode(os.urandom(16)).decode()
        lines = [f"GET {path} HTTP/1.1", "Upgrade: websocket", "Connection: Upgrade", f"Sec-WebSocket-Key: {key}",
                 "Sec-WebSocket-Version: 13", *(f"{name}: {value}" for name, value in headers.items())]
        stream.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        while b"\r\n\r\n" not in self.buffer:
            self.more()
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        self.status = int(head.split()[1])

    def more(self):
        chunk = self.stream.recv(65536)
        if not chunk:
            raise AssertionError("the connection ended")
        self.buffer += chunk

    def frame(self):
        while True:
            if len(self.buffer) >= 2:
                size, start = self.buffer[1] & 0x7F, 2
                if size == 126 and len(self.buffer) >= 4:
                    size, start = struct.unpack(">H", self.buffer[2:4])[0], 4
                if size < 126 or start == 4:
                    if len(self.buffer) >= start + size:
                        opcode, body = self.buffer[0] & 0xF, self.buffer[start:start + size]
                        self.buffer = self.buffer[start + size:]
                        return opcode, body
            self.more()

    def say(self, message, opcode=1):
        body = message if isinstance(message, bytes) else json.dumps(message).encode()
        mask = os.urandom(4)
        size = bytes([0x80 | len(body)]) if len(body) < 126 else b"\xfe" + struct.pack(">H", len(body))
        self.stream.sendall(bytes([0x80 | opcode]) + size + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(body)))

    def hear(self):
        while True:
            opcode, body = self.frame()
            if opcode == 9:
                self.say(body, 10)
            elif opcode == 1:
                return json.loads(body)
            else:
                raise AssertionError(f"frame {opcode}: {body!r}")


class BehindNginx(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="sangdam-proxy-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        with open(DOCUMENT, encoding="utf-8") as file:
            self.document = file.read()
        self.port, self.inner = free_port(), free_port()
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
             "-keyout", f"{self.folder}/visit.key", "-out", f"{self.folder}/visit.crt", "-subj", f"/CN={HOST}",
             "-addext", f"subjectAltName=DNS:{HOST}"], check=True, stderr=subprocess.DEVNULL)
        self.tls = ssl.create_default_context(cafile=f"{self.folder}/visit.crt")
        self.write("tokens", TOKEN + "\r\n")
        os.mkdir(f"{self.folder}/page")
        self.write("page/index.html", "<!doctype html><title>Sangdam</title>")

    def write(self, name, text):
        with open(f"{self.folder}/{name}", "w", encoding="utf-8", newline="") as file:
            file.write(text)

    def start(self, name, arguments, port):
        log = open(f"{self.folder}/{name}.log", "wb")  # pylint: disable=consider-using-with
        process = subprocess.Popen(arguments, stdout=log, stderr=log)
        log.close()

        def stop():
            process.send_signal(signal.SIGTERM)
            process.wait(DEADLINE)

        self.addCleanup(stop)
        deadline = time.monotonic() + DEADLINE
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                return
            except OSError:
                if time.monotonic() > deadline or process.poll() is not None:
                    with open(f"{self.folder}/{name}.log", encoding="utf-8") as said:
                        raise AssertionError(f"{name} does not start: {said.read()}") from None
                select.select([], [], [], 0.02)

    def start_gateway(self, change=lambda settings: settings):
        settings = block_of(self.document, "# /etc/sangdam/gateway.conf", "[gateway]")
        self.assertIn("trusted-proxy=127.0.0.1", settings)
        settings = settings.replace("127.0.0.1:8080", f"127.0.0.1:{self.inner}").replace(
            f"https://{HOST}", f"https://{HOST}:{self.port}")
        self.write("gateway.conf", change(settings))
        self.start("gateway", [GATEWAY, "--config", f"{self.folder}/gateway.conf", "--kiosk-token-file",
                               f"{self.folder}/tokens", "--web-dir", f"{self.folder}/page"], self.inner)

    def start_nginx(self):
        site = block_of(self.document, "# /etc/nginx/conf.d/sangdam.conf")
        site = site.replace("listen 443 ssl", f"listen 0.0.0.0:{self.port} ssl").replace(
            "    listen [::]:443 ssl;\n", "").replace("127.0.0.1:8080", f"127.0.0.1:{self.inner}").replace(
            "/etc/nginx/tls/", f"{self.folder}/")
        self.assertIn("proxy_pass", site)
        self.write("site.conf", site)
        places = "".join(f"{kind}_temp_path {self.folder}/{kind};\n"
                         for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        user = "user root;\n" if os.geteuid() == 0 else ""
        self.write("nginx.conf", f"{user}daemon off;\npid {self.folder}/nginx.pid;\nerror_log stderr;\n"
                                 f"events {{}}\nhttp {{\n{places}include {self.folder}/site.conf;\n}}\n")
        self.start("nginx", [NGINX, "-p", self.folder, "-c", f"{self.folder}/nginx.conf"], self.port)

    def connect(self, address):
        plain = socket.create_connection(("127.0.0.1", self.port), DEADLINE, source_address=(address, 0))
        stream = self.tls.wrap_socket(plain, server_hostname=HOST)
        self.addCleanup(stream.close)
        return stream

    def get(self, path, host, address="127.0.0.2"):
        connection = http.client.HTTPConnection("127.0.0.1")
        connection.sock = self.connect(address)
        connection.request("GET", path, headers={"Host": host})
        return connection.getresponse()

    def socket(self, path, address, **headers):
        names = {"Host": f"{HOST}:{self.port}", "Origin": f"https://{HOST}:{self.port}"}
        names.update({name.replace("_", "-"): value for name, value in headers.items()})
        return WebSocket(self.connect(address), path, names)

    def join(self, websocket, code):
        websocket.say({"type": "join", "v": 1, "code": code, "language": "ko"})
        return websocket.hear()

    def open_session(self, code):
        kiosk = self.socket("/ws/kiosk", "127.0.0.9", Authorization=f"Bearer {TOKEN}")
        self.assertEqual(kiosk.status, 101)
        kiosk.say({"type": "register", "v": 1, "clinic": "Clinic", "phone": ""})
        registered = kiosk.hear()
        self.assertEqual(registered["address"], f"https://{HOST}:{self.port}")
        kiosk.say({"type": "session-open", "session": "a" * 32, "code": code, "lifetime": 600})
        self.assertEqual(kiosk.hear()["type"], "session-opened")
        return kiosk

    def test_the_page_and_its_socket_come_through_and_strangers_do_not(self):
        self.start_gateway()
        self.start_nginx()
        page = self.get("/", f"{HOST}:{self.port}")
        self.assertEqual(page.status, 200)
        self.assertIn(f"connect-src 'self' wss://{HOST}:{self.port};", page.getheader("Content-Security-Policy"))
        self.assertIsNotNone(page.getheader("Strict-Transport-Security"))
        self.assertIn("Sangdam", page.read().decode())
        self.assertEqual(self.get("/", "evil.example").status, 421)
        self.assertEqual(self.socket("/ws/patient", "127.0.0.2", Host="evil.example", Origin="https://evil.example").status, 421)
        self.assertEqual(self.socket("/ws/patient", "127.0.0.2", Origin="https://evil.example").status, 403)
        code = code_of("48273190")
        self.open_session(code)
        joined = self.join(self.socket("/ws/patient", "127.0.0.2"), code)
        self.assertEqual(joined["type"], "joined")

    def guess_until_locked(self, address):
        guesser = self.socket("/ws/patient", address, X_Forwarded_For="203.0.113.1", Forwarded="for=203.0.113.1")
        answers = [self.join(guesser, code_of(f"1111111{digit}"))["code"] for digit in range(10)]
        self.assertEqual(answers[0], "code-wrong")
        self.assertNotEqual(answers[-1], "code-wrong", "ten wrong codes have no consequence")

    def test_one_guesser_makes_nobody_else_wait(self):
        self.start_gateway()
        self.start_nginx()
        code = code_of("48273190")
        self.open_session(code)
        self.guess_until_locked("127.0.0.3")
        self.assertEqual(self.join(self.socket("/ws/patient", "127.0.0.3"), code)["type"], "error")
        self.assertEqual(self.join(self.socket("/ws/patient", "127.0.0.2"), code)["type"], "joined")

    def test_without_a_trusted_proxy_the_guesser_would_be_everybody(self):
        # What the setting is for: this is the trouble it mends.
        self.start_gateway(lambda settings: settings.replace("trusted-proxy=", "#trusted-proxy="))
        self.start_nginx()
        code = code_of("48273190")
        self.open_session(code)
        self.guess_until_locked("127.0.0.3")
        self.assertEqual(self.join(self.socket("/ws/patient", "127.0.0.2"), code)["type"], "error")


if __name__ == "__main__":
    GATEWAY, DOCUMENT = sys.argv[1:3]
    NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if NGINX is None:
        print("SKIPPED: nginx is not installed")
        sys.exit(77)
    unittest.main(argv=[sys.argv[0]], verbosity=2)
