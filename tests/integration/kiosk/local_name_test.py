#!/usr/bin/python3
"""sangdam.local: a real Avahi publishes it, another machine finds it, and the screen shows it only then.

    own_network.sh --bare local_name_test.py SANGDAM-KIOSK LOCALE-DIRECTORY

The kiosk's machine is this network namespace, with a system bus and an Avahi of its own; the other machine is a second
namespace at the other end of the cable, with a small mDNS of this file.
"""
import ctypes
import os
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "support"))
import desktop  # noqa: E402
import kiosk_program  # noqa: E402
from kiosk_program import DEADLINE, Kiosk  # noqa: E402

ADDRESS = os.environ.get("SANGDAM_TEST_ADDRESS", "")
NEIGHBOUR = "10.77.0.2"
GROUP, PORT = "224.0.0.251", 5353
BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>system</type><listen>unix:path={folder}/bus</listen>
<policy context="default"><allow user="*"/><allow own="*"/><allow send_type="method_call"/><allow send_type="signal"/>
<allow send_requested_reply="true" send_type="method_return"/><allow send_requested_reply="true" send_type="error"/>
<allow receive_type="method_call"/><allow receive_type="method_return"/><allow receive_type="error"/>
<allow receive_type="signal"/></policy></busconfig>"""
AVAHI = "[server]\nhost-name=kiosk-machine\nuse-ipv6=no\nallow-interfaces=host\n[publish]\npublish-workstation=no\n"


def enter(namespace):
    # Python has os.setns() from 3.12 on. 0: of whatever kind it is.
    if ctypes.CDLL(None, use_errno=True).setns(namespace.fileno(), 0) != 0:
        raise OSError(ctypes.get_errno(), "setns")


def encoded(name):
    return b"".join(bytes([len(part)]) + part.encode() for part in name.split(".")) + b"\0"


class Neighbour:
    """The other machine's mDNS: asks for names, and defends those it claims."""

    def __init__(self, namespace, claims=None):
        self.claims = claims
        with open(f"/run/netns/{namespace}", encoding="utf-8") as there, open("/proc/thread-self/ns/net", encoding="utf-8") as here:
            enter(there)
            try:
                self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                self.socket.bind(("", PORT))
                me = socket.inet_aton(NEIGHBOUR)
                self.socket.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton(GROUP) + me)
                self.socket.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, me)
                self.socket.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 255)
            finally:
                enter(here)
        self.socket.settimeout(0.5)
        self.found = {}
        self.stopped = False
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def stop(self):
        self.stopped = True
        self.thread.join()
        self.socket.close()

    def ask(self, name):
        """The address of a name, as soon as somebody tells."""
        end = time.monotonic() + DEADLINE
        question = struct.pack("!6H", 0, 0, 1, 0, 0, 0) + encoded(name) + struct.pack("!HH", 1, 1)
        while name not in self.found and time.monotonic() < end:
            self.socket.sendto(question, (GROUP, PORT))
            self.thread.join(0.5)
        return self.found.get(name)

    def _run(self):
        while not self.stopped:
            try:
                message, _ = self.socket.recvfrom(9000)
            except TimeoutError:
                continue
            is_answer = message[2] & 0x80
            if is_answer:
                self._note(message)
            elif self.claims and encoded(self.claims)[:-1] in message:
                record = encoded(self.claims) + struct.pack("!HHIH", 1, 0x8001, 120, 4) + socket.inet_aton(NEIGHBOUR)
                self.socket.sendto(struct.pack("!6H", 0, 0x8400, 0, 1, 0, 0) + record, (GROUP, PORT))

    def _note(self, message):
        for name in ("sangdam.local", "sangdam-2.local"):
            at = message.find(encoded(name))
            # An A record: its type, its class, a lifetime, four bytes.
            if at >= 0 and message[at + len(encoded(name)):][:2] == b"\0\1":
                data = at + len(encoded(name)) + 8
                if message[data:data + 2] == b"\0\4":
                    self.found[name] = socket.inet_ntoa(message[data + 2:data + 6])


