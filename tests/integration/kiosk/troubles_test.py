#!/usr/bin/python3
"""What the real kiosk says and keeps when something is wrong with the machine it runs on.

    troubles_test.py SANGDAM-KIOSK LOCALE-DIRECTORY

Each trouble is really made: a folder that cannot be, a damaged file, a port that is taken, an expired certificate.
What staff read is read off the screen through the accessibility bus.
"""
import glob
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "support"))
import desktop  # noqa: E402
import kiosk_program  # noqa: E402
from kiosk_program import DEADLINE, Kiosk  # noqa: E402
from ports import free_port  # noqa: E402


class Troubles(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="sangdam-trouble-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.data = os.path.join(self.folder, "data")
        self.database = os.path.join(self.data, "sangdam.db")

    def reads(self, kiosk, sentence):
        """Waits until the sentence is on the screen."""
        try:
            desktop.wait_for_text(kiosk.process.pid, sentence, DEADLINE)
        except desktop.NotThere as missing:
            raise AssertionError(f"{missing}\n{kiosk.stderr()}") from missing

    def test_a_data_folder_that_cannot_be_written_is_named_and_nothing_starts(self):
        # Root may write anywhere, so the folder is one that cannot exist.
        blocked = os.path.join(self.folder, "a-file")
        with open(blocked, "w", encoding="utf-8"):
            pass
        with Kiosk(os.path.join(blocked, "data")) as kiosk:
            self.assertEqual(kiosk.event("failed")["code"], "data-dir-unwritable")
            self.reads(kiosk, "cannot write to its data folder")

    def packages(self, listing):
        """An environment in which dpkg knows these packages."""
        programs = os.path.join(self.folder, "programs")
        os.mkdir(programs)
        dpkg = os.path.join(programs, "dpkg-query")
        with open(dpkg, "w", encoding="utf-8") as script:
            script.write(f"#!/bin/sh\nprintf '{listing}'\nexit 1\n")
        os.chmod(dpkg, 0o755)
        return {"PATH": programs + ":" + os.environ["PATH"]}

    def test_a_package_with_a_known_fault_is_named_on_the_screen_and_the_kiosk_works(self):
        old = self.packages(r"libvpx7\t1.12.0-1+deb12u5\ngstreamer1.0-plugins-bad\t1.26.2-3+deb13u3\n"
                            r"libgstreamer1.0-0\t1.22.0-2\nlibgstreamer1.0-0\t1.22.0-2\n")
        with Kiosk(self.data, environment=old) as kiosk:
            fault = kiosk.event("known-fault")
            self.assertEqual(fault["package"], "gstreamer1.0-plugins-bad")
            self.assertIn("CVE-2026-59692", fault["faults"])
            # A machine without a loudspeaker says that first.
            sentence = "has a known security fault (gstreamer1.0-plugins-bad, libgstreamer1.0-0)"
            if desktop.wait_for_any(kiosk.process.pid, [sentence, "1 more message"], DEADLINE) != sentence:
                desktop.press(kiosk.process.pid, "1 more message", DEADLINE)
            self.reads(kiosk, sentence)
            self.assertIn("1.26.2-3+deb13u3", kiosk.stderr())
            self.assertNotIn("libvpx7", kiosk.stderr())
            desktop.press(kiosk.process.pid, "Start a session now", DEADLINE)
            self.assertIn("code", kiosk.event("session-open"))

    def test_a_failure_that_was_mended_outside_starts_the_kiosk_by_itself(self):
        blocked = os.path.join(self.folder, "a-file")
        with open(blocked, "w", encoding="utf-8"):
            pass
        with Kiosk(os.path.join(blocked, "data"), "--walk-in") as kiosk:
            self.assertEqual(kiosk.event("failed")["code"], "data-dir-unwritable")
            # What the operations manual calls it, and that it goes on.
            self.reads(kiosk, "In the operations manual this is called: data-dir-unwritable")
            self.reads(kiosk, "It tries again by itself in")
            os.remove(blocked)
            self.assertIn("url", kiosk.event("session-open"))
            desktop.wait_until_gone(kiosk.process.pid, "The kiosk cannot start", DEADLINE)
            self.assertEqual(kiosk.end(), 0, "a trouble that has passed is none at the end")

    def test_a_disk_that_was_full_is_used_as_soon_as_staff_say_that_there_is_space(self):
        disk = os.path.join(self.folder, "disk")
        os.mkdir(disk)
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", disk], check=False).returncode != 0:
            self.skipTest("a small disk cannot be mounted here (needs root)")
        self.addCleanup(subprocess.run, ["umount", "--lazy", disk], check=True)
        with Kiosk(os.path.join(disk, "data")) as kiosk:
            kiosk.event("failed")
            self.reads(kiosk, "The kiosk cannot start")
            subprocess.run(["mount", "-o", "remount,size=64m", disk], check=True)
            desktop.press(kiosk.process.pid, "Try again now", DEADLINE)
            kiosk.event("ready")

    def test_what_only_a_new_process_can_mend_ends_this_one_for_systemd_to_start_it_anew(self):
        socket_path = os.path.join(self.folder, "notify")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.bind(socket_path)
            nothing = {"GST_PLUGIN_SYSTEM_PATH": self.folder, "GST_PLUGIN_PATH": self.folder,
                       "GST_REGISTRY": os.path.join(self.folder, "registry")}
            with Kiosk(self.data, environment=dict(nothing, NOTIFY_SOCKET=socket_path)) as kiosk:
                self.assertEqual(kiosk.event("failed")["code"], "element-missing")
                self.reads(kiosk, "In the operations manual this is called: element-missing")
                self.assertEqual(kiosk.process.wait(DEADLINE), 75)
            manager.setblocking(False)
            self.assertIn(b"READY=1", manager.recv(256))

    def test_a_damaged_log_is_never_touched_and_the_kiosk_goes_on_when_staff_say_so(self):
        os.makedirs(self.data, 0o700)
        damaged = b"this was a database once " * 400
        with open(self.database, "wb") as file:
            file.write(damaged)
        with Kiosk(self.data) as kiosk:
            self.assertEqual(kiosk.event("failed")["code"], "database-corrupt")
            self.reads(kiosk, "It has not been changed")
            with open(self.database, "rb") as file:
                self.assertEqual(file.read(), damaged)
            desktop.press(kiosk.process.pid, "Keep the damaged log aside and begin a new one", DEADLINE)
            kiosk.event("ready")
        kept = glob.glob(self.database + ".corrupt-*")
        self.assertEqual(len(kept), 1)
        with open(kept[0], "rb") as file:
            self.assertEqual(file.read(), damaged)

    def test_a_log_of_a_newer_version_is_refused_and_left_alone(self):
        with Kiosk(self.data) as kiosk:
            kiosk.event("ready")
        with sqlite3.connect(self.database) as connection:
            connection.execute("PRAGMA user_version = 999")
        with Kiosk(self.data) as kiosk:
            self.assertEqual(kiosk.event("failed")["code"], "schema-newer")
            self.reads(kiosk, "a newer version")
            # Nobody is there to start it again: it stays, with its sentence.
            self.reads(kiosk, "It tries again by itself in")
        with sqlite3.connect(self.database) as connection:
            self.assertEqual(connection.execute("PRAGMA user_version").fetchone()[0], 999)

    def test_a_port_that_is_taken_is_said_and_used_as_soon_as_it_is_free(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            with Kiosk(self.data, "--listen", f"127.0.0.1:{port}") as kiosk:
                # From the first picture on, not only after the next try.
                self.reads(kiosk, "Start a session now")
                self.assertTrue(desktop.is_on_screen(kiosk.process.pid, "Another program uses this kiosk's network port"))
                taken.close()
                self.assertIn(str(port), kiosk.event("ready")["url"])

    def test_an_expired_certificate_is_said_and_a_renewed_one_used_at_once(self):
        certificate, key = os.path.join(self.folder, "cert.pem"), os.path.join(self.folder, "key.pem")
        request = os.path.join(self.folder, "request.pem")
        renewed = os.path.join(self.folder, "renewed.pem")
        for command in (["req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key,
                         "-out", request, "-subj", "/CN=clinic.test"],
                        ["x509", "-req", "-in", request, "-signkey", key, "-days", "-1", "-out", certificate],
                        ["x509", "-req", "-in", request, "-signkey", key, "-days", "9", "-out", renewed]):
            subprocess.run(["openssl", *command], check=True, capture_output=True)
        port = free_port()
        with Kiosk(self.data, "--listen", f"127.0.0.1:{port}", "--tls-cert", certificate, "--tls-key", key) as kiosk:
            self.reads(kiosk, "certificate has expired")
            os.replace(renewed, certificate)
            self.assertIn(str(port), kiosk.event("ready")["url"])

    def test_without_camera_microphone_or_speaker_the_kiosk_works_and_says_what_is_missing(self):
        with Kiosk(self.data, "--camera", "auto", "--microphone", "auto", "--walk-in") as kiosk:
            self.assertEqual(len(kiosk.event("session-open")["code"]), 9)
            self.reads(kiosk, "was found")
            desktop.wait_for_text(kiosk.process.pid, "No camera", DEADLINE)
            desktop.wait_for_text(kiosk.process.pid, "No microphone", DEADLINE)

    def test_a_refusal_is_on_the_screen_whatever_notices_are_older(self):
        with Kiosk(self.data, "--camera", "auto", "--microphone", "auto", "--walk-in") as kiosk:
            kiosk.event("session-open")
            self.reads(kiosk, "more message")  # two devices are missing: one of them is behind the other
            # A press while the button still shows the one before is not a press: again until one is refused.
            end = time.monotonic() + DEADLINE
            while not desktop.is_on_screen(kiosk.process.pid, "The code was renewed a moment ago"):
                self.assertLess(time.monotonic(), end, "no press is refused on the screen")
                desktop.press(kiosk.process.pid, "New code: the old one stops working, whoever is here stays", DEADLINE)

    def test_a_public_address_makes_a_link_that_opens_however_it_was_written(self):
        settings = os.path.join(self.folder, "kiosk.conf")
        with open(settings, "wb") as file:
            file.write(b"\xef\xbb\xbf[kiosk]\r\npublic-address=HTTPS://Visit.example.org:443/ \r\nwalk-in=true\r\n")
        with Kiosk(self.data, "--config", settings) as kiosk:
            # "/#" and the code follow: with the slash as it was written, the link would be a 404.
            self.assertEqual(kiosk.event("session-open")["url"], "https://visit.example.org")

    def test_a_secret_that_an_editor_left_its_marks_in_is_taken_and_a_wrong_one_is_named(self):
        secret = os.path.join(self.folder, "turn-secret")
        turn = ["--turn-url", "turn:192.0.2.1:3478", "--turn-secret-file", secret]
        with open(secret, "wb") as file:
            file.write(b"\xef\xbb\xbf# turn.example.org\r\n" + b"5" * 64 + b" \r\n\r\n")
        with Kiosk(self.data, *turn) as kiosk:
            kiosk.event("ready")
        with open(secret, "wb") as file:
            file.write(b"\"" + b"5" * 64 + b"\"\n")
        with Kiosk(self.data, *turn) as kiosk:
            self.assertEqual(kiosk.event("failed")["code"], "secret-invalid")
            self.reads(kiosk, "is in quotes")
            self.assertNotIn("5555", kiosk.stderr())

    def test_wrong_options_are_refused_with_a_sentence(self):
        for arguments, sentence in ([["--listen", "nowhere"], "--listen cannot take \"nowhere\""],
                                    [["--gateway", "http://example.test"], "does not begin with wss://"],
                                    [["--language", "xx"], "neither ko nor en"],
                                    [["--tls-cert", "x"], "belong together"],
                                    [["--code-lifetime", "long"], "code-lifetime cannot take \"long\""],
                                    [["--no-such-option"], "--help"]):
            with self.subTest(arguments=arguments):
                result = subprocess.run([kiosk_program.PATH, *arguments], capture_output=True, text=True, timeout=DEADLINE,
                                        check=False)
                self.assertEqual(result.returncode, 64)
                self.assertIn(sentence, result.stderr)

    def test_without_a_display_the_kiosk_says_so(self):
        env = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
        result = subprocess.run([kiosk_program.PATH, "--data-dir", self.data], env=env, capture_output=True, text=True,
                                timeout=DEADLINE, check=False)
        self.assertEqual(result.returncode, 1)
        self.assertIn("there is no display", result.stderr)


if __name__ == "__main__":
    kiosk_program.PATH, os.environ["SANGDAM_LOCALE_DIR"] = sys.argv[1:3]
    desktop.run_inside_own(sys.argv)
    unittest.main(argv=[sys.argv[0]], verbosity=2)
