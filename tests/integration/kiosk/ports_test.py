#!/usr/bin/python3
"""Patients type as little as can work: which ports the kiosk takes by itself, and what its screen then says.

    own_network.sh ports_test.py SANGDAM-KIOSK LOCALE-DIRECTORY

Whatever the screen says to type is asked for the way a browser does: as http://, following redirects.
"""
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "support"))
import desktop  # noqa: E402
import kiosk_program  # noqa: E402
from kiosk_program import DEADLINE, Kiosk  # noqa: E402

ADDRESS = os.environ.get("SANGDAM_TEST_ADDRESS", "")
# Root without the one capability that the unit gives: as any user.
WITHOUT_THE_RIGHT = ("setpriv", "--bounding-set=-net_bind_service", "--inh-caps=-net_bind_service")


def taken(port):
    server = socket.create_server(("0.0.0.0", port), reuse_port=False)
    return server


class Ports(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="sangdam-ports-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def offers(self, url, to_type, prefix=(), arguments=()):
        """The kiosk tells programs the URL and people what to type, and the latter leads to the page."""
        with Kiosk(os.path.join(self.folder, "data"), "--walk-in", *arguments, listen=None, prefix=prefix) as kiosk:
            self.assertEqual(kiosk.event("ready")["url"], url)
            desktop.wait_for_text(kiosk.process.pid, f"go to {to_type} and type", DEADLINE)
            # As typed: a browser puts http:// in front.
            shown = subprocess.run(["curl", "--silent", "--insecure", "--location", "--max-time", str(int(DEADLINE)),
                                    "--write-out", "\n%{url_effective}", f"http://{to_type}"],
                                   capture_output=True, text=True, check=True).stdout
            self.assertIn("<html", shown)
            self.assertEqual(shown.rsplit("\n", 1)[1], url + "/")

    def test_with_both_ports_the_bare_address_is_enough(self):
        self.offers(f"https://{ADDRESS}", ADDRESS)

    def test_where_another_program_has_port_80_the_port_has_to_be_typed(self):
        with taken(80):
            self.offers(f"https://{ADDRESS}", f"{ADDRESS}:443")

    def test_where_another_program_has_port_443_the_bare_address_still_leads_here(self):
        with taken(443):
            self.offers(f"https://{ADDRESS}:8443", ADDRESS)

    def test_without_the_right_to_low_ports_the_address_has_a_port_and_no_scheme(self):
        self.offers(f"https://{ADDRESS}:8443", f"{ADDRESS}:8443", prefix=WITHOUT_THE_RIGHT)

    def test_who_sets_a_port_gets_that_one_only(self):
        self.offers(f"https://{ADDRESS}:9443", f"{ADDRESS}:9443", arguments=("--listen", "[::]:9443"))

    def test_the_unit_gives_the_right(self):
        unit = os.path.join(os.path.dirname(__file__), "../../../systemd/sangdam-kiosk.service.in")
        with open(unit, encoding="utf-8") as file:
            self.assertTrue(re.search(r"^AmbientCapabilities=CAP_NET_BIND_SERVICE$", file.read(), re.MULTILINE))


if __name__ == "__main__":
    kiosk_program.PATH, os.environ["SANGDAM_LOCALE_DIR"] = sys.argv[1:3]
    desktop.run_inside_own(sys.argv)
    unittest.main(argv=[sys.argv[0]], verbosity=2)
