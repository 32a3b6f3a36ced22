#!/usr/bin/python3
"""What staff read when a camera, a microphone or a loudspeaker is pulled, and that it goes once it is back.

    devices_test.py SANGDAM-KIOSK LOCALE-DIRECTORY VIRTUAL-CAMERA WITH-PIPEWIRE

The devices are virtual ones of a PipeWire session of the test's own.
"""
import os
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "support"))
import desktop  # noqa: E402
import kiosk_program  # noqa: E402
from kiosk_program import DEADLINE, Kiosk  # noqa: E402

PICTURE = ("videotestsrc is-live=true pattern=blue ! video/x-raw,width=640,height=360,framerate=15/1 ! jpegenc ! "
           "identity name=fault")


class Camera:
    """A camera, until it is pulled without a goodbye."""

    def __init__(self):
        self.process = subprocess.Popen([CAMERA, "desk_cam", PICTURE], stdin=subprocess.PIPE)

    def suffer(self, fault):
        self.process.stdin.write(fault.encode() + b"\n")
        self.process.stdin.flush()

    def pull(self):
        self.process.kill()
        self.process.wait(DEADLINE)
        self.process.stdin.close()


class Sound:
    """A module of the sound server, until it is pulled."""

    def __init__(self, *module):
        result = subprocess.run(["pactl", "load-module", *module], check=True, capture_output=True, text=True)
        self.number = result.stdout.strip()

    def pull(self):
        subprocess.run(["pactl", "unload-module", self.number], check=True)


class Devices(unittest.TestCase):
    def setUp(self):
        # The session's own devices: here there shall be none at first.
        subprocess.run(["pactl", "unload-module", "module-null-sink"], check=True)
        folder = tempfile.TemporaryDirectory(prefix="sangdam-devices-")
        self.addCleanup(folder.cleanup)
        self.kiosk = Kiosk(os.path.join(folder.name, "data"), "--camera", "auto", "--microphone", "auto",
                           "--walk-in")
        self.addCleanup(self.kiosk.__exit__)
        self.kiosk.event("session-open")

    def reads(self, sentence):
        """Waits until the sentence is on the screen, behind another one perhaps."""
        try:
            more = "more message"
            if desktop.wait_for_any(self.kiosk.process.pid, [sentence, more], DEADLINE) == more:
                for name in ("1 more message", "2 more messages"):
                    if desktop.is_on_screen(self.kiosk.process.pid, name):
                        desktop.press(self.kiosk.process.pid, name, DEADLINE)
                        break
            desktop.wait_for_text(self.kiosk.process.pid, sentence, DEADLINE)
        except desktop.NotThere as missing:
            raise AssertionError(f"{missing}\n{self.kiosk.stderr()}") from missing

    def gone(self, sentence):
        desktop.wait_until_gone(self.kiosk.process.pid, sentence, DEADLINE)

    def test_what_is_pulled_is_said_and_what_is_plugged_in_again_is_used(self):
        ear = ["module-null-sink", "media.class=Audio/Source/Virtual", "sink_name=ear", "channel_map=mono",
               "sink_properties=device.description=Ear"]
        box = ["module-null-sink", "sink_name=box", "sink_properties=device.description=Box"]
        camera, microphone, speaker = Camera(), Sound(*ear), Sound(*box)
        self.reads("Camera ready")
        self.reads("Microphone ready")
        self.gone("was found")

        camera.suffer("stall")
        self.reads("The camera stopped sending pictures")
        camera.suffer("none")
        self.reads("Camera ready")
        self.gone("The camera stopped sending pictures")

        camera.pull()
        self.reads("Camera unplugged")
        self.reads("No camera was found, so patients will not see you")
        camera = Camera()
        self.reads("Camera ready")
        self.gone("No camera was found")

        microphone.pull()
        self.reads("Microphone unplugged")
        self.reads("No microphone was found, so patients will not hear you")
        microphone = Sound(*ear)
        self.reads("Microphone ready")
        self.gone("No microphone was found")

        speaker.pull()
        self.reads("No loudspeaker was found, so you will not hear the patient")
        speaker = Sound(*box)
        self.gone("No loudspeaker was found")
        camera.pull()
        microphone.pull()
        speaker.pull()


if __name__ == "__main__":
    kiosk_program.PATH, os.environ["SANGDAM_LOCALE_DIR"], CAMERA, session = sys.argv[1:5]
    desktop.run_inside_own(sys.argv)
    if not os.environ.get("SANGDAM_INSIDE_SESSION"):
        os.execv(session, [session, sys.executable, *sys.argv])
    unittest.main(argv=[sys.argv[0]], verbosity=2)
