#!/usr/bin/env python3
"""Proves that layers.py fails: each test plants one violation in a small tree of its own."""

import tempfile
import unittest
from pathlib import Path

import layers

CLEAN = {
    'src/base/clock.hpp': '#pragma once\n#include <glib.h>\n',
    'src/base/clock.cpp': '#include "base/clock.hpp"\n',
    'src/base/meson.build': "lib_base = static_library('base', 'clock.cpp', dependencies: [glib, sodium])\n",
    'src/consultation/state.hpp': '#include "base/clock.hpp"\n// #include <gtk/gtk.h>\n',
    'src/protocol/messages.hpp': '#include <nlohmann/json_fwd.hpp>\n',
    'db/store.hpp': '#include <SQLiteCpp/Database.h>\n#include "consultation/state.hpp"\n',
    'db/meson.build': "lib_db = static_library('db', dependencies: [dep_consultation, sqlitecpp])  # not gtk\n",
    'pipelines/peer.hpp': '#include <gst/gst.h>\n#include "consultation/state.hpp"\n',
    'ui/kiosk/window.hpp': '#include <gtk/gtk.h>\n#include "kiosk_resources.h"\n',
    'src/gateway/server.hpp': '#include <libsoup/soup.h>\n#include "protocol/messages.hpp"\n',
    'src/kiosk/main.cpp': '#include "db/store.hpp"\n#include "pipelines/peer.hpp"\n#include "ui/kiosk/window.hpp"\n',
    'tests/support/catch.hpp': '#include <catch2/catch.hpp>\n',
    'tests/unit/db/store_test.cpp': '#include "db/store.hpp"\n#include "support/catch.hpp"\n#include <sqlite3.h>\n',
}


class Layers(unittest.TestCase):
    def found(self, planted=None):
        with tempfile.TemporaryDirectory() as folder:
            for path, text in {**CLEAN, **(planted or {})}.items():
                file = Path(folder, path)
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text, encoding='utf-8')
            return layers.violations(folder)

    def assert_found(self, planted, *words):
        found = self.found(planted)
        self.assertEqual(len(found), 1, found)
        for word in words:
            self.assertIn(word, found[0])

    def test_a_clean_tree_passes(self):
        self.assertEqual(self.found(), [])

    def test_the_rules_have_no_circle(self):
        self.assertEqual(layers.cycles({key: sorted(value) for key, value in layers.OWN.items()}), [])

    def test_a_sibling_must_not_be_included(self):
        for path in ('pipelines/peer.cpp', 'ui/kiosk/log.cpp', 'src/gateway/rooms.cpp', 'src/consultation/x.cpp'):
            with self.subTest(path):
                self.assert_found({path: '#include "db/store.hpp"\n'}, path, 'must not include db/store.hpp')

    def test_the_ground_floor_must_not_look_up(self):
        self.assert_found({'src/base/up.cpp': '#include "consultation/state.hpp"\n'}, 'src/base must not include')

    def test_two_folders_of_one_floor_must_not_know_each_other(self):
        self.assert_found({'src/protocol/x.cpp': '#include "consultation/state.hpp"\n'}, 'src/protocol must not')

    def test_a_program_must_not_be_included(self):
        self.assert_found({'src/kiosk/app.hpp': '', 'db/x.cpp': '#include "kiosk/app.hpp"\n'}, 'db must not include')

    def test_an_outside_library_stays_in_its_folder(self):
        for path, header, library in (
                ('pipelines/x.cpp', 'gtk/gtk.h', 'GTK'), ('src/kiosk/x.cpp', 'gst/gst.h', 'GStreamer'),
                ('src/gateway/x.cpp', 'sqlite3.h', 'SQLite'), ('db/x.cpp', 'libsoup/soup.h', 'libsoup'),
                ('pipelines/y.cpp', 'nlohmann/json.hpp', 'nlohmann/json'), ('src/consultation/x.cpp', 'glib.h', 'GLib'),
                ('src/protocol/x.cpp', 'gio/gio.h', 'GLib'), ('src/kiosk/y.cpp', 'sodium.h', 'libsodium'),
                ('tests/unit/db/x.cpp', 'gst/gst.h', 'GStreamer')):
            with self.subTest(path):
                self.assert_found({path: f'#  include <{header}>\n'}, path, library)

    def test_a_folder_must_not_link_what_it_may_not_include(self):
        self.assert_found({'pipelines/meson.build': "static_library('x', dependencies: [gst, gtk])\n"}, 'GTK')
        self.assert_found({'pipelines/meson.build': "static_library('x', dependencies: [dep_db])\n"}, 'dep_db')
        self.assert_found({'db/meson.build': "static_library('x', dependencies: dep_kiosk_ui)\n"}, 'ui/kiosk')
        self.assert_found({'src/gateway/meson.build': "x = dependency('gtk4')\n"}, 'named once')

    def test_files_must_not_include_each_other_in_a_circle(self):
        self.assert_found({'db/a.hpp': '#include "db/b.hpp"\n', 'db/b.hpp': '#include "db/c.hpp"\n',
                           'db/c.hpp': '#include "db/a.hpp"\n'}, 'cycle', 'db/a.hpp <-> db/b.hpp <-> db/c.hpp')

    def test_a_folder_without_a_rule_is_a_violation(self):
        self.assert_found({'src/new/x.cpp': ''}, 'no rule')

    def test_an_include_names_a_file_that_exists(self):
        self.assert_found({'db/x.cpp': '#include "db/gone.hpp"\n'}, 'does not exist')
        self.assert_found({'db/x.cpp': '#include "../src/base/clock.hpp"\n'}, 'climbs')
        self.assert_found({'db/x.cpp': '#include <base/clock.hpp>\n'}, 'quotes')

    def test_an_empty_tree_does_not_pass(self):
        with tempfile.TemporaryDirectory() as folder:
            self.assertIn('no source file', layers.violations(folder)[0])


if __name__ == '__main__':
    unittest.main()
