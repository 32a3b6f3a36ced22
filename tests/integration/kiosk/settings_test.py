#!/usr/bin/python3
"""Both programs read the same settings in the same way, and refuse the same mistakes at their start.

    settings_test.py SANGDAM-KIOSK SANGDAM-GATEWAY

A program that refuses ends at once, with exit code 64 and a sentence; one that does not would run until the deadline.
"""
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

DEADLINE = 60.0
PROGRAMS = {}  # group of the settings -> program

# What administrators write -> what the sentence says of it.
BAD_FILES = [
    (b"[GROUP]\nstun-url=hello\n", "stun-url cannot take \"hello\""),
    (b"[GROUP]\nstun-url=stun:s.example;hello\n", "stun-url cannot take \"hello\""),
    (b"[GROUP]\nstun-url=turn:t.example:3478\n", "it is a TURN server"),
    (b"[GROUP]\nturn-url=stun:s.example:3478\n", "it is a STUN server"),
    (b"[GROUP]\nturn-url=turn:t.example:3478?transport=sctp\n", "transport=udp or transport=tcp"),
    (b"[GROUP]\nturn-url=turn:t.example:3478\n", "needs --turn-secret-file"),
    (b"[GROUP]\nturn-secret-file=/nowhere\n", "--turn-secret-file needs --turn-url"),
    (b"[GROUP]\npublic-address=visit.example.org\n", "does not begin with https://"),
    (b"[GROUP]\npublic-address=https://visit.example.org/join\n", "has a path"),
    (b"[GROUP]\npublic-address=\"https://visit.example.org\"\n", "it is in quotes"),
    (b"[GROUP]\npublic-address=\xe2\x80\x9chttps://visit.example.org\xe2\x80\x9d\n", "it is in quotes"),
    (b"[GROUP]\npublic-address=\n", "it is empty"),
    (b"[GROUP]\nlisten=localhost:8443\n", "ADDRESS:PORT"),
    (b"[GROUP]\nlisten=0.0.0.0:8443 # all\n", "ADDRESS:PORT"),
    (b"[GROUP]\ninsecure-http=1\n", "neither true nor false"),
    (b"[GROUP]\nturn-urls=turn:t.example:3478\n", "unknown key: turn-urls"),
    (b"[GROUP]\nlisten=127.0.0.1:0\nlisten=127.0.0.1:0\n", "a second time"),
    (b"[GROUP]\r\nlisten=127.0.0.1:0\r\n[other]\r\n", "line 3: the group [other]"),
    (b"\xef\xbb\xbf[elsewhere]\n", "the group [elsewhere]"),
    (b"listen=127.0.0.1:0\n[GROUP]\n", "stands before [GROUP]"),
    (b"\xff\xfe[\0G\0]\0", "UTF-16"),
    (b"[GROUP]\nlisten\n", "neither KEY=VALUE"),
]
BAD_ARGUMENTS = [
    (["--stun-url", "hello"], "--stun-url cannot take \"hello\""),
    (["--public-address", "http://visit.example.org"], "--public-address cannot take"),
    (["--listen", "nowhere"], "--listen cannot take \"nowhere\""),
    (["--config", "/nowhere/settings.conf"], "/nowhere/settings.conf"),
    (["--no-such-option"], "--help"),
    (["stray"], "Unknown argument: stray"),
]


class Settings(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="sangdam-settings-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.path = os.path.join(self.folder, "settings.conf")

    def refuses(self, group, arguments, sentence):
        result = subprocess.run([PROGRAMS[group], *arguments], capture_output=True, text=True, timeout=DEADLINE,
                                check=False)
        self.assertEqual(result.returncode, 64, result.stderr)
        self.assertIn(sentence.replace("GROUP", group), result.stderr)

    def test_both_refuse_the_same_files(self):
        for group in PROGRAMS:
            for content, sentence in BAD_FILES:
                with self.subTest(group=group, content=content):
                    with open(self.path, "wb") as file:
                        file.write(content.replace(b"GROUP", group.encode()))
                    # What the gateway must have comes from the command line, so that only the file can be wrong.
                    needed = [] if group == "kiosk" else ["--tls-cert", "x", "--tls-key", "x", "--kiosk-token-file", "x"]
                    self.refuses(group, ["--config", self.path, *needed], sentence)

    def test_both_refuse_the_same_arguments(self):
        for group in PROGRAMS:
            for arguments, sentence in BAD_ARGUMENTS:
                with self.subTest(group=group, arguments=arguments):
                    self.refuses(group, arguments, sentence)

    def test_the_shipped_settings_are_read_by_their_program(self):
        root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "systemd")
        for group, program in PROGRAMS.items():
            with open(os.path.join(root, f"{group}.conf"), encoding="utf-8") as file:
                text = file.read()
            # As shipped, and with every suggestion taken: it must get past the settings to the last argument, a wrong one.
            suggestions = text.replace("\n#", "\n").replace("\n ", "\n# ")
            lines = [line if "=" in line.split(" ")[0] or line.startswith("[") else f"#{line}"
                     for line in suggestions.split("\n")]
            for content in (text, "\n".join(lines)):
                with self.subTest(group=group), open(self.path, "w", encoding="utf-8") as file:
                    file.write(content)
                result = subprocess.run([program, "--config", self.path, "--listen", "nowhere"], capture_output=True,
                                        text=True, timeout=DEADLINE, check=False)
                self.assertEqual(result.returncode, 64)
                self.assertIn("--listen cannot take", result.stderr)

    def test_both_tell_their_version(self):
        for group, program in PROGRAMS.items():
            result = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=DEADLINE, check=False)
            self.assertEqual(result.returncode, 0)
            self.assertTrue(result.stdout.startswith(f"sangdam-{group} "), result.stdout)


if __name__ == "__main__":
    PROGRAMS["kiosk"], PROGRAMS["gateway"] = sys.argv[1:3]
    unittest.main(argv=[sys.argv[0]], verbosity=2)
