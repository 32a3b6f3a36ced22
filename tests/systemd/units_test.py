#!/usr/bin/env python3
"""Installs the tree into a staged root, as a package would, and asks systemd's own tools what they think of it.

    units_test.py BUILD_DIR
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

BUILD = Path(sys.argv.pop(1)).resolve() if len(sys.argv) > 1 else None
# 0 is locked up, 100 is open. Measured 16; a line that is lost shows.
GATEWAY_EXPOSURE = 16
TOOLS = ('systemd-analyze', 'systemd-sysusers', 'systemd-tmpfiles')


def run(*command):
    # C.UTF-8: messages are compared. The pager and colours are for people.
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False,
                          env={**os.environ, 'LC_ALL': 'C.UTF-8', 'SYSTEMD_COLORS': '0', 'SYSTEMD_PAGER': ''})


class Units(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.root = Path(cls.folder.name)
        done = run('meson', 'install', '-C', BUILD, '--no-rebuild', '--quiet', '--destdir', cls.root)
        if done.returncode != 0:
            raise RuntimeError(f'meson install failed: {done.stdout}{done.stderr}')
        # What the units name but others install. The machine's own units stand for a Debian system.
        cls.place('usr/bin/cage', '#!/bin/sh\n', 0o755)
        for folder in ('lib/systemd/system', 'usr/lib/systemd/system'):
            target = cls.root / folder
            target.mkdir(parents=True, exist_ok=True)
            for unit in Path('/', folder).glob('*'):
                # Copies: systemd refuses symbolic links for some kinds of unit.
                if unit.is_file() and not (target / unit.name).exists():
                    shutil.copy(unit, target / unit.name, follow_symlinks=False)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    @classmethod
    def place(cls, path, text, mode=0o644):
        file = cls.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding='utf-8')
        file.chmod(mode)

    def unit(self, name):
        return self.root / 'lib/systemd/system' / f'sangdam-{name}.service'

    def verify(self, name):
        return run('systemd-analyze', 'verify', '--man=no', f'--root={self.root}', self.unit(name))

    def test_systemd_finds_nothing_to_say_about_the_units(self):
        for name in ('kiosk', 'gateway'):
            with self.subTest(name):
                done = self.verify(name)
                # An unknown key is only printed, with exit code 0: silence is the test.
                self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ''))

    def test_the_verification_can_fail(self):
        unit = self.unit('gateway')
        text = unit.read_text(encoding='utf-8')
        try:
            unit.write_text(text.replace('WatchdogSec=', 'WatchdogSecs='), encoding='utf-8')
            self.assertIn('WatchdogSecs', self.verify('gateway').stderr)
            unit.write_text(text.replace('sangdam-gateway --', 'sangdam-gone --'), encoding='utf-8')
            self.assertNotEqual(self.verify('gateway').returncode, 0)
        finally:
            unit.write_text(text, encoding='utf-8')

    def test_every_program_a_unit_starts_is_installed(self):
        for name in ('kiosk', 'gateway'):
            for line in re.findall(r'^ExecStart=(.*)$', self.unit(name).read_text(encoding='utf-8'), re.MULTILINE):
                for program in re.findall(r'\S*/bin/\S+', line):
                    with self.subTest(program):
                        self.assertTrue(os.access(self.root / program.lstrip('/'), os.X_OK))

    def test_everything_but_wrong_settings_is_started_anew(self):
        for name in ('kiosk', 'gateway'):
            with self.subTest(name):
                text = self.unit(name).read_text(encoding='utf-8')
                self.assertRegex(text, r'(?m)^Restart=always$')
                self.assertRegex(text, r'(?m)^RestartPreventExitStatus=64$')
                self.assertRegex(text, r'(?m)^StartLimitIntervalSec=0$')

    def test_no_placeholder_is_left(self):
        for path in (self.unit('kiosk'), self.unit('gateway'), self.root / 'usr/lib/tmpfiles.d/sangdam.conf'):
            self.assertNotRegex(path.read_text(encoding='utf-8'), r'@\w+@')

    def test_the_gateway_is_locked_up(self):
        done = run('systemd-analyze', 'security', '--offline=yes', f'--threshold={GATEWAY_EXPOSURE}',
                   f'--root={self.root}', self.unit('gateway'))
        self.assertEqual(done.returncode, 0, done.stdout[-600:] + done.stderr)

    def test_the_kiosk_user_is_made(self):
        self.place('etc/passwd', 'root:x:0:0:root:/root:/bin/bash\n')
        self.place('etc/group', 'root:x:0:\n')
        done = run('systemd-sysusers', f'--root={self.root}', self.root / 'usr/lib/sysusers.d/sangdam.conf')
        self.assertEqual(done.returncode, 0, done.stderr)
        users = (self.root / 'etc/passwd').read_text(encoding='utf-8')
        self.assertRegex(users, r'(?m)^sangdam:.*:/var/lib/sangdam:/usr/sbin/nologin$')

    def test_settings_are_copied_once_and_never_overwritten(self):
        if os.geteuid() != 0:
            print('SKIPPED: systemd-tmpfiles gives files to root: run this as root')
            self.skipTest('needs root')
        self.test_the_kiosk_user_is_made()
        tmpfiles = ('systemd-tmpfiles', f'--root={self.root}', '--create', self.root / 'usr/lib/tmpfiles.d/sangdam.conf')
        done = run(*tmpfiles)
        self.assertEqual((done.returncode, done.stderr), (0, ''))
        settings = self.root / 'etc/sangdam/kiosk.conf'
        self.assertIn('[kiosk]', settings.read_text(encoding='utf-8'))
        self.assertEqual((self.root / 'etc/sangdam/gateway').stat().st_mode & 0o777, 0o700)
        self.assertEqual((self.root / 'etc/sangdam/kiosk').stat().st_mode & 0o777, 0o750)
        settings.write_text('[kiosk]\nclinic=Harbour\n', encoding='utf-8')
        self.assertEqual(run(*tmpfiles).returncode, 0)
        self.assertIn('Harbour', settings.read_text(encoding='utf-8'))


if __name__ == '__main__':
    if not all(map(shutil.which, TOOLS)):
        print('SKIPPED: systemd-analyze, systemd-sysusers or systemd-tmpfiles is not installed')
        sys.exit(77)
    unittest.main(argv=sys.argv[:1])
