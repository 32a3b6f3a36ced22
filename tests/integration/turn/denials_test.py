#!/usr/bin/python3
"""The coturn of docs/operations.md is no door into the networks behind it.

    own_network.sh denials_test.py OPERATIONS.MD

Debian's coturn is started with the very lines of the document, but for the secret and the certificate, and asked for
permission to send to the first, the last and an address in the middle of each range that must be closed, written as
IPv4 and in every way in which IPv6 can hold an IPv4 address.
"""
import ipaddress
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(__file__))
from turn_client import TurnClient  # noqa: E402

ADDRESS = os.environ.get("SANGDAM_TEST_ADDRESS", "")
ADDRESS_V6 = "2001:db8:77::1"
SECRET = "north"
DOCUMENT = ""
FORBIDDEN = 403

CLOSED_V4 = ["0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
             "192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/4", "240.0.0.0/4"]
CLOSED_V6 = ["::/128", "::1/128", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8", "64:ff9b:1::/48"]
# The ways to write an IPv4 address as an IPv6 one.
EMBEDDED = {
    "mapped": lambda v4: ipaddress.ip_address(0xFFFF << 32 | v4),
    "compatible": lambda v4: ipaddress.IPv6Address(v4),
    "NAT64": lambda v4: ipaddress.ip_address(0x0064FF9B << 96 | v4),
    "6to4": lambda v4: ipaddress.ip_address(0x2002 << 112 | v4 << 80),
}
OPEN_V4 = ["8.8.8.8", "93.184.216.34", "172.15.255.255", "172.32.0.1", "192.167.255.255", "100.63.255.255", "223.255.255.254"]
OPEN_V6 = ["2001:4860:4860::8888", "2a00:1450:4001::1", "fbff::1"]


def some_of(network):
    network = ipaddress.ip_network(network)
    middle = network.network_address + network.num_addresses // 2
    return sorted({network.network_address, middle, network.broadcast_address})


def documented_settings():
    """The lines of the turnserver.conf in the document."""
    with open(DOCUMENT, encoding="utf-8") as file:
        block = re.search(r"^    # /etc/turnserver\.conf\n((?:    .*\n)+)", file.read(), re.MULTILINE).group(1)
    return [line.strip() for line in block.splitlines()]


class Denials(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="sangdam-turn-")
        subprocess.run(["ip", "address", "add", f"{ADDRESS_V6}/64", "dev", "host", "nodad"], check=True)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
            free.bind((ADDRESS, 0))
            cls.port = free.getsockname()[1]
        ours = ("static-auth-secret=", "cert=", "pkey=")
        settings = [line for line in documented_settings() if not line.startswith(ours)]
        settings += [f"static-auth-secret={SECRET}", "no-tls", "no-dtls", f"listening-ip={ADDRESS}",
                     f"listening-ip={ADDRESS_V6}", f"relay-ip={ADDRESS}", f"relay-ip={ADDRESS_V6}",
                     f"listening-port={cls.port}", f"userdb={cls.folder}/db", f"pidfile={cls.folder}/pid", "log-file=stdout"]
        with open(f"{cls.folder}/turnserver.conf", "w", encoding="utf-8") as file:
            file.write("\n".join(settings) + "\n")
        cls.log = open(f"{cls.folder}/log", "w+", encoding="utf-8")
        cls.server = subprocess.Popen(["turnserver", "-c", f"{cls.folder}/turnserver.conf"], stdout=cls.log,
                                      stderr=subprocess.STDOUT)
        cls.v4, cls.v6 = TurnClient(ADDRESS, cls.port, SECRET), TurnClient(ADDRESS_V6, cls.port, SECRET)

    @classmethod
    def tearDownClass(cls):
        cls.server.terminate()
        cls.server.wait(20)
        cls.log.close()
        for client in (cls.v4, cls.v6):
            client.close()
        shutil.rmtree(cls.folder, ignore_errors=True)

    def setUp(self):
        for client, family in ((self.v4, 4), (self.v6, 6)):
            if client.realm == b"":
                self.assertTrue(client.serves())
                self.assertEqual(client.allocate(family), 0, "an allocation")

    def test_the_server_takes_every_line_of_the_document(self):
        with open(f"{self.folder}/log", encoding="utf-8") as log:
            self.assertNotRegex(log.read(), r"(?i)bad configuration|unknown|cannot parse|wrong|illegal")

    def test_closed_ipv4_ranges_are_refused(self):
        for network in CLOSED_V4:
            for peer in some_of(network):
                with self.subTest(peer=str(peer)):
                    self.assertEqual(self.v4.permission(peer), FORBIDDEN)

    def test_closed_ipv6_ranges_are_refused(self):
        for network in CLOSED_V6:
            for peer in some_of(network):
                with self.subTest(peer=str(peer)):
                    self.assertEqual(self.v6.permission(peer), FORBIDDEN)

    def test_closed_ipv4_ranges_are_refused_in_every_ipv6_form(self):
        for form, embed in EMBEDDED.items():
            for network in CLOSED_V4:
                for peer in some_of(network):
                    with self.subTest(form=form, peer=str(peer)):
                        self.assertEqual(self.v6.permission(embed(int(peer))), FORBIDDEN)

    def test_public_addresses_are_relayed_to(self):
        for client, peers in ((self.v4, OPEN_V4), (self.v6, OPEN_V6)):
            for peer in peers:
                with self.subTest(peer=peer):
                    self.assertEqual(client.permission(peer), 0)


if __name__ == "__main__":
    if not shutil.which("turnserver"):
        print("SKIPPED: turnserver (coturn) is not installed")
        sys.exit(77)
    DOCUMENT = sys.argv[1]
    unittest.main(argv=[sys.argv[0]], verbosity=2)
