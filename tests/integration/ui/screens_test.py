#!/usr/bin/python3
"""Shows every screen of the kiosk in a virtual display and uses it as assistive technology would.

For each language and size: every scene of scenes.cpp is painted; every button, entry and toggle that is on the screen
has a name; nothing is written to stderr (GTK's warnings are). Then buttons are pressed by role and name, and the
right action with the right target must come out.

    screens_test.py SHOW-SCREENS LOCALE-DIRECTORY [--size 1280x800] ...

With SANGDAM_SCREENSHOTS=DIR the screens are kept there as pictures (needs ImageMagick's import).
"""
import argparse
import os
import select
import shutil
import subprocess
import sys
import tempfile
import time

DEADLINE = 60.0  # a loaded machine: every answer on the accessibility bus takes turns with everything else
NAMED_ROLES = {"push button", "button", "toggle button", "text", "entry", "list item", "check box", "alert", "dialog"}


def restart_under_bus_and_display(size, scale):
    """Runs this script again inside a session bus and an X server of its own, found by -displayfd."""
    read_end, write_end = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write_end), "-screen", "0", f"{size}x24", "-nolisten", "tcp", "-noreset"],
        pass_fds=[write_end], stderr=subprocess.DEVNULL)
    os.close(write_end)
    try:
        ready, _, _ = select.select([read_end], [], [], DEADLINE)
        display = os.read(read_end, 16).decode().strip() if ready else ""
        if not display:
            sys.exit("Xvfb did not start")
        with tempfile.TemporaryDirectory() as runtime:
            os.chmod(runtime, 0o700)
            env = dict(os.environ, DISPLAY=f":{display}", SANGDAM_SCREENS_INSIDE="1", XDG_RUNTIME_DIR=runtime,
                       GDK_BACKEND="x11", GSK_RENDERER="cairo", GSETTINGS_BACKEND="memory", NO_AT_BRIDGE="0",
                       TZ="Asia/Seoul", GDK_SCALE=str(scale), G_DEBUG="fatal-criticals",
                       GDK_DEBUG="gl-disable", GDK_DISABLE="gl")
            env.pop("GTK_A11Y", None)
            env.pop("WAYLAND_DISPLAY", None)
            return subprocess.run(["dbus-run-session", "--", sys.executable, *sys.argv], env=env,
                                  check=False).returncode
    finally:
        server.terminate()
        server.wait()


class Screens:
    """The program under test, one line in, one line out."""

    def __init__(self, program, locale_directory):
        self.errors = tempfile.TemporaryFile(mode="w+")
        self.process = subprocess.Popen([program, locale_directory], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=self.errors, text=False, bufsize=0)
        self.buffer = b""
        self.actions = []
        self.expect("ready")

    def line(self):
        end = time.monotonic() + DEADLINE
        while b"\n" not in self.buffer:
            ready, _, _ = select.select([self.process.stdout], [], [], max(0, end - time.monotonic()))
            chunk = os.read(self.process.stdout.fileno(), 4096) if ready else b""
            if not chunk:
                raise SystemExit("the program stopped or said nothing: " + self.stderr())
            self.buffer += chunk
        line, self.buffer = self.buffer.split(b"\n", 1)
        return line.decode()

    def expect(self, answer):
        lines = []
        while True:
            line = self.line()
            if line == answer:
                return lines
            if line.startswith("action "):
                self.actions.append(line[len("action "):])
            else:
                lines.append(line)
                if line in ("unknown", "not spoken"):
                    raise SystemExit(f"the program answered '{line}'")

    def tell(self, command):
        self.process.stdin.write((command + "\n").encode())
        return self.expect("done")

    def action(self):
        """The next action that fires."""
        while not self.actions:
            line = self.line()
            if line.startswith("action "):
                self.actions.append(line[len("action "):])
        return self.actions.pop(0)

    def stderr(self):
        self.errors.seek(0)
        return self.errors.read()

    def quit(self):
        self.process.stdin.write(b"quit\n")
        return self.process.wait(DEADLINE)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("locale_directory")
    parser.add_argument("--size", default="1280x800")
    parser.add_argument("--scale", type=int, default=1, help="pixels of the screen to one of the layout")
    parser.add_argument("--layout-only", action="store_true", help="look at every scene, press nothing")
    parser.add_argument("--usual-letters", action="store_true", help="not those one and a half times as large")
    options = parser.parse_args()
    for tool in ("Xvfb", "dbus-run-session"):
        if not shutil.which(tool):
            print(f"SKIPPED: {tool} is not installed")
            return 77
    try:
        import pyatspi
    except ImportError:
        print("SKIPPED: python3-pyatspi is not installed")
        return 77
    if not os.environ.get("SANGDAM_SCREENS_INSIDE"):
        return restart_under_bus_and_display(options.size, options.scale)
    return Check(pyatspi, options).run()


