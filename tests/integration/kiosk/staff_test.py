#!/usr/bin/python3
"""What staff do with the real kiosk, and read on its screen, without any patient.

    staff_test.py SANGDAM-KIOSK LOCALE-DIRECTORY
"""
import os
import shutil
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "support"))
import desktop  # noqa: E402
import kiosk_program  # noqa: E402
from kiosk_program import DEADLINE, Kiosk  # noqa: E402


class Staff(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="sangdam-staff-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def reads(self, kiosk, sentence):
        desktop.wait_for_text(kiosk.process.pid, sentence, DEADLINE)

    def press(self, kiosk, name):
        desktop.press(kiosk.process.pid, name, DEADLINE)

    def test_what_happened_is_read_beside_the_list_even_if_the_log_was_never_opened(self):
        with Kiosk(self.folder, "--walk-in") as kiosk:
            kiosk.event("session-open")
            self.press(kiosk, "Cancel the session")
            desktop.press_in_dialog(kiosk.process.pid, "Cancel the session", DEADLINE)
            kiosk.event("ended")
            self.press(kiosk, "See what happened")
            self.reads(kiosk, "Staff gave out the code")
            self.assertFalse(desktop.is_on_screen(kiosk.process.pid, "No visits yet"))

    def test_a_code_that_has_run_out_says_so_and_another_one_is_beside_it(self):
        with Kiosk(self.folder, "--walk-in", "--code-lifetime", "0.4") as kiosk:
            first = kiosk.event("session-open")["code"]
            kiosk.event("ended")
            self.reads(kiosk, "The code has run out")
            self.assertFalse(desktop.is_on_screen(kiosk.process.pid, " ".join(first)))
            self.press(kiosk, "New code, in the place of the one that has run out")
            self.assertNotEqual(kiosk.event("session-open")["code"], first)

    def test_walk_ins_are_told_apart_in_the_list(self):
        with Kiosk(self.folder) as kiosk:
            kiosk.event("ready")
            codes = []
            for _ in range(3):
                self.press(kiosk, "Start a session now")
                codes.append(kiosk.event("session-open")["code"])
                if len(codes) == 1:
                    self.press(kiosk, "Add a name")
                    desktop.type_into(kiosk.process.pid, "Patient's name", "이순자", DEADLINE)
                    self.press(kiosk, "Save the name")
                    self.reads(kiosk, "For 이순자")
                self.press(kiosk, "Back to today")
            for code in codes:
                self.reads(kiosk, "Code ends in " + " ".join(code[-3:]))
            self.reads(kiosk, "이순자")

    def test_an_appointment_without_a_name_is_refused_where_it_was_asked_for_and_saved_with_one(self):
        with Kiosk(self.folder) as kiosk:
            kiosk.event("ready")
            self.press(kiosk, "Add appointment")
            desktop.type_into(kiosk.process.pid, "Clinician", "박민수 원장", DEADLINE)
            self.press(kiosk, "Add this appointment")
            self.reads(kiosk, "Nothing was saved")
            desktop.type_into(kiosk.process.pid, "Patient's name", "이순자", DEADLINE)
            self.press(kiosk, "Add this appointment")
            self.reads(kiosk, "Saved: 이순자")

    def test_without_the_catalogue_the_language_button_says_why_nothing_changes(self):
        with Kiosk(self.folder, environment={"SANGDAM_LOCALE_DIR": self.folder}) as kiosk:
            kiosk.event("ready")
            self.press(kiosk, "한국어")
            self.reads(kiosk, "The Korean words of the screens are not installed")
            self.reads(kiosk, "Start a session now")

    def test_a_missing_catalogue_or_font_is_said_at_the_start(self):
        fonts = os.path.join(self.folder, "fonts.conf")
        latin = "/usr/share/fonts/truetype/dejavu"
        if not os.path.isdir(latin):
            self.skipTest("no font without Korean letters is installed")
        with open(fonts, "w", encoding="utf-8") as file:
            file.write(f"<?xml version='1.0'?><!DOCTYPE fontconfig SYSTEM 'fonts.dtd'>"
                       f"<fontconfig><dir>{latin}</dir><cachedir>{self.folder}</cachedir></fontconfig>")
        poor = {"SANGDAM_LOCALE_DIR": self.folder, "FONTCONFIG_FILE": fonts}
        with Kiosk(os.path.join(self.folder, "data"), "--language", "ko", environment=poor) as kiosk:
            kiosk.event("ready")
            desktop.press(kiosk.process.pid, kiosk_notices(kiosk), DEADLINE)
            self.reads(kiosk, "Korean letters cannot be shown")
            self.reads(kiosk, "The Korean words of the screens are not installed")


def kiosk_notices(kiosk):
    """The button that unfolds the notices, whatever their number."""
    return desktop.wait_for_any(kiosk.process.pid, [f"{n} more message" + ("s" if n > 1 else "") for n in (3, 2, 1)], DEADLINE)


if __name__ == "__main__":
    kiosk_program.PATH, os.environ["SANGDAM_LOCALE_DIR"] = sys.argv[1:3]
    desktop.run_inside_own(sys.argv)
    unittest.main(argv=[sys.argv[0]], verbosity=2)
