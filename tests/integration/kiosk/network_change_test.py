#!/usr/bin/python3
"""The kiosk follows its network: a lease that comes late, another one, none at all.

    own_network.sh --bare network_change_test.py SANGDAM-KIOSK LOCALE-DIRECTORY

Started in a network namespace that has only loopback, as a machine that boots before its network. What is looked at
is what people meet: the events, the screen, the QR code on it, the certificate, and the page.
"""
import http.client
import ipaddress
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "support"))
import desktop  # noqa: E402
import kiosk_program  # noqa: E402
from kiosk_program import DEADLINE, Kiosk  # noqa: E402

# "At once": a quarter of a second is spent on waiting for more changes; the rest is for a busy machine.
AT_ONCE = 3.0
NO_NETWORK = "This kiosk has no network, so patients cannot reach it"


def ip(*arguments):
    subprocess.run(["ip", *arguments], check=True)


def as_openssl_prints(address):
    if ":" not in address:
        return address
    return ":".join(f"{int(group, 16):X}" for group in ipaddress.ip_address(address).exploded.split(":"))


def certificate_of(address, port):
    """(its names as openssl prints them, its public key)"""
    pem = ssl.get_server_certificate((address, port))

    def ask(*what):
        return subprocess.run(["openssl", "x509", "-noout", *what], input=pem, capture_output=True, text=True,
                              check=True).stdout
    return ask("-ext", "subjectAltName"), ask("-pubkey")


def page_status(address, port):
    """What a phone gets at the address: the page, over TLS, with the address as its Host."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    connection = http.client.HTTPSConnection(address, port, context=context, timeout=DEADLINE)
    connection.request("GET", "/")
    status = connection.getresponse().status
    connection.close()
    return status


class NetworkChange(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="sangdam-network-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        ip("link", "add", "card", "type", "veth", "peer", "name", "wire")
        self.addCleanup(ip, "link", "delete", "card")
        ip("link", "set", "wire", "up")

    def qr_code(self):
        """What a phone's camera reads off the screen; empty if there is nothing to read."""
        picture = os.path.join(self.folder, "screen.png")
        subprocess.run(["import", "-window", "root", picture], check=True)
        read = subprocess.run(["gst-launch-1.0", "-m", "filesrc", f"location={picture}", "!", "pngdec", "!", "videoconvert",
                               "!", "zbar", "!", "fakesink"], capture_output=True, text=True, check=False).stdout
        found = re.search(r'symbol=\(string\)"([^"]*)"', read)
        return found.group(1).replace("\\", "") if found else ""

    def wait_until(self, what, condition):
        end = time.monotonic() + DEADLINE
        while not condition():
            self.assertLess(time.monotonic(), end, f"did not happen: {what}")

    def follows_to(self, kiosk, address):
        """The next thing the kiosk tells is this address, and everything people meet agrees with it."""
        began = time.monotonic()
        host = f"[{address}]" if ":" in address else address
        url = f"https://{host}:{self.port}"
        # An interface that comes up is told step by step: what counts is where it ends.
        while (told := kiosk.event("ready"))["url"] != url:
            self.assertLess(time.monotonic() - began, DEADLINE, told)
        self.assertLess(time.monotonic() - began, AT_ONCE, "not at once")
        self.assertNotIn("network", told)
        pid = kiosk.process.pid
        desktop.wait_for_text(pid, f"{host}:{self.port}", DEADLINE)
        desktop.wait_until_gone(pid, NO_NETWORK, DEADLINE)
        names, _ = certificate_of(address, self.port)
        self.assertIn(as_openssl_prints(address), names)
        self.assertEqual(page_status(address, self.port), 200)
        self.wait_until("the QR code holds the address", lambda: self.qr_code().startswith(url + "/#"))

    def says_that_there_is_none(self, kiosk):
        while kiosk.event("ready").get("network") != "none":
            pass
        pid = kiosk.process.pid
        desktop.wait_for_text(pid, NO_NETWORK, DEADLINE)
        desktop.wait_for_text(pid, "No phone can reach this kiosk just now", DEADLINE)
        self.assertFalse(desktop.is_on_screen(pid, "127.0.0.1"), "an address that no phone can open")
        self.wait_until("the QR code is gone", lambda: self.qr_code() == "")

    def test_a_lease_that_comes_changes_and_goes_is_followed_everywhere(self):
        with Kiosk(os.path.join(self.folder, "data"), "--listen", f"0.0.0.0:{self.port}", "--walk-in") as kiosk:
            self.says_that_there_is_none(kiosk)
            ip("address", "add", "10.77.0.1/24", "dev", "card")
            ip("link", "set", "card", "up")
            self.follows_to(kiosk, "10.77.0.1")
            names, key = certificate_of("10.77.0.1", self.port)

            ip("address", "delete", "10.77.0.1/24", "dev", "card")
            ip("address", "add", "192.168.7.9/24", "dev", "card")
            self.follows_to(kiosk, "192.168.7.9")
            self.assertEqual(certificate_of("192.168.7.9", self.port)[1], key, "the key is kept")

            # Back in the first network: phones that were warned there once are not warned again.
            both = ssl.get_server_certificate(("192.168.7.9", self.port))
            ip("address", "delete", "192.168.7.9/24", "dev", "card")
            ip("address", "add", "10.77.0.1/24", "dev", "card")
            self.follows_to(kiosk, "10.77.0.1")
            self.assertEqual(ssl.get_server_certificate(("10.77.0.1", self.port)), both)

            ip("link", "set", "wire", "down")  # the cable is pulled; the address stays configured
            self.says_that_there_is_none(kiosk)
            ip("link", "set", "wire", "up")
            self.follows_to(kiosk, "10.77.0.1")

    def test_a_network_of_ipv6_alone_is_followed_too(self):
        with Kiosk(os.path.join(self.folder, "data"), "--listen", f"[::]:{self.port}", "--walk-in") as kiosk:
            self.says_that_there_is_none(kiosk)
            ip("link", "set", "card", "up")
            ip("address", "add", "2001:db8:77::5/64", "dev", "card", "nodad")
            self.follows_to(kiosk, "2001:db8:77::5")
            ip("address", "delete", "2001:db8:77::5/64", "dev", "card")
            self.says_that_there_is_none(kiosk)


if __name__ == "__main__":
    kiosk_program.PATH, os.environ["SANGDAM_LOCALE_DIR"] = sys.argv[1:3]
    desktop.run_inside_own(sys.argv)
    unittest.main(argv=[sys.argv[0]], verbosity=2)
