"""A desktop of a test's own (X server, session bus, runtime folder), and the screen as assistive technology reads it."""
import os
import select
import shutil
import subprocess
import sys
import tempfile
import time

START_DEADLINE = 20.0
SKIPPED = 77  # what Meson takes for "skipped"


class NotThere(Exception):
    """What was looked for did not come on the screen in time."""


def run_inside_own(argv, size="1280x800"):
    """Runs the calling script again inside its own desktop, and ends this process with its result."""
    if os.environ.get("SANGDAM_OWN_DESKTOP"):
        return
    for tool in ("Xvfb", "dbus-run-session"):
        if not shutil.which(tool):
            print(f"SKIPPED: {tool} is not installed")
            sys.exit(SKIPPED)
    read_end, write_end = os.pipe()
    server = subprocess.Popen(["Xvfb", "-displayfd", str(write_end), "-screen", "0", f"{size}x24", "-nolisten", "tcp", "-noreset"],
                              pass_fds=[write_end], stderr=subprocess.DEVNULL)
    os.close(write_end)
    try:
        ready, _, _ = select.select([read_end], [], [], START_DEADLINE)
        display = os.read(read_end, 16).decode().strip() if ready else ""
        if not display:
            sys.exit("Xvfb did not start")
        with tempfile.TemporaryDirectory() as runtime:
            os.chmod(runtime, 0o700)
            env = dict(os.environ, DISPLAY=f":{display}", SANGDAM_OWN_DESKTOP="1", XDG_RUNTIME_DIR=runtime,
                       GDK_BACKEND="x11", GSK_RENDERER="cairo", GSETTINGS_BACKEND="memory", NO_AT_BRIDGE="0")
            for name in ("GTK_A11Y", "WAYLAND_DISPLAY", "PIPEWIRE_REMOTE", "PULSE_SERVER"):
                env.pop(name, None)
            result = subprocess.run(["dbus-run-session", "--", sys.executable, *argv], env=env, check=False)
            sys.exit(result.returncode)
    finally:
        server.terminate()
        server.wait()


def _each(node):
    yield node
    for at in range(node.childCount):
        child = node.getChildAtIndex(at)
        if child is not None:
            yield from _each(child)


def _nodes(pid):
    import pyatspi  # here: only inside the desktop is there a bus to connect to
    for application in pyatspi.Registry.getDesktop(0):
        if application is not None and application.get_process_id() == pid:
            yield from _each(application)


def _wait(find, what, deadline):
    from gi.repository import GLib  # a stale tree raises GLib.Error: look again
    end = time.monotonic() + deadline
    while time.monotonic() < end:
        try:
            found = find()
        except (GLib.Error, LookupError, RuntimeError):
            found = None
        if found:
            return found
        select.select([], [], [], 0.1)
    raise NotThere(f"not on the screen within {deadline:.0f} s: {what}")


def wait_for_text(pid, text, deadline):
    """Waits until some element of the program has `text` in its name."""
    return _wait(lambda: next((node for node in _nodes(pid) if text in (node.name or "")), None), text, deadline)


def wait_for_any(pid, texts, deadline):
    """Waits until some element of the program has one of the texts in its name; gives that text."""
    return _wait(lambda: next((text for text in texts if is_on_screen(pid, text)), None), " or ".join(texts), deadline)


def is_on_screen(pid, text):
    """Whether some element of the program has `text` in its name just now."""
    return any(text in (node.name or "") for node in _nodes(pid))


def wait_until_gone(pid, text, deadline):
    """Waits until no element of the program has `text` in its name."""
    _wait(lambda: not is_on_screen(pid, text), f"anything but: {text}", deadline)


def press(pid, name, deadline):
    """Presses the button of that name."""
    def find():
        return next((node for node in _nodes(pid) if node.name == name and "button" in node.getRoleName()), None)
    if not _wait(find, name, deadline).queryAction().doAction(0):
        raise NotThere(f"{name} cannot be pressed now")


def press_in_dialog(pid, name, deadline):
    """Presses the button of that name in the question that lies over the screen."""
    def find():
        dialog = next((node for node in _nodes(pid) if node.getRoleName() == "dialog"), None)
        return dialog and next((node for node in _each(dialog) if node.name == name and "button" in node.getRoleName()), None)
    if not _wait(find, name, deadline).queryAction().doAction(0):
        raise NotThere(f"{name} cannot be pressed now")


def type_into(pid, name, text, deadline):
    """Puts text into the entry of that name, in the place of what was there."""
    def typed():
        entry = next((node for node in _nodes(pid) if node.name == name and node.getRoleName() in ("text", "entry")), None)
        return entry and entry.queryEditableText().setTextContents(text)
    _wait(typed, name, deadline)
