#!/usr/bin/python3
"""What short-lived credentials are good for at a real coturn: an allocation while they last, and that allocation then goes on
for as long as the call does, also when coturn wants a new nonce. So a call does not depend on the renewal.

    own_network.sh credentials_test.py
"""
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.dirname(__file__))
from turn_client import TurnClient  # noqa: E402

ADDRESS = os.environ.get("SANGDAM_TEST_ADDRESS", "")
SECRET = "north"
UNAUTHORIZED = 401


class Credentials(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="sangdam-turn-")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
            free.bind((ADDRESS, 0))
            cls.port = free.getsockname()[1]
        with open(f"{cls.folder}/turnserver.conf", "w", encoding="utf-8") as file:
            # A nonce of one second: each request after that has to prove itself anew.
            file.write("\n".join(["use-auth-secret", f"static-auth-secret={SECRET}", "realm=turn.example.org", "no-cli", "no-tls",
                                  "no-dtls", "stale-nonce=1", f"listening-ip={ADDRESS}", f"relay-ip={ADDRESS}",
                                  f"listening-port={cls.port}", f"userdb={cls.folder}/db", f"pidfile={cls.folder}/pid",
                                  "log-file=stdout"]) + "\n")
        cls.server = subprocess.Popen(["turnserver", "-c", f"{cls.folder}/turnserver.conf"], stdout=subprocess.DEVNULL,
                                      stderr=subprocess.DEVNULL)
        first = TurnClient(ADDRESS, cls.port, SECRET)
        first.serves()  # before any lifetime runs
        first.close()

    @classmethod
    def tearDownClass(cls):
        cls.server.terminate()
        cls.server.wait(20)
        shutil.rmtree(cls.folder, ignore_errors=True)

    def client(self, lifetime):
        client = TurnClient(ADDRESS, self.port, SECRET, lifetime=lifetime)
        self.addCleanup(client.close)
        self.assertTrue(client.serves())
        return client

    def wait_past(self, client):
        end = int(client.username.split(":")[0])
        while time.time() <= end + 1:
            time.sleep(0.1)

    def test_an_allocation_goes_on_after_its_credentials_have_ended(self):
        client = self.client(lifetime=3)
        self.assertEqual(client.allocate(4), 0)
        self.wait_past(client)
        for _ in range(2):
            before, end = client.stale, time.monotonic() + 30
            while client.stale == before:  # until coturn has wanted another nonce
                self.assertLess(time.monotonic(), end, "coturn wants no new nonce")
                self.assertEqual(client.refresh(), 0)
                time.sleep(0.2)
        self.assertEqual(client.permission("203.0.113.7"), 0)

    def test_credentials_that_have_ended_are_good_for_no_allocation(self):
        client = self.client(lifetime=1)
        self.wait_past(client)
        self.assertEqual(client.allocate(4), UNAUTHORIZED)


if __name__ == "__main__":
    if not shutil.which("turnserver"):
        print("SKIPPED: turnserver (coturn) is not installed")
        sys.exit(77)
    unittest.main(argv=[sys.argv[0]], verbosity=2)
