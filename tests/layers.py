#!/usr/bin/env python3
"""Fails when a folder uses what it may not: the dependency rule of docs/architecture.md.

    base <- consultation, protocol <- { db | pipelines | ui/kiosk | src/gateway } <- the programs

Checked: our own includes, headers of outside libraries, the dependency names in each folder's meson.build, cycles
between files, and that every folder with C++ in it has a rule here. `layers.py [ROOT]` prints one line per violation.
"""

import os
import re
import sys
from pathlib import Path

# Which of our folders a folder may include, besides itself. A key covers the folders below it.
OWN = {
    'src/base': set(),
    'src/consultation': {'src/base'},
    'src/protocol': {'src/base'},
    'db': {'src/base', 'src/consultation', 'src/protocol'},
    'pipelines': {'src/base', 'src/consultation', 'src/protocol'},
    'ui/kiosk': {'src/base', 'src/consultation', 'src/protocol'},
    'src/gateway': {'src/base', 'src/consultation', 'src/protocol'},
    'src/kiosk': {'src/base', 'src/consultation', 'src/protocol', 'db', 'pipelines', 'ui/kiosk', 'src/gateway'},
    'src/admin': {'src/base', 'src/consultation', 'src/protocol', 'db'},
}

# An outside library: its headers, its names in meson.build, and who may use it. Everybody else must not, so that a
# newer version or a replacement touches one folder. GLib is the ground floor's event loop and goes everywhere but
# into the plain C++ of the domain and the protocol.
OUTSIDE = {
    'GLib': (r'glib(-object|-unix)?\.h|gio/|glib/|gmodule', {'glib', 'gobject', 'gio', 'gio_unix'},
             {'src/base', 'db', 'pipelines', 'ui/kiosk', 'src/gateway', 'src/kiosk', 'src/admin'}),
    'GTK': (r'(gtk|gdk|gsk|pango|cairo|graphene|gdk-pixbuf)(/|\.h|-)|adwaita', {'gtk'}, {'ui/kiosk'}),
    'libqrencode': (r'qrencode', {'qrencode'}, {'ui/kiosk'}),
    'GStreamer': (r'gst/', {'gst', 'gst_base', 'gst_app', 'gst_fft', 'gst_video', 'gst_audio', 'gst_sdp', 'gst_webrtc', 'gst_rtp'},
                  {'pipelines'}),
    'SQLite': (r'sqlite3|SQLiteCpp', {'sqlite', 'sqlitecpp'}, {'db'}),
    'libsoup': (r'libsoup/', {'soup'}, {'src/gateway', 'src/kiosk'}),
    'GnuTLS': (r'gnutls/', {'gnutls'}, {'src/gateway', 'src/kiosk'}),
    'nlohmann/json': (r'nlohmann/', {'json'}, {'src/protocol', 'db', 'src/gateway', 'src/kiosk', 'src/admin'}),
    'libsodium': (r'sodium', {'sodium'}, {'src/base', 'db', 'src/gateway'}),
}

# Folders above every rule: they drive the real thing from outside.
TESTS = 'tests'
# tests/unit/<name> may use what the folder it tests may use, and that folder.
UNIT = {'base': 'src/base', 'consultation': 'src/consultation', 'protocol': 'src/protocol', 'db': 'db',
        'pipelines': 'pipelines', 'ui': 'ui/kiosk', 'gateway': 'src/gateway', 'kiosk': 'src/kiosk',
        'admin': 'src/admin'}

SOURCES = {'.cpp', '.hpp', '.h', '.c', '.cc'}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)
# What Meson or glib-compile-resources writes into the build folder.
GENERATED = re.compile(r'(_resources|-resources)\.h$|(^|/)build_config\.hpp$')


def folder_of(path):
    """The rule's key that covers a path relative to the root, or None."""
    for key in sorted(OWN, key=len, reverse=True):
        if path == key or path.startswith(key + '/'):
            return key
    return None


def rule_of(path):
    """(name, folders it may include, libraries it may use); None for no rule; the tests above all may do anything."""
    parts = path.split('/')
    if parts[0] == TESTS:
        if len(parts) > 3 and parts[1] == 'unit':
            tested = UNIT.get(parts[2])
            if tested is None:
                return None
            libraries = {name for name, (_, _, users) in OUTSIDE.items() if tested in users} | {'GLib'}
            return tested + "'s unit tests", OWN[tested] | {tested, TESTS}, libraries
        return TESTS, set(OWN) | {TESTS}, set(OUTSIDE)
    key = folder_of(path)
    if key is None:
        return None
    return key, OWN[key] | {key}, {name for name, (_, _, users) in OUTSIDE.items() if key in users}


