#!/usr/bin/python3
"""The gateway's front door under attack: what a connection costs, and what silent, slow and hostile ones do to others.

    front_test.py SANGDAM-GATEWAY UNIT-FILE

Starts the real program on a free loopback port. Attackers come from 127.0.0.2 and up, each of which counts as an
address of its own; 127.0.0.1 is this host itself and is not limited by address.
"""
import base64
import contextlib
import ctypes
import http.client
import json
import os
import re
import resource
import select
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import unittest

GATEWAY = UNIT = ""
DEADLINE = 30.0
TRUST_STORE = "/etc/ssl/certs/ca-certificates.crt"
# Budgets of the design: memory and processor time of one TLS connection.
MAX_KIB_PER_CONNECTION = 34
MAX_CPU_MS_PER_CONNECTION = 6


def context(**options):
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.check_hostname = False
    made.verify_mode = ssl.CERT_NONE
    for name, value in options.items():
        setattr(made, name, value)
    return made


class Opened:
    """Counts how often a file is opened, by anybody."""

    IN_OPEN = 0x20

    def __init__(self, path):
        libc = ctypes.CDLL(None, use_errno=True)
        self.fd = libc.inotify_init1(os.O_NONBLOCK)
        if libc.inotify_add_watch(self.fd, path.encode(), self.IN_OPEN) < 0:
            raise OSError(ctypes.get_errno(), path)

    def count(self):
        try:
            return len(os.read(self.fd, 1 << 16)) // 16
        except BlockingIOError:
            return 0

    def close(self):
        os.close(self.fd)


class Gateway:
    def __init__(self, folder, *arguments, limits=None):
        self.folder = folder
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
             "-keyout", f"{folder}/key.pem", "-out", f"{folder}/tls.pem", "-subj", "/CN=localhost",
             "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"],
            check=True, stderr=subprocess.DEVNULL)
        with open(f"{folder}/tokens", "w", encoding="ascii") as file:
            file.write("e" * 64 + "\n")
        self.log = open(f"{folder}/log", "wb")
        # A copy of the trust store that nobody else on this machine sees.
        shutil.copy(TRUST_STORE, f"{folder}/store")
        hidden = ["unshare", "--mount", "sh", "-c", f'mount --bind "{folder}/store" {TRUST_STORE} && exec "$0" "$@"']
        self.process = subprocess.Popen(
            [*hidden, GATEWAY, "--listen", "0.0.0.0:0", "--tls-cert", f"{folder}/tls.pem", "--tls-key",
             f"{folder}/key.pem", "--kiosk-token-file", f"{folder}/tokens", *arguments],
            stdout=self.log, stderr=self.log,
            preexec_fn=(lambda: resource.setrlimit(resource.RLIMIT_NOFILE, limits)) if limits else None)
        deadline = time.monotonic() + DEADLINE
        while True:
            with open(f"{folder}/log", encoding="utf-8") as log:
                if listening := re.search(r"listening on port (\d+)", log.read()):
                    break
            if time.monotonic() > deadline or self.process.poll() is not None:
                raise AssertionError("the gateway does not start")
            select.select([], [], [], 0.02)
        self.port = int(listening[1])

    def stop(self):
        self.process.terminate()
        self.process.wait(DEADLINE)
        self.log.close()

    def connect(self, address="127.0.0.1", timeout=DEADLINE):
        return socket.create_connection(("127.0.0.1", self.port), timeout, source_address=(address, 0))

    def tls(self, address="127.0.0.1", tls=None):
        return (tls or context()).wrap_socket(self.connect(address))

    def status(self):
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as file:
            return dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)

    def anonymous_kib(self):
        return int(self.status()["RssAnon"].split()[0])

    def threads(self):
        return int(self.status()["Threads"])

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def cpu_ms(self):
        with open(f"/proc/{self.process.pid}/stat", encoding="ascii") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")

    def wait_for_descriptors(self, wanted):
        deadline = time.monotonic() + DEADLINE
        while self.descriptors() < wanted:
            if time.monotonic() > deadline:
                raise AssertionError(f"the gateway has only {self.descriptors()} of {wanted} descriptors")
            select.select([], [], [], 0.02)