class Check:
    def __init__(self, pyatspi, options):
        self.pyatspi = pyatspi
        # Milliseconds. The default of 0.8 s is too short for a program that paints on a loaded processor.
        pyatspi.Atspi.set_timeout(30000, 30000)
        self.size = options.size
        self.layout_only = options.layout_only
        self.has_large_letters = not options.usual_letters
        self.text_scale = 1
        self.failures = []
        self.screens = Screens(options.program, options.locale_directory)
        self.application = self.wait_for(self.find_application, "the program on the accessibility bus")

    def wait_for(self, find, what):
        end = time.monotonic() + DEADLINE
        while time.monotonic() < end:
            try:
                found = find()
            except Exception:  # a widget went away while the tree was read: read it again
                found = None
            if found:
                return found
            time.sleep(0.02)  # AT-SPI has no "changed" that covers every case; this is a poll with a deadline
        raise SystemExit(f"not found: {what}\n{self.screens.stderr()}")

    def find_application(self):
        desktop = self.pyatspi.Registry.getDesktop(0)
        return next((app for app in desktop if app and app.name == "sangdam-screens"), None)

    def walk(self, node):
        yield node
        for child in node:
            if child is not None:
                yield from self.walk(child)

    def on_screen(self):
        """What is shown: GTK leaves hidden widgets out of the tree."""
        return list(self.walk(self.application))

    def controls(self, name):
        return [n for n in self.on_screen() if n.name == name and n.getRoleName() in NAMED_ROLES]

    def press(self, name):
        def ready():
            return next((c for c in self.controls(name) if c.getState().contains(self.pyatspi.STATE_SENSITIVE)
                         and c.queryAction().nActions > 0), None)
        # Looked for repeatedly, pressed once: a second press would undo a toggle.
        button = self.wait_for(ready, f"a button '{name}' that can be pressed")
        self.check(button.queryAction().doAction(0), f"'{name}' can be pressed")

    def type(self, name, text):
        def typed():
            entries = [n for n in self.controls(name) if n.getRoleName() in ("text", "entry")]
            return entries and entries[0].queryEditableText().setTextContents(text)
        self.wait_for(typed, f"an entry '{name}'")

    def check(self, condition, what):
        if not condition:
            self.failures.append(what)
            print("FAILED:", what)

    def picture(self, language, name):
        directory = os.environ.get("SANGDAM_SCREENSHOTS")
        if directory:
            os.makedirs(directory, exist_ok=True)
            size = self.size + ("-large" if self.text_scale > 1 else "")
            subprocess.run(["import", "-window", "root", f"{directory}/{language}-{size}-{name}.png"], check=True)

    def scene(self, name):
        self.screens.tell("scene " + name)

    def every_control_has_a_name(self, where):
        nameless = 0
        for node in self.on_screen():
            if node.getRoleName() in NAMED_ROLES and not node.name.strip():
                # The text inside an entry is named by the entry.
                if node.getRoleName() == "text" and node.parent and node.parent.name.strip():
                    continue
                nameless += 1
                self.check(False, f"{where}: a {node.getRoleName()} without a name in '{node.parent.name}'")
        return nameless

    def expect(self, action, where):
        came = self.screens.action()
        self.check(came == action, f"{where}: expected '{action}', got '{came}'")

    def run(self):
        names = [line[len("scene "):] for line in self.screens.tell("scenes")]
        self.check(len(names) > 20, "there are scenes to show")
        for language in ("ko", "en"):
            self.screens.tell("language " + language)
            for name in names:
                self.scene(name)
                self.picture(language, name)
                self.whole(f"{language} {name}")
                if self.layout_only:
                    continue  # names and icons are the same in every room
                self.every_control_has_a_name(f"{language} {name}")
                # GTK 4.8 may hand out an icon of its theme that another thread is just destroying.
                themed = self.screens.tell("themed-icons")
                self.check(not themed, f"{language} {name}: no icon comes from the icon theme: {themed}")
            if self.layout_only:
                self.sheets(language)
                continue
            self.on_air(language, names)
            self.sheets_and_chat(language)
            self.somebody_waits(language)
        if self.has_large_letters:
            self.large_letters(names)
        if not self.layout_only:
            self.actions()
            self.answers()
            self.codes()
            self.lists()
            self.steady()
            self.focus_rings()
        code = self.screens.quit()
        self.check(code == 0, f"the program ended with {code}")
        noise = [line for line in self.screens.stderr().splitlines() if line.strip()]
        self.check(not noise, "something was written to stderr: " + "; ".join(noise[:5]))
        print(f"{len(names)} scenes in 2 languages at {self.size}, {len(self.failures)} failed")
        return 1 if self.failures else 0

    # What people wrote, and may be longer than any place for it.
    LONG = ("Wolfeschlegel", "Lee-Montgomery", "Nguyễn Thị", "한빛의원", "example.org", "Okonkwo")

    def whole(self, where):
        """Nothing is cut off or covered, and every button is on the screen."""
        for fault in self.screens.tell("layout"):
            if not (fault.startswith("fault cut") and any(name in fault for name in self.LONG)):
                self.check(False, f"{where} at {self.size}, letters x {self.text_scale}: {fault}")

    def sheets(self, language):
        words = self.WORDS[language]
        for scene, button, back in (("today-many", "add", "back"), ("call", "code", "to-call"), ("call", "end", "keep")):
            self.scene(scene)
            self.press(words[button])
            self.wait_for(lambda: self.controls(words[back]), f"the sheet of '{words[button]}'")
            self.scene_painted()
            self.picture(language, f"sheet-{button}")
            self.whole(f"{language} sheet {button}")
            self.press(words[back])
            self.wait_for(lambda: not self.controls(words[back]), "the sheet's end")
        self.scene("call-chat")
        self.open_messages(words)
        self.scene_painted()
        self.picture(language, "call-chat-open")
        self.whole(f"{language} chat")
        self.press(words["close"])
        self.wait_for(lambda: self.controls(words["open"]), "the chat panel's end")

    def open_messages(self, words):
        """They may have been read before."""
        self.press(words["chat"] if self.controls(words["chat"]) else words["open"])
        self.wait_for(lambda: self.controls(words["close"]), "the chat panel")

    def large_letters(self, names):
        """As above, for whoever needs larger letters."""
        self.text_scale = 1.5
        self.screens.tell("text-scale 1.5")
        for language in ("ko", "en"):
            self.screens.tell("language " + language)
            for name in names:
                self.scene(name)
                self.picture(language, name)
                self.whole(f"{language} {name}")
            self.sheets(language)
        self.screens.tell("text-scale 1")
        self.text_scale = 1

    WORDS = {"en": {"add": "Add appointment", "chat": "Open messages, 2 new", "end": "End the visit",
                    "keep": "Keep talking", "back": "Back", "close": "Close messages",
                    "open": "Open messages", "volume": "Volume of 김영희: 150 %", "louder": "Louder",
                    "code": "Show the code", "renew": "New code: the old one stops working, whoever is here stays",
                    "to-call": "Back to the call", "question": "Why without a picture?", "other": "Other",
                    "others": "Back to the other reasons", "picture": "The patient's picture"},
             "ko": {"add": "예약 추가", "chat": "메시지 열기, 새 메시지 2개", "end": "진료 종료",
                    "keep": "계속 진료하기", "back": "뒤로", "close": "메시지 닫기", "open": "메시지 열기",
                     "volume": "김영희 음량: 150 %", "louder": "더 크게",
                     "code": "접속 코드 보기", "renew": "새 코드: 이전 코드는 쓸 수 없게 되고, 이미 들어온 사람은 그대로 있습니다", "to-call": "진료 화면으로",
                     "question": "화면 없이 진료하는 이유는?", "other": "기타", "others": "다른 이유로 돌아가기",
                     "picture": "환자의 영상"}}

    def sheets_and_chat(self, language):
        words = self.WORDS[language]
        self.scene("today-many")
        self.press(words["add"])
        self.wait_for(lambda: self.controls(words["back"]), "the sheet's way back")
        self.every_control_has_a_name(f"{language} add appointment")
        self.scene_painted()
        self.picture(language, "sheet-add")
        self.press(words["back"])
        self.scene("call")
        self.press(words["code"])
        self.wait_for(lambda: self.controls(words["renew"]), "the code of a running visit")
        self.every_control_has_a_name(f"{language} code in the call")
        self.scene_painted()
        self.picture(language, "sheet-code")
        self.press(words["to-call"])
        self.wait_for(lambda: not self.controls(words["renew"]), "the way back to the call")
        self.reason(language)
        self.scene("call-loud")
        self.press(words["volume"])
        self.wait_for(lambda: self.controls(words["louder"]), "the steps of the volume")
        self.every_control_has_a_name(f"{language} volume")
        self.scene_painted()
        self.picture(language, "call-volume")
        self.press(words["volume"])
        self.wait_for(lambda: not self.controls(words["louder"]), "the end of the steps")
        self.scene("call-chat")
        self.open_messages(words)
        self.every_control_has_a_name(f"{language} chat")
        self.scene_painted()
        self.picture(language, "call-chat-open")
        self.press(words["end"])
        self.wait_for(lambda: self.controls(words["keep"]), "the question before the end")
        self.scene_painted()
        self.picture(language, "sheet-end")
        self.press(words["keep"])
        self.wait_for(lambda: not self.controls(words["keep"]), "the question's end")
        self.press(words["close"])
        # GTK shows a pressed button for a quarter of a second before it acts.
        self.wait_for(lambda: self.controls(words["open"]), "the chat panel's end")

    WAITS = {"en": {"one": "이순자 is waiting", "two": "2 patients are waiting", "see": "See who is waiting", "next": "Admit next",
                    "go": "End and admit next", "for": "for 3 min"},
             "ko": {"one": "이순자 님이 기다리고 있습니다", "two": "환자 2명 대기 중", "see": "누가 기다리는지 보기",
                    "next": "다음 환자 들이기", "go": "종료하고 다음 환자 들이기", "for": "3분 "}}

    def somebody_waits(self, language):
        """Who waits is on every screen, whatever it shows, with the ways to them."""
        words = self.WAITS[language]
        for scene, name in (("call-one-waits", "one"), ("call-waiting", "two"), ("session-others-wait", "two"),
                            ("log-others-wait", "two")):
            self.scene(scene)
            self.wait_for(lambda: [n for n in self.on_screen() if n.getRoleName() == "alert" and n.name == words[name]],
                          f"'{words[name]}' on {scene}")
            self.wait_for(lambda: [n for n in self.on_screen() if words["for"] in n.name], f"how long, on {scene}")
            signs = self.screens.tell("signs")
            self.check(signs == [f"title {words[name]} – Sangdam", "lit yes"], f"{language} {scene}: title and light: {signs}")
            self.press(words["see"])
            self.expect(f"show-session 'c{5:031x}'", f"{scene}: see who waits")
        self.scene("call-waiting")
        self.press(words["next"])
        self.press_in_sheet(words["go"])
        self.expect(f"admit-next ('c{5:031x}', '0123456789abcdef-1')", "the next is admitted, and this visit ended")
        for scene in ("call", "log-many"):
            self.scene(scene)
            signs = self.screens.tell("signs")
            self.check(signs == ["title Sangdam", "lit no"], f"{language} {scene}: nobody waits: {signs}")

    def reason(self, language):
        """The question why there is no picture covers neither the picture nor the controls, typing included."""
        words = self.WORDS[language]
        self.scene("call-reason-picture-back")
        for typing in (False, True):
            if typing:
                self.press(words["other"])
                self.wait_for(lambda: self.controls(words["others"]), "the way back to the other reasons")
                self.every_control_has_a_name(f"{language} another reason")
                self.scene_painted()
                self.picture(language, "call-reason-other")

            def box(find, what):
                found = self.wait_for(lambda: next((n for n in self.on_screen() if find(n)), None), what)
                return found.queryComponent().getExtents(self.pyatspi.WINDOW_COORDS)
            question = box(lambda n: n.getRoleName() == "alert" and n.name.startswith(words["question"]), "the question")
            width, height = map(int, self.size.split("x"))
            self.check(question.x >= 0 and question.x + question.width <= width and 0 < question.height <= height / 3,
                       f"{language}: the question is whole and leaves room for the picture: {question}")
            for name in (words["picture"], words["end"]):
                other = box(lambda n, name=name: n.name == name, name)
                self.check(question.y + question.height <= other.y and other.y + other.height <= height,
                           f"{language}: the question covers '{name}' or pushes it out: {question}, {other}")
        self.press(words["others"])
        self.wait_for(lambda: not self.controls(words["others"]), "the reasons again")

    ON_AIR = {"en": {"camera microphone": "On air: the patient sees and hears you",
                     "camera": "On air: the patient sees you and does not hear you",
                     "microphone": "On air: the patient hears you and does not see you"},
              "ko": {"camera microphone": "지금 영상과 소리가 환자에게 나가고 있습니다",
                     "camera": "지금 영상만 환자에게 나가고 있습니다. 소리는 나가지 않습니다",
                     "microphone": "지금 소리만 환자에게 나가고 있습니다. 영상은 나가지 않습니다"}}

    def on_air(self, language, names):
        """What is sent is said on every screen, whatever it shows, and only then."""
        def signs():
            return [n for n in self.on_screen()
                    if any(n.name.startswith(name) for name in self.ON_AIR[language].values())]
        for sent, name in self.ON_AIR[language].items():
            self.screens.tell("on-air " + sent)
            # One scene of each screen, and every scene for what is usual.
            one_each = ["today-many", "session-open", "call", "log-many", "timeline"]
            for scene in names if sent == "camera microphone" else one_each:
                self.scene(scene)
                found = self.wait_for(signs, f"the sign that the kiosk is on air ({sent}) on {scene}")
                self.check(len(found) == 1 and found[0].name.startswith(name),
                           f"{language} {scene}: one sign says '{name}': {[n.name for n in found]}")
                box = found[0].queryComponent().getExtents(self.pyatspi.WINDOW_COORDS)
                width, height = map(int, self.size.split("x"))
                self.check(box.width >= 48 and 0 <= box.x and box.x + box.width <= width
                           and 0 <= box.y and box.y + box.height <= height,
                           f"{language} {scene}: the sign lies within the screen: {box}")
                if scene in one_each:
                    self.picture(language, f"on-air-{sent.replace(' ', '-')}-{scene}")
        self.screens.tell("on-air camera microphone")
        self.scene("call")
        self.press(self.WORDS[language]["end"])
        self.wait_for(lambda: self.controls(self.WORDS[language]["keep"]), "the question before the end")
        self.check(len(signs()) == 1, f"{language}: the sign stays beside a question")
        self.scene_painted()
        self.picture(language, "on-air-sheet-end")
        self.press(self.WORDS[language]["keep"])
        self.scene("log-many")
        self.press(self.wait_for(signs, "the sign")[0].name)
        self.expect(f"show-session '{'c' * 32}'", "the sign leads back to the call")
        self.screens.tell("on-air nothing")
        for scene in ("today-many", "call"):
            self.scene(scene)
            self.wait_for(lambda: not signs(), f"no sign on {scene}")

    def scene_painted(self):
        self.screens.tell("painted")

    def actions(self):
        """In English, and every one through the accessibility bus."""
        visit = "c" * 32

        self.scene("today-empty")  # so that no choice is left from before
        self.scene("today-many")
        self.press("Start a session now")
        self.expect("start-walk-in ", "Start a session now")
        self.press("Admit")  # the one who waits is chosen by itself
        self.expect(f"admit ('c{5:031x}', '0123456789abcdef-1')", "Admit on Today")
        self.press("Log")
        self.expect("show-log ", "Log")
        self.press("한국어")
        self.expect("set-language 'ko'", "the language button")

        self.press("Add appointment")
        self.type("Patient's name", "  홍길동 \u202e")
        self.type("Clinician", "박민수 원장")
        self.press("Needs the picture: if it is missing, the kiosk asks why")
        self.press("Add this appointment")
        added = self.screens.action()
        self.check(added.startswith("add-appointment ('홍길동', '박민수 원장', '20") and added.endswith("Z', true)"),
                   f"an appointment is added with clean names and an ISO 8601 time: {added}")

        self.scene("today-one")
        self.press("Open the visit")
        self.expect(f"open-appointment 'a{7:031x}'", "Open the visit")
        self.press("Remove appointment")
        self.press("Remove")
        self.expect(f"remove-appointment 'a{7:031x}'", "Remove")

        self.scene("today-notices")
        self.press("1 more message")
        self.press("Dismiss: Everyone who has the code is let in without asking (started with --auto-admit).")
        self.expect("dismiss-notice 'auto-admit'", "Dismiss")

        self.scene("session-waiting")
        self.press("Admit")
        self.expect(f"admit ('{visit}', '0123456789abcdef-1')", "Admit")
        self.press("Not now: the patient is asked to come back later")
        self.expect(f"decline ('{visit}', '0123456789abcdef-1')", "Not now")
        self.press("Back to today")
        self.expect("show-today ", "Back to today")
        self.press("Cancel the session")
        self.press_in_sheet("Cancel the session")
        self.expect(f"cancel '{visit}'", "Cancel the session")
        self.scene("session-open")
        self.press("This visit needs the picture")
        self.expect(f"need-picture ('{visit}', true)", "This visit needs the picture")
        self.press("Nobody came")
        self.press_in_sheet("Nobody came")
        self.expect(f"no-show '{visit}'", "Nobody came")

        self.scene("call-chat")
        self.press("Turn the microphone off")
        self.expect("mute-microphone ", "Mute")
        self.press("Turn the camera off")
        self.expect("camera-off ", "Camera off")
        self.scene("call-loud")
        self.press("Volume of 김영희: 150 %")
        self.press("Louder")
        self.expect("patient-volume 175", "Louder")
        self.press("Quieter")
        self.expect("patient-volume 125", "Quieter")
        self.scene("call-chat")
        self.open_messages(self.WORDS["en"])
        self.type("Message to the patient", "약은 식후 30분에 드세요 💊")
        self.press("Send")
        self.expect("send-chat '약은 식후 30분에 드세요 💊'", "Send")
        self.type("Message to the patient", "for nobody else")
        self.scene("call-text")  # another visit, whose line carries messages only: they open by themselves
        self.wait_for(lambda: self.controls("Close messages") and any(
            entry.queryText().characterCount == 0 for entry in self.controls("Message to the patient")
            if entry.getRoleName() in ("text", "entry")), "the messages of another visit, with nothing typed")
        self.scene("call")
        self.wait_for(lambda: self.controls("Open messages"), "a call whose messages are closed")
        self.press("End the visit")
        self.wait_for(lambda: self.controls("Keep talking"), "the question before the end")
        self.press_in_sheet("End the visit")
        self.expect(f"end '{visit}'", "End")

        self.scene("call-reason")
        self.press("Patient's wish")
        self.expect(f"give-reason ('{visit}', 'patient-wish', '')", "a reason")
        self.press("Other")
        self.type("Other reason", " 어두워서 \u202e")
        self.press("Note it")
        self.expect(f"give-reason ('{visit}', 'other', '어두워서')", "another reason")

        self.scene("log-many")
        self.press("Show older visits")
        self.expect("more-log ", "Show older visits")
        self.type("Search by patient or clinician", "김영")
        self.expect("search-log '김영'", "search")

        self.scene("timeline-huge")
        self.press("Show 14800 earlier entries")
        self.expect("show-earlier ", "Show earlier entries")

    REASON = "It was refused for a reason that takes a sentence to say."

    def answer_shown(self, text):
        """Where the answer with that text lies; nothing while it is not on the screen."""
        found = [n for n in self.on_screen() if n.getRoleName() == "alert" and n.name == text]
        return self.box(found[0]) if found else None

    def box(self, node):
        return node.queryComponent().getExtents(self.pyatspi.WINDOW_COORDS)

    def refused_where_it_was_pressed(self, scene, name, press=None):
        """The answer is on the screen, whole, beside the button and not over it."""
        where = f"{scene}, {name}"
        controls = self.wait_for(lambda: self.controls(name), name)
        button = self.box(controls[-1])
        self.screens.tell("refuse " + self.REASON)
        (press or self.press)(name)
        self.screens.action()
        answer = self.wait_for(lambda: self.answer_shown(self.REASON), f"the answer to {where}")
        self.scene_painted()
        answer = self.answer_shown(self.REASON)
        width, height = map(int, self.size.split("x"))
        self.check(0 <= answer.x and answer.x + answer.width <= width and 0 <= answer.y
                   and answer.y + answer.height <= height, f"{where}: the answer is whole: {answer}")
        apart = max(answer.y - (button.y + button.height), button.y - (answer.y + answer.height),
                    answer.x - (button.x + button.width), button.x - (answer.x + answer.width))
        self.check(press is not None or 0 <= apart <= 24, f"{where}: the answer {answer} is beside the button {button}")
        self.picture("en", f"answer-{scene}-{name.split(' ')[0].lower()}")

    def answers(self):
        """A refusal is read where the finger is, whatever was pressed and whatever notices there are."""
        self.scene("today-empty")  # so that no choice is left from before
        self.scene("today-notices")
        for name in ("Start a session now", "Admit", "See who is waiting"):
            self.refused_where_it_was_pressed("today-notices", name)
        self.scene("log-many")
        self.wait_for(lambda: not self.answer_shown(self.REASON), "the end of an answer to another screen's press")
        self.scene("today-one")
        self.refused_where_it_was_pressed("today-one", "Open the visit")
        self.scene("session-waiting")
        for name in ("Admit", "Not now: the patient is asked to come back later",
                     "New code: the old one stops working, whoever is here stays"):
            self.refused_where_it_was_pressed("session-waiting", name)

        # A question that was refused stays, and so does what was typed.
        self.scene("session-open")
        self.press("Nobody came")
        self.refused_where_it_was_pressed("session-open", "Nobody came", self.press_in_sheet)
        self.check(self.controls("Wait longer"), "a refused question stays open")
        self.press_in_sheet("Nobody came")
        self.screens.action()
        self.wait_for(lambda: not self.controls("Wait longer"), "the end of a question that was answered")

        self.scene("today-notices")
        self.press("Add appointment")
        self.screens.tell("refuse " + self.REASON)
        self.press("Add this appointment")
        self.expect_start("add-appointment ('', '', '20", "an appointment without a name is asked for, and refused")
        self.type("Patient's name", "홍길동")
        self.type("Clinician", "박민수 원장")
        self.refused_where_it_was_pressed("appointment", "Add this appointment")
        self.screens.tell("grant Saved: 홍길동")
        self.press("Add this appointment")
        self.expect_start("add-appointment ('홍길동', '박민수 원장', '20", "what was typed stays after a refusal")
        self.wait_for(lambda: self.answer_shown("Saved: 홍길동"), "the answer to a saved appointment")
        self.wait_for(lambda: not self.controls("Add this appointment"), "the end of a form that was saved")

        self.scene("call")
        self.press("Open messages")
        self.type("Message to the patient", "약은 식후에")
        self.refused_where_it_was_pressed("call", "Send")
        self.press("Close messages")
        self.scene("today-empty")

    def named(self, text):
        return [n for n in self.on_screen() if text in n.name]

    def codes(self):
        """A code that opens nothing is not read out; a walk-in may be named."""
        self.scene("session-open")
        self.wait_for(lambda: self.named("4 8 2 7 3 1 9 0 6"), "the code, digit by digit")
        self.check(not self.controls("New code, in the place of the one that has run out"), "one New code while the code is good")
        for scene, action in (("session-run-out", f"renew-code '{'c' * 32}'"), ("session-closed", f"open-appointment '{'a' * 32}'")):
            self.scene(scene)
            self.wait_for(lambda: self.named("The code has run out"), f"{scene}: that the code has run out")
            self.check(not self.named("4 8 2"), f"{scene}: the code is not read out")
            self.check(not self.named("Read this out"), f"{scene}: nobody is asked to read it out")
            self.press("New code, in the place of the one that has run out")
            self.expect(action, f"{scene}: New code")
        self.scene("session-walk-in")
        self.check(not self.named("more minute"), "hours are not counted in minutes")
        self.wait_for(lambda: self.named("Good until"), "until when the code is good")
        self.press("Add a name")
        self.type("Patient's name", "이순자")
        self.screens.tell("refuse " + self.REASON)
        self.press("Save the name")
        self.expect(f"name-visit ('{'c' * 32}', '이순자')", "a name for a walk-in")
        self.wait_for(lambda: self.controls("Save the name"), "the sheet of a refused name")
        self.press("Save the name")
        self.screens.action()
        self.wait_for(lambda: not self.controls("Save the name"), "the end of the sheet")

    def steady(self):
        """No button moves under the finger that presses it, or the one beside it."""
        for language, words in (("ko", {"add": "예약 추가", "back": "뒤로", "steps": ("하루 뒤로", "한 시간 뒤로", "5분 뒤로"), "camera": "카메라 끄기"}),
                                ("en", {"add": "Add appointment", "back": "Back",
                                        "steps": ("One day later", "One hour later", "Five minutes later"),
                                        "camera": "Turn the camera off"})):
            self.screens.tell("language " + language)
            self.scene("today-one")
            self.press(words["add"])
            for step in words["steps"]:
                self.wait_for(lambda: self.controls(step), step)
                self.scene_painted()
                before = self.box(self.controls(step)[0])
                for _ in range(5):
                    self.press(step)
                self.scene_painted()
                after = self.box(self.controls(step)[0])
                self.check((before.x, before.y, before.width) == (after.x, after.y, after.width),
                           f"{language}: '{step}' stays where it is: {before}, {after}")
            self.picture(language, "sheet-add-stepped")
            self.press(words["back"])
            self.wait_for(lambda: not self.controls(words["steps"][0]), "the sheet's end")
        places = set()
        for scene in ("call", "call-mine-muted"):
            self.scene(scene)
            self.scene_painted()
            box = self.box(self.wait_for(lambda: self.controls("Turn the camera off"), "the camera's button")[0])
            places.add((box.x, box.y, box.width))
        self.check(len(places) == 1, f"the camera's button stays where it is when the microphone is muted: {places}")

    def focus_rings(self):
        """One thing has the focus, and one ring says so."""
        for scene in ("today-many", "session-waiting", "call-chat", "timeline"):
            self.scene(scene)
            seen = 0
            for _ in range(6):
                self.screens.tell("tab")
                rings = self.screens.tell("rings")
                self.check(len(rings) <= 1, f"{scene}: one focus ring: {rings}")
                seen += len(rings)
            self.check(seen > 0, f"{scene}: what has the focus has a ring")

    def rows(self):
        return [n for n in self.on_screen() if n.getRoleName() == "list item"]

    def lists(self):
        """Walk-ins differ for the ear; a long day begins at what is to be done now."""
        self.scene("today-walk-ins")
        names = self.wait_for(lambda: len(self.rows()) == 3 and [row.name for row in self.rows()], "three walk-ins")
        self.check(len(set(names)) == 3 and any("9 0 6" in name for name in names), f"three names: {names}")
        self.wait_for(lambda: self.named("Coming in"), "that somebody has typed a code")
        self.scene("today-empty")
        self.scene("today-long")
        fold = "Show 22 visits that are over"
        self.wait_for(lambda: self.controls(fold), "the fold over what is over")
        self.wait_for(lambda: len(self.rows()) == 24, "the rows that are not over")
        overdue = [row for row in self.rows() if "Overdue" in row.name]
        self.check(len(overdue) == 2, f"two are overdue: {[row.name for row in overdue]}")
        coming = next(row for row in self.rows() if "환자 24" in row.name)
        height = int(self.size.split("x")[1])
        def is_in_view():
            box = self.box(coming)
            return 0 <= box.y and box.y + box.height <= height
        self.wait_for(is_in_view, "the next visit in view")
        self.wait_for(lambda: self.named("Now, "), "the line that marks the time")
        self.press(fold)
        self.wait_for(lambda: len(self.rows()) == 46, "all rows")
        self.press("Hide visits that are over")
        self.wait_for(lambda: len(self.rows()) == 24, "the fold again")

    def expect_start(self, action, where):
        came = self.screens.action()
        self.check(came.startswith(action), f"{where}: expected '{action}…', got '{came}'")

    def press_in_sheet(self, name):
        """The button of the sheet that lies over the screen's own button of the same name."""
        def ready():
            dialog = next((n for n in self.on_screen() if n.getRoleName() == "dialog"), None)
            found = [n for n in self.walk(dialog) if n.name == name and "button" in n.getRoleName()] if dialog else []
            return found[0] if found else None
        button = self.wait_for(ready, f"the sheet's button '{name}'")
        self.check(button.queryAction().doAction(0), f"the sheet's '{name}' can be pressed")


if __name__ == "__main__":
    sys.exit(main())
