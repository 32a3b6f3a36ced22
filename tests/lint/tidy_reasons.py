#!/usr/bin/env python3
"""Fails when .clang-tidy switches a check off without saying why, or gives a reason for one that is on."""

import re
import sys
from pathlib import Path

text = Path(sys.argv[1]).read_text(encoding='utf-8')
reasons = set(re.findall(r'^# ([a-z]+-[a-z-]+): \S', text, re.MULTILINE))
disabled = set(re.findall(r'^  -([a-z]+-[a-z-]+),?$', text, re.MULTILINE))
for check in sorted(disabled - reasons):
    print(f'.clang-tidy: {check} is switched off without a reason')
for check in sorted(reasons - disabled):
    print(f'.clang-tidy: {check} has a reason but is not switched off')
if not disabled:
    print('.clang-tidy: no disabled check found: this test would pass on nothing')
sys.exit(0 if disabled and disabled == reasons else 1)
