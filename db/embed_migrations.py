#!/usr/bin/python3
"""Writes the numbered SQL files into a C++ source: embed_migrations.py OUT FILE...

A generated source rather than a GResource: the linker cannot drop it from a static library.
"""
import os
import re
import sys

K_DELIMITER = 'sql'


def main():
    out, files = sys.argv[1], sys.argv[2:]
    lines = ['#include "db/migrations.hpp"', '', 'namespace sangdam::db {', '',
             'const std::vector<Migration>& released_migrations() {',
             '  static const std::vector<Migration> migrations{']
    for number, path in enumerate(files, start=1):
        name = os.path.basename(path)
        match = re.fullmatch(r'(\d{4})_[a-z0-9_]+\.sql', name)
        if not match or int(match.group(1)) != number:
            sys.exit(f'{name}: migrations are numbered without a gap, and this should be number {number:04}')
        with open(path, encoding='utf-8') as file:
            text = file.read()
        if f'){K_DELIMITER}"' in text:
            sys.exit(f'{name}: contains the delimiter of the raw string')
        lines.append(f'      {{"{name}", R"{K_DELIMITER}({text}){K_DELIMITER}"}},')
    lines += ['  };', '  return migrations;', '}', '', '}  // namespace sangdam::db', '']
    with open(out, 'w', encoding='utf-8') as file:
        file.write('\n'.join(lines))


main()
