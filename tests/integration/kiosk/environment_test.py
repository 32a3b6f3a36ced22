#!/usr/bin/python3
"""The kiosk changes neither environment nor locale once it has threads, not even when staff change the language.

    environment_test.py SANGDAM-KIOSK LOCALE-DIRECTORY GUARD-LIBRARY
"""
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "support"))
import desktop  # noqa: E402
import kiosk_program  # noqa: E402
from kiosk_program import DEADLINE, Kiosk  # noqa: E402

GUARD = ""
TOLD = "ENVIRONMENT-GUARD"


def choose_language(language):
    subprocess.run(["gdbus", "call", "--session", "--dest", "kr.sangdam.Kiosk", "--object-path", "/kr/sangdam/Kiosk",
                    "--method", "org.gtk.Actions.Activate", "set-language", f"[<'{language}'>]", "{}"],
                   check=True, capture_output=True)


class Environment(unittest.TestCase):
    def test_the_guard_sees_what_it_is_to_see(self):
        program = ("import ctypes, threading\n"
                   "c = ctypes.CDLL(None)\n"
                   "c.setenv(b'BEFORE', b'1', 1)\n"
                   "stop = threading.Event()\n"
                   "threading.Thread(target=stop.wait).start()\n"
                   "c.setenv(b'AFTER', b'1', 1)\n"
                   "c.setlocale(6, b'C')\n"
                   "stop.set()\n")
        told = subprocess.run([sys.executable, "-c", program], env=dict(os.environ, LD_PRELOAD=GUARD), check=True,
                              capture_output=True, text=True).stderr
        self.assertNotIn("BEFORE", told)
        self.assertIn(f"{TOLD}: setenv(AFTER) among 2 threads", told)
        self.assertIn(f"{TOLD}: setlocale(C)", told)

    def test_nothing_is_changed_among_threads_by_start_visit_language_and_end(self):
        folder = tempfile.mkdtemp(prefix="sangdam-environment-")
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        with Kiosk(os.path.join(folder, "data"), "--walk-in", environment={"LD_PRELOAD": GUARD}) as kiosk:
            kiosk.event("session-open")
            pid = kiosk.process.pid
            desktop.wait_for_text(pid, "Read this out to the patient", DEADLINE)
            choose_language("ko")
            desktop.wait_for_text(pid, "환자에게 이렇게 읽어 주세요", DEADLINE)
            # Marked as translatable in a .ui file.
            desktop.wait_for_text(pid, "카메라로 비추세요", DEADLINE)
            choose_language("en")
            desktop.wait_for_text(pid, "or point a phone's camera here", DEADLINE)
            kiosk.end()
            self.assertNotIn(TOLD, kiosk.stderr())

    def test_a_kiosk_set_to_korean_speaks_it_on_a_machine_without_korean_locales(self):
        folder = tempfile.mkdtemp(prefix="sangdam-environment-")
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        with Kiosk(os.path.join(folder, "data"), "--walk-in", "--language", "ko",
                   environment={"LD_PRELOAD": GUARD, "LANG": "C", "LC_ALL": "C"}) as kiosk:
            kiosk.event("session-open")
            desktop.wait_for_text(kiosk.process.pid, "카메라로 비추세요", DEADLINE)
            kiosk.end()
            self.assertNotIn(TOLD, kiosk.stderr())


if __name__ == "__main__":
    kiosk_program.PATH, os.environ["SANGDAM_LOCALE_DIR"], GUARD = map(os.path.abspath, sys.argv[1:4])
    desktop.run_inside_own(sys.argv)
    unittest.main(argv=[sys.argv[0]], verbosity=2)