class LocalName(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="sangdam-name-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.namespace = f"sangdam-{os.getpid()}"
        subprocess.run(["ip", "netns", "add", self.namespace], check=True)
        self.addCleanup(subprocess.run, ["ip", "netns", "delete", self.namespace], check=True)
        subprocess.run(["ip", "link", "add", "host", "type", "veth", "peer", "name", "wire", "netns", self.namespace], check=True)
        self.addCleanup(subprocess.run, ["ip", "link", "delete", "host"], check=True)
        subprocess.run(["ip", "address", "add", f"{ADDRESS}/24", "dev", "host"], check=True)
        subprocess.run(["ip", "link", "set", "host", "up"], check=True)
        for command in (["address", "add", f"{NEIGHBOUR}/24", "dev", "wire"], ["link", "set", "wire", "up"]):
            subprocess.run(["ip", "-n", self.namespace, *command], check=True)
        for name, content in (("bus.conf", BUS.format(folder=self.folder)), ("avahi.conf", AVAHI)):
            with open(os.path.join(self.folder, name), "w", encoding="utf-8") as file:
                file.write(content)
        self.bus = f"unix:path={self.folder}/bus"
        self.start("dbus-daemon", "--nofork", f"--config-file={self.folder}/bus.conf")
        self.wait_until("the bus", lambda: os.path.exists(f"{self.folder}/bus"))

    def start(self, *command):
        process = subprocess.Popen(command, env=dict(os.environ, DBUS_SYSTEM_BUS_ADDRESS=self.bus), stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        self.addCleanup(process.wait, 20)
        self.addCleanup(process.terminate)
        return process

    def start_avahi(self):
        # Its folder in /run is its own: the test's machine may run one.
        return self.start("unshare", "--mount", "sh", "-c",
                          "mkdir -p /run/avahi-daemon && mount -t tmpfs tmpfs /run/avahi-daemon && exec avahi-daemon "
                          f"--no-drop-root --no-chroot --no-rlimits --file={self.folder}/avahi.conf")

    def neighbour(self, claims=None):
        neighbour = Neighbour(self.namespace, claims)
        self.addCleanup(neighbour.stop)
        return neighbour

    def kiosk(self):
        return Kiosk(os.path.join(self.folder, "data"), "--walk-in", listen=None,
                     environment={"DBUS_SYSTEM_BUS_ADDRESS": self.bus})

    def wait_until(self, what, condition):
        end = time.monotonic() + DEADLINE
        while not condition():
            self.assertLess(time.monotonic(), end, f"did not happen: {what}")

    def page(self, name):
        return subprocess.run(["curl", "--silent", "--insecure", "--location", "--resolve", f"{name}:443:{ADDRESS}",
                               "--resolve", f"{name}:80:{ADDRESS}", f"http://{name}"], capture_output=True, text=True,
                              check=True).stdout

    def certificate_names(self, name):
        shown = subprocess.run(["openssl", "s_client", "-connect", f"{ADDRESS}:443", "-servername", name], input="",
                               capture_output=True, text=True, check=True).stdout
        return subprocess.run(["openssl", "x509", "-noout", "-ext", "subjectAltName"], input=shown, capture_output=True,
                              text=True, check=True).stdout

    def test_the_name_is_shown_once_avahi_has_it_and_leads_to_the_page(self):
        neighbour = self.neighbour()
        with self.kiosk() as kiosk:
            kiosk.event("session-open")
            pid = kiosk.process.pid
            desktop.wait_for_text(pid, f"go to {ADDRESS} and type", DEADLINE)
            avahi = self.start_avahi()
            self.assertEqual(kiosk.event("named")["name"], "sangdam.local")
            desktop.wait_for_text(pid, "go to sangdam.local and type", DEADLINE)
            desktop.wait_for_text(pid, f"If that does not open: {ADDRESS}", DEADLINE)
            self.assertEqual(neighbour.ask("sangdam.local"), ADDRESS)
            self.assertIn("<html", self.page("sangdam.local"))
            self.assertIn("DNS:sangdam.local", self.certificate_names("sangdam.local"))
            avahi.terminate()  # without it, nobody answers to the name
            desktop.wait_for_text(pid, f"go to {ADDRESS} and type", DEADLINE)

    def test_a_name_that_another_kiosk_has_is_left_to_it(self):
        neighbour = self.neighbour(claims="sangdam.local")
        self.start_avahi()
        with self.kiosk() as kiosk:
            self.assertEqual(kiosk.event("named")["name"], "sangdam-2.local")
            desktop.wait_for_text(kiosk.process.pid, "go to sangdam-2.local and type", DEADLINE)
            self.assertEqual(neighbour.ask("sangdam-2.local"), ADDRESS)
            self.assertIn("<html", self.page("sangdam-2.local"))
            self.assertIn("DNS:sangdam-2.local", self.certificate_names("sangdam-2.local"))

    def test_the_name_follows_the_address(self):
        self.start_avahi()
        with self.kiosk() as kiosk:
            kiosk.event("named")
            subprocess.run(["ip", "address", "delete", f"{ADDRESS}/24", "dev", "host"], check=True)
            desktop.wait_for_text(kiosk.process.pid, "This kiosk has no network", DEADLINE)
            subprocess.run(["ip", "address", "add", "10.77.0.9/24", "dev", "host"], check=True)
            kiosk.event("named")
            self.assertEqual(self.neighbour().ask("sangdam.local"), "10.77.0.9")


if __name__ == "__main__":
    for tool in ("avahi-daemon", "curl", "openssl"):
        if not shutil.which(tool) and not os.path.exists(f"/usr/sbin/{tool}"):
            print(f"SKIPPED: {tool} is not installed")
            sys.exit(desktop.SKIPPED)
    kiosk_program.PATH, os.environ["SANGDAM_LOCALE_DIR"] = sys.argv[1:3]
    os.environ["PATH"] += ":/usr/sbin"
    os.environ.setdefault("SANGDAM_TEST_ADDRESS", "10.77.0.1")
    ADDRESS = os.environ["SANGDAM_TEST_ADDRESS"]
    desktop.run_inside_own(sys.argv)
    unittest.main(argv=[sys.argv[0]], verbosity=2)
