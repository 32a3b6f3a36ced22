#!/usr/bin/python3
"""The kiosk and the patient's page have the same colours, and texts stand out from their ground.

    tokens_test.py SOURCE-ROOT
"""
import re
import sys
from pathlib import Path

NAMES = {"ground", "ink", "ink-secondary", "primary", "primary-soft", "danger", "warning", "warning-soft", "good",
         "good-soft", "call-ground", "call-ink", "call-ink-secondary", "call-primary", "call-danger"}
# WCAG 2.2, 1.4.3 asks for 4.5 : 1; people with weak eyes use both faces.
READABLE = 5.0
PAIRS = [("ink", "ground"), ("ink-secondary", "ground"), ("primary", "ground"), ("primary", "primary-soft"),
         ("danger", "ground"), ("warning", "warning-soft"), ("good", "good-soft"), ("call-ink", "call-ground"),
         ("call-ink-secondary", "call-ground"), ("call-primary", "call-ground"), ("call-danger", "call-ground"),
         ("ground", "primary"), ("ground", "danger")]


def luminance(colour):
    def linear(channel):
        value = int(channel, 16) / 255
        return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
    red, green, blue = (linear(colour[i:i + 2]) for i in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def main():
    root = Path(sys.argv[1])
    kiosk = dict(re.findall(r"@define-color ([\w-]+) (#[0-9A-Fa-f]{6});", (root / "ui/kiosk/tokens.css").read_text()))
    failures = [f"the kiosk lacks {name}" for name in sorted(NAMES - kiosk.keys())]
    for text, ground in PAIRS:
        if contrast(kiosk[text], kiosk[ground]) < READABLE:
            failures.append(f"{text} on {ground}: {contrast(kiosk[text], kiosk[ground]):.1f} : 1")
    page = root / "ui/patient/tokens.css"
    if page.exists():
        first_rule = page.read_text().split("}")[0]
        colours = dict(re.findall(r"--([\w-]+):\s*(#[0-9A-Fa-f]{6})\s*;", first_rule))
        failures += [f"the page lacks {name}" for name in sorted(NAMES - colours.keys())]
        failures += [f"{name}: kiosk {kiosk[name]}, page {colours[name]}" for name in sorted(kiosk.keys() & colours.keys())
                     if kiosk[name].lower() != colours[name].lower()]
    if failures:
        print("\n".join(failures))
        return 1
    if not page.exists():
        print("SKIPPED: ui/patient/tokens.css does not exist; only the kiosk's own contrasts were checked")
        return 77
    print(f"{len(kiosk)} colours agree")
    return 0


if __name__ == "__main__":
    sys.exit(main())
