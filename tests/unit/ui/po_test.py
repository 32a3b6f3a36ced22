#!/usr/bin/python3
"""The Korean catalogue is complete: every text of the sources is in it, translated, with the same {places}.

    po_test.py SOURCE-ROOT
"""
import ast
import re
import subprocess
import sys
import tempfile
from pathlib import Path

KEYWORDS = ["--keyword=tr", "--keyword=trc:1c,2", "--keyword=trn:1,2"]


def entries(path):
    """{(context, id): (plural id, [translations], flags)} of a .po or .pot file without obsolete entries."""
    found = {}
    for block in path.read_text(encoding="utf-8").split("\n\n"):
        fields, flags, key = {}, "", None
        for line in block.splitlines():
            if line.startswith("#,"):
                flags += line
            if line.startswith("#"):
                continue
            start = re.match(r'(msg\w+(?:\[\d+\])?) (".*")$', line)
            if start:
                key = start.group(1)
                fields[key] = ast.literal_eval(start.group(2))
            elif line.startswith('"') and key:
                fields[key] += ast.literal_eval(line)
        if fields.get("msgid"):
            texts = [text for name, text in fields.items() if name.startswith("msgstr")]
            found[fields.get("msgctxt", ""), fields["msgid"]] = (fields.get("msgid_plural"), texts, flags)
    return found


def places(text):
    return set(re.findall(r"\{(\w+)", text))


def main():
    root = Path(sys.argv[1])
    failures = []
    listed = {line for line in (root / "po/POTFILES").read_text().splitlines() if line and not line.startswith("#")}
    for source in sorted((root / "ui/kiosk").glob("*.[cu][pi]*")):
        name = str(source.relative_to(root))
        text = source.read_text(encoding="utf-8")
        if name not in listed and re.search(r'\btr[cn]?\("|translatable="yes"', text):
            failures.append(f"{name} has words in it but is not in po/POTFILES")
    with tempfile.TemporaryDirectory() as directory:
        template = Path(directory) / "sangdam.pot"
        subprocess.run(["xgettext", "--from-code=UTF-8", "--force-po", *KEYWORDS, "-o", template, *sorted(listed)],
                       cwd=root, check=True)
        wanted = entries(template)
    if len(wanted) < 100:
        failures.append(f"xgettext found only {len(wanted)} texts: has a keyword been renamed?")
    for catalogue in (root / "po").glob("*.po"):
        checked = subprocess.run(["msgfmt", "--check", "-o", "/dev/null", catalogue], capture_output=True, text=True,
                                 check=False)
        if checked.returncode or checked.stderr.strip():
            failures.append(f"{catalogue.name}: {checked.stderr.strip()}")
        have = entries(catalogue)
        for key, (plural, _, _) in wanted.items():
            if key not in have:
                failures.append(f"{catalogue.name} lacks {key}")
                continue
            _, texts, flags = have[key]
            if "fuzzy" in flags:
                failures.append(f"{catalogue.name}: {key} is fuzzy")
            if not texts or not all(texts):
                failures.append(f"{catalogue.name}: {key} is not translated")
            for text in texts:
                if places(text) != places(plural or key[1]):
                    failures.append(f"{catalogue.name}: {key} has other places: {text}")
        for key in have.keys() - wanted.keys():
            failures.append(f"{catalogue.name} has a text that no source uses any more: {key}")
    print("\n".join(failures) or f"{len(wanted)} texts, all translated")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