def client_hello(**options):
    """The bytes of a whole ClientHello."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = context(**options).wrap_bio(incoming, outgoing, server_hostname="localhost")
    with contextlib.suppress(ssl.SSLWantReadError):
        tls.do_handshake()
    return outgoing.read()


def join(gateway, address="127.0.0.1"):
    """A patient gives a code (a wrong one) and hears the answer: seconds from connecting to that."""
    begun = time.monotonic()
    with gateway.tls(address) as tls:
        host = f"127.0.0.1:{gateway.port}"
        key = base64.b64encode(os.urandom(16)).decode()
        tls.sendall((f"GET /ws/patient HTTP/1.1\r\nHost: {host}\r\nOrigin: https://{host}\r\nUpgrade: websocket\r\n"
                     f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n").encode())
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += tls.recv(4096)
        assert b" 101 " in answer, answer
        message = json.dumps({"type": "join", "v": 1, "code": "572572572", "language": "ko"}).encode()
        tls.sendall(bytes([0x81, 0x80 | len(message), 0, 0, 0, 0]) + message)
        rest = answer.split(b"\r\n\r\n", 1)[1]
        while b"code-" not in rest:
            more = tls.recv(4096)
            assert more, rest
            rest += more
    return time.monotonic() - begun


class FrontDoor(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="sangdam-test-")
        self.addCleanup(shutil.rmtree, self.folder)
        self.open_sockets = []

    def tearDown(self):
        for each in self.open_sockets:
            each.close()

    def start(self, *arguments, limits=None):
        gateway = Gateway(self.folder, *arguments, limits=limits)
        self.addCleanup(gateway.stop)
        join(gateway)  # what is set up once is set up
        return gateway

    def keep(self, connection):
        self.open_sockets.append(connection)
        return connection

    def check_join(self, gateway, load, address="127.0.0.99"):
        seconds = join(gateway, address)
        print(f"a join beside {load}: {1000 * seconds:.0f} ms")
        self.assertLess(seconds, 1.0)

    def test_a_thousand_tls_connections_cost_little_and_open_no_trust_store(self):
        gateway = self.start()
        # What a first batch makes the allocator set up is not a connection's.
        for _ in range(50):
            self.keep(gateway.tls())
        opened = Opened(f"{self.folder}/store")
        self.addCleanup(opened.close)
        memory, cpu, threads = gateway.anonymous_kib(), gateway.cpu_ms(), gateway.threads()
        for _ in range(1000):
            self.keep(gateway.tls())
        kib = (gateway.anonymous_kib() - memory) / 1000
        milliseconds = (gateway.cpu_ms() - cpu) / 1000
        print(f"a TLS connection: {kib:.1f} KiB, {milliseconds:.2f} ms of CPU to connect")
        self.assertEqual(opened.count(), 0)
        self.assertEqual(gateway.threads(), threads)
        self.assertLessEqual(kib, MAX_KIB_PER_CONNECTION)
        self.assertLessEqual(milliseconds, MAX_CPU_MS_PER_CONNECTION)

    def test_the_units_comment_states_the_measured_bound(self):
        with open(UNIT, encoding="utf-8") as file:
            unit = file.read()
        stated = re.search(r"at most (\d+) KiB a TLS connection", unit)
        self.assertIsNotNone(stated)
        self.assertEqual(int(stated[1]), MAX_KIB_PER_CONNECTION)

    def test_half_handshakes_from_ten_addresses_delay_no_patient(self):
        hello = client_hello()
        hello_12 = client_hello(maximum_version=ssl.TLSVersion.TLSv1_2)
        for name, begin in (("one byte", b"\x16"), ("half a hello", hello[:len(hello) // 2]), ("a hello", hello),
                            ("a hello of TLS 1.2", hello_12)):
            with self.subTest(name):
                gateway = self.start()
                threads = gateway.threads()
                for i in range(500):
                    attacker = self.keep(gateway.connect(f"127.0.0.{2 + i % 10}"))
                    attacker.sendall(begin)
                gateway.wait_for_descriptors(500)  # all are accepted
                for address in ("127.0.0.1", "127.0.0.99"):
                    self.check_join(gateway, f"500 times {name}", address)
                self.assertEqual(gateway.threads(), threads)
                for each in self.open_sockets:
                    each.close()
                self.open_sockets.clear()
                gateway.stop()

    def test_a_steady_flood_of_handshakes_delays_no_patient(self):
        gateway = self.start()
        hello = client_hello()
        for i in range(500):  # each makes the gateway sign; they all come at once
            self.keep(gateway.connect(f"127.0.0.{2 + i % 10}")).sendall(hello)
        self.check_join(gateway, "500 whole hellos at once")

    def test_silent_connections_are_displaced_by_patients(self):
        gateway = self.start()
        for i in range(2400):
            with contextlib.suppress(ConnectionResetError):
                self.keep(gateway.connect(f"127.0.0.{2 + i % 12}"))
        self.check_join(gateway, "2,400 silent connections from 12 addresses")

    def test_descriptors_run_out_for_strangers_before_the_program(self):
        gateway = self.start(limits=(200, 200))
        for i in range(400):
            with contextlib.suppress(ConnectionResetError):
                self.keep(gateway.connect(f"127.0.0.{2 + i % 10}"))
        self.assertLess(join(gateway, "127.0.0.99"), 1.0)
        self.assertLessEqual(gateway.descriptors(), 200 - 40)
        self.assertIsNone(gateway.process.poll())

    def test_only_tls_1_2_and_1_3_with_modern_suites_are_spoken(self):
        gateway = self.start()

        def accepted(*arguments):
            done = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{gateway.port}", *arguments],
                                  stdin=subprocess.DEVNULL, capture_output=True, timeout=DEADLINE, check=False)
            return b"Cipher is (NONE)" not in done.stdout and b"New, TLS" in done.stdout

        legacy = "ALL:@SECLEVEL=0"
        self.assertTrue(accepted("-tls1_3"))
        self.assertTrue(accepted("-tls1_2"))
        self.assertTrue(accepted("-tls1_2", "-cipher", "ECDHE-ECDSA-CHACHA20-POLY1305"))
        self.assertFalse(accepted("-tls1", "-cipher", legacy))
        self.assertFalse(accepted("-tls1_1", "-cipher", legacy))
        for suites in ("ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA-AES256-SHA384", "ECDHE-ECDSA-AES128-SHA256", "AES128-GCM-SHA256"):
            self.assertFalse(accepted("-tls1_2", "-cipher", f"{suites}:@SECLEVEL=0"), suites)
        for signature in ("ECDSA+SHA1", "RSA+SHA1"):
            self.assertFalse(accepted("-tls1_2", "-cipher", legacy, "-sigalgs", signature), signature)

    @unittest.skipUnless(shutil.which("sslscan"), "sslscan is not installed")
    def test_a_scanner_finds_nothing_old(self):
        gateway = self.start()
        report = subprocess.run(["sslscan", "--no-colour", "--no-heartbleed", f"127.0.0.1:{gateway.port}"],
                                capture_output=True, text=True, timeout=120, check=True).stdout
        for version in ("SSLv2", "SSLv3", "TLSv1.0", "TLSv1.1"):
            self.assertRegex(report, rf"(?m)^{re.escape(version)} +disabled$")
        for version in ("TLSv1.2", "TLSv1.3"):
            self.assertRegex(report, rf"(?m)^{re.escape(version)} +enabled$")
        suites = re.findall(r"(?m)^(?:Preferred|Accepted) +(\S+) +\d+ bits +(\S+)", report)
        self.assertTrue(suites)
        for version, suite in suites:
            self.assertRegex(suite, "GCM|POLY1305", f"{version} {suite}")
        self.assertIn("Session renegotiation not supported", report)

    def test_renegotiation_ends_the_connection(self):
        gateway = self.start()
        client = subprocess.Popen(
            ["openssl", "s_client", "-connect", f"127.0.0.1:{gateway.port}", "-tls1_2"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.addCleanup(client.stdout.close)
        self.addCleanup(client.stdin.close)
        output = b""
        while b"Extended master secret" not in output:
            output += os.read(client.stdout.fileno(), 4096)
        client.stdin.write(b"R\n")  # s_client's command for it
        client.stdin.flush()
        # The input stays open: the client ends only because the gateway has ended the connection.
        self.assertIsNotNone(client.wait(DEADLINE))
        output += client.stdout.read()
        self.assertIn(b"RENEGOTIATING", output)
        self.assertIn(b"no renegotiation", output)
        join(gateway)

    def test_a_record_that_is_no_record_ends_the_connection(self):
        gateway = self.start()
        for name, record in (("a record that nobody sealed", b"\x17\x03\x03\x00\x40" + bytes(64)),
                             ("an unknown kind of record", b"\x63\x03\x03\x00\x01\x00"),
                             ("a record longer than any", b"\x17\x03\x03\xff\xff" + bytes(2000))):
            with self.subTest(name), gateway.connect() as plain:
                incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
                tls = context().wrap_bio(incoming, outgoing)
                while True:
                    try:
                        tls.do_handshake()
                        break
                    except ssl.SSLWantReadError:
                        plain.sendall(outgoing.read())
                        incoming.write(plain.recv(65536))
                plain.sendall(outgoing.read() + record)
                plain.settimeout(5)  # the gateway's own patience with a silent connection is longer
                with contextlib.suppress(ConnectionResetError):
                    while plain.recv(65536):
                        pass

    def test_a_connection_serves_many_requests(self):
        gateway = self.start()
        connection = http.client.HTTPSConnection("127.0.0.1", gateway.port, context=context(), timeout=DEADLINE)
        connection.connect()
        local = connection.sock.getsockname()
        for path in ("/", "/app.js", "/style.css", "/nothing", "/"):
            connection.request("GET", path)
            connection.getresponse().read()
            self.assertEqual(connection.sock.getsockname(), local, path)
        connection.close()

    def test_plain_http_is_redirected_to_tls_and_gets_nothing_else(self):
        gateway = self.start()

        def answer(request):
            with gateway.connect() as plain:
                plain.sendall(request)
                received = b""
                while more := plain.recv(4096):
                    received += more
                return received.decode()

        host = f"127.0.0.1:{gateway.port}"
        redirect = answer(f"GET / HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        self.assertIn(f"\r\nLocation: https://{host}/\r\n", redirect)
        self.assertNotIn("<", redirect)
        self.assertTrue(answer(b"POST / HTTP/1.1\r\nHost: a\r\n\r\n").startswith("HTTP/1.1 400 "))
        self.assertTrue(answer(b"x" * 5000).startswith("HTTP/1.1 431 "))
        upgrade = f"GET /ws/patient HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\nUpgrade: websocket\r\n"
        self.assertTrue(answer(f"{upgrade}Connection: Upgrade\r\n\r\n".encode()).startswith("HTTP/1.1 307 "))
        # A request that never ends is cut by the handshake's deadline; nobody waits for it.
        with gateway.connect("127.0.0.2") as slow:
            slow.sendall(b"GET / HT")
            self.assertLess(join(gateway), 1.0)

    def test_random_bytes_disturb_nobody(self):
        gateway = self.start()
        for i in range(200):
            with contextlib.suppress(ConnectionError):
                with gateway.connect(f"127.0.0.{2 + i % 10}") as noise:
                    noise.sendall((b"\x16\x03\x01" if i % 2 else b"") + os.urandom(600))
        self.assertLess(join(gateway), 1.0)
        self.assertIsNone(gateway.process.poll())


if __name__ == "__main__":
    if os.geteuid() != 0:
        print("SKIPPED: the front door's tests need root, to give the gateway a file system of its own")
        sys.exit(77)
    GATEWAY, UNIT = sys.argv[1], sys.argv[2]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(8192, resource.getrlimit(resource.RLIMIT_NOFILE)[1]),) * 2)
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
