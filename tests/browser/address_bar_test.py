#!/usr/bin/python3
"""A patient types what the kiosk's screen says into the address bar of a real browser, and sees the page.

    own_network.sh address_bar_test.py SANGDAM-KIOSK LOCALE-DIRECTORY

Chromium and Firefox with their windows, on a virtual display, used by keyboard. The certificate is accepted
beforehand: what a phone says about a self-signed one is not what is tested.
"""
import hashlib
import os
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
import desktop  # noqa: E402
import kiosk_program  # noqa: E402
from kiosk_program import DEADLINE, Kiosk  # noqa: E402

ADDRESS = os.environ.get("SANGDAM_TEST_ADDRESS", "")
PAGE = "Video visit"  # its title, as the browsers here speak English
# A browser that shows its window is not yet one that takes keys: whoever sees nothing happen types again.
ATTEMPTS = 3
WITHOUT_THE_RIGHT = ("setpriv", "--bounding-set=-net_bind_service", "--inh-caps=-net_bind_service")


def xdotool(*arguments, check=True):
    return subprocess.run(["xdotool", *arguments], capture_output=True, text=True, check=check).stdout.strip()


class Browser:
    """A browser with a fresh profile and an empty page."""

    def __init__(self, command):
        self.home = tempfile.mkdtemp(prefix="sangdam-bar-")
        self.log = open(os.path.join(self.home, "log"), "w", encoding="utf-8")
        environment = dict(os.environ, HOME=self.home, MOZ_CRASHREPORTER_DISABLE="1", MOZ_ENABLE_WAYLAND="0")
        self.prepare()
        self.process = subprocess.Popen([*command, *self.arguments()], env=environment, stdout=self.log, stderr=self.log)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(20)
        self.log.close()
        shutil.rmtree(self.home, ignore_errors=True)

    def prepare(self):
        pass

    def arguments(self):
        raise NotImplementedError

    def windows(self):
        """{title: id} of its windows that are shown."""
        found = {}
        for window in xdotool("search", "--onlyvisible", "--class", self.window_class, check=False).split():
            found[xdotool("getwindowname", window, check=False)] = window
        return found

    def wait_for_title(self, wanted, deadline=DEADLINE):
        end = time.monotonic() + deadline
        while time.monotonic() < end:
            for title, window in self.windows().items():
                if wanted(title):
                    return window
            self.process.poll()
            if self.process.returncode is not None:
                raise AssertionError(f"the browser ended with {self.process.returncode}")
        raise AssertionError(f"the windows are {list(self.windows())}")

    def type_into_address_bar(self, text):
        window = self.wait_for_title(self.is_ready)
        xdotool("windowfocus", "--sync", window)
        xdotool("key", "--clearmodifiers", "ctrl+l")
        xdotool("type", "--clearmodifiers", "--delay", "20", text)
        xdotool("key", "--clearmodifiers", "Return")


class Chromium(Browser):
    window_class = "chromium"

    def arguments(self):
        return ["--no-sandbox", "--disable-gpu", "--no-first-run", "--no-default-browser-check",
                "--disable-background-networking", "--disable-component-update", "--disable-sync",
                "--ignore-certificate-errors", f"--user-data-dir={self.home}/profile", "about:blank"]

    def is_ready(self, title):
        return "Chromium" in title


class Firefox(Browser):
    window_class = "firefox"

    def __init__(self, command, port):
        self.port = port
        super().__init__(command)

    def prepare(self):
        profile = os.path.join(self.home, "profile")
        os.mkdir(profile)
        certificate = ssl.PEM_cert_to_DER_cert(ssl.get_server_certificate((ADDRESS, self.port)))
        fingerprint = hashlib.sha256(certificate).hexdigest().upper()
        fingerprint = ":".join(fingerprint[at:at + 2] for at in range(0, len(fingerprint), 2))
        with open(os.path.join(profile, "cert_override.txt"), "w", encoding="utf-8") as file:
            file.write(f"{ADDRESS}:{self.port}:\tOID.2.16.840.1.101.3.4.2.1\t{fingerprint}\t\n")
        with open(os.path.join(profile, "user.js"), "w", encoding="utf-8") as file:
            for name in ("browser.shell.checkDefaultBrowser", "datareporting.policy.dataSubmissionEnabled",
                         "browser.aboutwelcome.enabled", "app.normandy.enabled", "browser.startup.firstrunSkipsHomepage",
                         "termsofuse.acceptedVersion", "browser.preonboarding.enabled"):
                file.write(f'user_pref("{name}", false);\n')

    def arguments(self):
        return ["--no-remote", "--profile", f"{self.home}/profile", "about:blank"]

    def is_ready(self, title):
        return "Firefox" in title


class AddressBar(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="sangdam-bar-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def opens(self, make_browser, to_type, prefix=()):
        with Kiosk(os.path.join(self.folder, "data"), "--walk-in", listen=None, prefix=prefix) as kiosk:
            kiosk.event("ready")
            desktop.wait_for_text(kiosk.process.pid, f"go to {to_type} and type", DEADLINE)
            with make_browser() as browser:
                for attempt in range(ATTEMPTS):
                    browser.type_into_address_bar(to_type)
                    try:
                        browser.wait_for_title(lambda title: PAGE in title, DEADLINE / ATTEMPTS)
                        return
                    except AssertionError:
                        if keep := os.environ.get("SANGDAM_SCREENSHOTS"):
                            subprocess.run(["import", "-window", "root", f"{keep}/address-bar.png"], check=False)
                        if attempt + 1 == ATTEMPTS:
                            raise

    def test_chromium_opens_the_bare_address(self):
        self.opens(lambda: Chromium(["chromium"]), ADDRESS)

    def test_chromium_opens_an_address_with_a_port(self):
        self.opens(lambda: Chromium(["chromium"]), f"{ADDRESS}:8443", WITHOUT_THE_RIGHT)

    def test_both_open_an_address_whose_port_is_443_because_80_is_somebody_elses(self):
        with socket.create_server(("0.0.0.0", 80)):
            self.opens(lambda: Chromium(["chromium"]), f"{ADDRESS}:443")
            self.opens(lambda: Firefox(["firefox-esr"], 443), f"{ADDRESS}:443")

    def test_firefox_opens_the_bare_address(self):
        self.opens(lambda: Firefox(["firefox-esr"], 443), ADDRESS)

    def test_firefox_opens_an_address_with_a_port(self):
        self.opens(lambda: Firefox(["firefox-esr"], 8443), f"{ADDRESS}:8443", WITHOUT_THE_RIGHT)


if __name__ == "__main__":
    for tool in ("chromium", "firefox-esr", "xdotool"):
        if not shutil.which(tool):
            print(f"SKIPPED: {tool} is not installed")
            sys.exit(desktop.SKIPPED)
    kiosk_program.PATH, os.environ["SANGDAM_LOCALE_DIR"] = sys.argv[1:3]
    desktop.run_inside_own(sys.argv)
    unittest.main(argv=[sys.argv[0]], verbosity=2)
