#!/usr/bin/env python3
"""scripts/test-report must never turn a failure into a pass: its sums over planted logs."""

import json
import subprocess
import tempfile
import unittest
from pathlib import Path

REPORT = Path(__file__).resolve().parents[2] / 'scripts' / 'test-report'


def entry(name, result='OK', stdout='', code=0):
    return {'name': name, 'result': result, 'returncode': code, 'stdout': stdout, 'duration': 0.1}


class Report(unittest.TestCase):
    def report(self, *entries):
        with tempfile.TemporaryDirectory() as folder:
            log = Path(folder, 'testlog.json')
            log.write_text(''.join(json.dumps(one) + '\n' for one in entries), encoding='utf-8')
            done = subprocess.run([REPORT, log], capture_output=True, text=True, check=False)
            return done.stdout.splitlines()[-1], done.returncode, done.stdout

    def assert_report(self, entries, line, code):
        last, returned, text = self.report(*entries)
        self.assertEqual((last, returned), (line, code), text)
        return text

    def test_cases_of_each_framework_are_counted(self):
        self.assert_report([
            entry('a', stdout='All tests passed (23189 assertions in 56 test cases)\n'),
            entry('b', stdout='..\n----\nRan 12 tests in 0.3s\n\nOK\n'),
            entry('c', stdout='# tests 5\n# pass 5\n# fail 0\n'),
            entry('d', stdout='anything\n'),
        ], '74 passed, 0 failed', 0)

    def test_failures_are_counted_and_shown(self):
        text = self.assert_report([
            entry('a', 'FAIL', 'boom here\ntest cases:  32 |  30 passed | 2 failed\n', 2),
            entry('b', 'FAIL', 'Ran 12 tests in 0.3s\n\nFAILED (failures=1, errors=2, skipped=1)\n', 1),
            entry('c', 'FAIL', '# pass 4\n# fail 1\n', 1),
        ], '42 passed, 6 failed, 1 skipped', 1)
        self.assertIn('boom here', text)

    def test_a_second_try_counts_and_is_told(self):
        with tempfile.TemporaryDirectory() as folder:
            first = Path(folder, 'testlog.json')
            first.write_text(json.dumps(entry('p / a', 'FAIL', code=1)) + '\n' + json.dumps(entry('p / b', 'FAIL', code=1))
                             + '\n', encoding='utf-8')
            Path(folder, 'second-testlog.json').write_text(
                json.dumps(entry('p / a')) + '\n' + json.dumps(entry('p / b', 'FAIL', code=1)) + '\n', encoding='utf-8')
            done = subprocess.run([REPORT, first], capture_output=True, text=True, check=False)
            self.assertEqual((done.stdout.splitlines()[-1], done.returncode), ('1 passed, 1 failed', 1), done.stdout)
            self.assertIn('SECOND TRY (1): a', done.stdout)

    def test_a_crash_after_all_passed_is_a_failure(self):
        self.assert_report([entry('a', 'FAIL', 'All tests passed (3 assertions in 2 test cases)\n', -6)],
                           '2 passed, 1 failed', 1)

    def test_a_timeout_is_a_failure(self):
        self.assert_report([entry('a', 'TIMEOUT', '', -15)], '0 passed, 1 failed', 1)

    def test_a_skipped_test_says_why_and_is_not_passed(self):
        text = self.assert_report([entry('a', 'SKIP', 'SKIPPED: no camera on this machine\n', 77), entry('b')],
                                  '1 passed, 0 failed, 1 skipped', 0)
        self.assertIn('a: no camera on this machine', text)

    def test_a_skipped_case_of_catch2_2_is_not_passed(self):
        text = self.assert_report(
            [entry('a', stdout='warning:\n  SKIPPED: no x264enc\n\nAll tests passed (3 assertions in 2 test cases)\n')],
            '1 passed, 0 failed, 1 skipped', 0)
        self.assertIn('no x264enc', text)

    def test_no_test_at_all_is_a_failure(self):
        self.assert_report([], '0 passed, 1 failed', 1)

    def test_a_missing_log_is_a_failure(self):
        done = subprocess.run([REPORT, '/nonexistent/testlog.json'], capture_output=True, text=True, check=False)
        self.assertEqual(done.stdout.splitlines()[-1], '0 passed, 1 failed')
        self.assertEqual(done.returncode, 1)


if __name__ == '__main__':
    unittest.main()
