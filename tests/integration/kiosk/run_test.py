#!/usr/bin/python3
"""./run as somebody without a display uses it: what it prints, what it keeps, and that it leaves nothing running.

    run_test.py RUN SANGDAM-KIOSK LOCALE-DIRECTORY

The kiosk is the one of this build (--kiosk), everything else is as in a terminal: no DISPLAY, no session bus.
"""
import os
import re
import select
import shutil
import signal
import ssl
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "support"))
from ports import free_port  # noqa: E402

DEADLINE = 60.0
RUN = KIOSK = LOCALE = ""


def processes_with(variable):
    """The running programs that have this in their environment, whatever session they moved to."""
    names = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/environ", "rb") as file:
                if variable.encode() not in file.read().split(b"\0"):
                    continue
            with open(f"/proc/{pid}/comm", encoding="utf-8") as file:
                names.append(file.read().strip())
        except (FileNotFoundError, PermissionError, ProcessLookupError):
            continue
    return names


class Run:
    """./run in a session of its own, with a home folder of its own."""

    def __init__(self, home, *arguments):
        environment = {key: value for key, value in os.environ.items()
                       if key not in ("DISPLAY", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS", "XDG_DATA_HOME")}
        environment |= {"HOME": home, "XDG_RUNTIME_DIR": home, "SANGDAM_LOCALE_DIR": LOCALE}
        self.process = subprocess.Popen(
            [RUN, "--no-install", "--kiosk", KIOSK, *arguments], env=environment, start_new_session=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, bufsize=0)
        self.output = ""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.end()
        self.process.stdout.close()

    def wait_for(self, pattern):
        """The first match in all that was printed."""
        end = time.monotonic() + DEADLINE
        while not (match := re.search(pattern, self.output)):
            ready, _, _ = select.select([self.process.stdout], [], [], max(0.0, end - time.monotonic()))
            chunk = os.read(self.process.stdout.fileno(), 4096) if ready else b""
            if not chunk:
                raise AssertionError(f"'{pattern}' was not printed, but:\n{self.output}")
            self.output += chunk.decode()
        return match

    def end(self, how=signal.SIGINT):
        """As Ctrl-C does: to everything in the foreground. The exit code."""
        os.killpg(self.process.pid, how)
        return self.process.wait(DEADLINE)


class RunTest(unittest.TestCase):
    def setUp(self):
        self.home = tempfile.mkdtemp(prefix="sangdam-run-")
        self.addCleanup(shutil.rmtree, self.home, ignore_errors=True)

    def page(self, port):
        """The patient's page, and the certificate it came with."""
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE  # self-signed: that is what it says
        with urllib.request.urlopen(f"https://127.0.0.1:{port}/", context=context, timeout=DEADLINE) as answer:
            page = answer.read().decode()
        return page, ssl.get_server_certificate(("127.0.0.1", port))

    def test_prints_the_address_and_the_code_serves_the_page_and_leaves_nothing_behind(self):
        port = free_port()
        with Run(self.home, "--port", str(port)) as run:
            run.wait_for("the kiosk runs on the virtual display")
            address = run.wait_for(r"Patients open +(https://\S+)").group(1)
            self.assertTrue(address.rstrip("/").endswith(f":{port}"), address)
            code = run.wait_for(r"Code: (\d{3} \d{3} \d{3}) +Link: https://")
            self.assertNotEqual(code.group(1).replace(" ", ""), "000000000")
            page, _ = self.page(port)
            self.assertIn("<html", page)
            self.assertIn("Xvfb", processes_with(f"HOME={self.home}"), "what is looked for at the end is found now")
            self.assertEqual(run.end(), 0, run.output)
            self.assertEqual(processes_with(f"HOME={self.home}"), [])

    def test_keeps_its_certificate_and_its_log_from_one_start_to_the_next(self):
        certificates = []
        for _ in range(2):
            port = free_port()
            with Run(self.home, "--port", str(port), "--address", "clinic.test") as run:
                run.wait_for(rf"Patients open +https://clinic\.test:{port}")
                certificates.append(self.page(port)[1])
                self.assertEqual(run.end(signal.SIGTERM), 0, run.output)
        self.assertEqual(certificates[0], certificates[1])
        data = os.path.join(self.home, ".local", "share", "sangdam")
        self.assertEqual(os.stat(data).st_mode & 0o077, 0, "the data folder is the owner's alone")
        self.assertTrue(os.path.exists(os.path.join(data, "sangdam.db")))

    def test_says_what_it_does_not_know_before_it_starts_anything(self):
        for arguments, words in ((["--port", "80000"], "not a port: 80000"),
                                 (["--walk-in"], "options of sangdam-kiosk come after --"),
                                 (["--address"], "--address needs")):
            with Run(self.home, *arguments) as run:
                run.wait_for(re.escape(words))
                self.assertNotEqual(run.process.wait(DEADLINE), 0)
        self.assertEqual(os.listdir(self.home), [])

    def test_ends_with_an_error_when_the_kiosk_cannot_work(self):
        os.makedirs(os.path.join(self.home, ".local", "share"))
        with open(os.path.join(self.home, ".local", "share", "sangdam"), "w", encoding="utf-8"):
            pass
        with Run(self.home, "--port", str(free_port())) as run:
            run.wait_for("cannot start: .*Without the database no consultation can be logged")
            self.assertNotEqual(run.process.wait(DEADLINE), 0)
            self.assertEqual(processes_with(f"HOME={self.home}"), [])


if __name__ == "__main__":
    for tool in ("Xvfb", "dbus-daemon"):
        if not shutil.which(tool):
            print(f"SKIPPED: {tool} is not installed")
            sys.exit(77)
    RUN, KIOSK, LOCALE = sys.argv[1:4]
    unittest.main(argv=[sys.argv[0], "--verbose"])