def source_files(root):
    for top in ('src', 'db', 'pipelines', 'ui', 'tests'):
        for directory, folders, files in os.walk(root / top):
            folders[:] = [name for name in folders if name not in ('node_modules', '__pycache__')]
            for name in sorted(files):
                path = Path(directory, name)
                if path.suffix in SOURCES or name == 'meson.build':
                    yield path.relative_to(root).as_posix()


def without_comments(text):
    """C++ without comments: an include in a comment is not an include. Strings stay."""
    return re.sub(r'//[^\n]*|/\*.*?\*/', '', text, flags=re.DOTALL)


def resolve(root, path, name):
    """Where a quoted include leads, relative to the root."""
    candidates = [Path(path).parent / name, Path(name), Path('src') / name]
    if path.startswith(TESTS + '/'):
        candidates.append(Path(TESTS) / name)
    for candidate in candidates:
        relative = Path(os.path.normpath(candidate))
        if (root / relative).is_file():
            return relative.as_posix()
    return None


def check_source(root, path, rule, graph):
    owner, own, libraries = rule
    text = without_comments((root / path).read_text(encoding='utf-8'))
    for bracket, name in INCLUDE.findall(text):
        for library, (headers, _, _) in OUTSIDE.items():
            if re.match(headers, name) and bracket == '<' and library not in libraries:
                yield f'{path}: {owner} must not use {library} (<{name}>)'
        if bracket == '<':
            target = resolve(root, path, name) if '/' in name else None
            if target and folder_of(target):
                yield f'{path}: our own header is included with quotes, not <{name}>'
            continue
        if '..' in name.split('/'):
            yield f'{path}: "{name}" climbs out of its folder; includes start at the top or at src/'
            continue
        target = resolve(root, path, name)
        if target is None:
            if not GENERATED.search(name):
                yield f'{path}: "{name}" does not exist'
            continue
        graph.setdefault(path, []).append(target)
        folder = TESTS if target.startswith(TESTS + '/') else folder_of(target)
        if folder not in own:
            yield f'{path}: {owner} must not include {target}'


def check_build(root, path, rule):
    owner, own, libraries = rule
    text = re.sub(r'#[^\n]*', '', (root / path).read_text(encoding='utf-8'))
    text = re.sub(r"'[^'\n]*'", "''", text)
    names = set(re.findall(r'\b[A-Za-z_]\w*\b', text))
    for library, (_, dependencies, _) in OUTSIDE.items():
        if library not in libraries:
            for name in sorted(names & dependencies):
                yield f'{path}: {owner} must not depend on {library} ({name})'
    ours = {key.split('/')[-1]: key for key in OWN}
    ours['kiosk_ui'] = 'ui/kiosk'
    ours['kiosk'] = 'src/kiosk'
    for name in sorted(names):
        match = re.fullmatch(r'(?:dep|lib)_(\w+)', name)
        folder = ours.get(match.group(1)) if match else None
        if folder and folder not in own:
            yield f'{path}: {owner} must not depend on {folder} ({name})'
    if not path.startswith(TESTS + '/') and re.search(r'\bdependency\s*\(|\bfind_library\s*\(', text):
        yield f'{path}: outside parts are named once, in the top meson.build'


def cycles(graph):
    """Circles of files that include each other (Tarjan's strongly connected components)."""
    index, low, stack, on_stack, found = {}, {}, [], set(), []

    def visit(node):
        index[node] = low[node] = len(index)
        stack.append(node)
        on_stack.add(node)
        for target in graph.get(node, ()):
            if target not in index:
                visit(target)
                low[node] = min(low[node], low[target])
            elif target in on_stack:
                low[node] = min(low[node], index[target])
        if low[node] == index[node]:
            members = []
            while True:
                member = stack.pop()
                on_stack.discard(member)
                members.append(member)
                if member == node:
                    break
            if len(members) > 1 or node in graph.get(node, ()):
                found.append(sorted(members))

    for node in list(graph):
        if node not in index:
            visit(node)
    return found


def violations(root):
    root = Path(root)
    graph, found, seen = {}, [], 0
    for path in source_files(root):
        rule = rule_of(path)
        if path.endswith('meson.build'):
            if rule is not None:
                found.extend(check_build(root, path, rule))
            continue
        seen += 1
        if rule is None:
            found.append(f'{path}: no rule says what this folder may use; add it to tests/layers.py')
            continue
        found.extend(check_source(root, path, rule, graph))
    found.extend('cycle: ' + ' <-> '.join(members) for members in cycles(graph))
    if seen == 0:
        found.append(f'{root}: no source file found: the check would pass on nothing')
    return found


def main():
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent.parent
    found = violations(root)
    for line in found:
        print(line)
    print(f'{len(found)} violation{"" if len(found) == 1 else "s"} of the dependency rule')
    return 1 if found else 0


if __name__ == '__main__':
    sys.exit(main())
