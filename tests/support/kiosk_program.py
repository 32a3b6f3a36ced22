"""The real kiosk on test sources, started by a test, with its events as they come."""
import json
import os
import select
import subprocess
import tempfile
import time

DEADLINE = 60.0
PATH = ""  # of the program; set by the test that uses it


class Kiosk:
    """The kiosk on test sources, its events as they come."""

    def __init__(self, data, *arguments, environment=None, listen="127.0.0.1:0", prefix=()):
        self.log = tempfile.TemporaryFile(mode="w+")
        self.process = subprocess.Popen(
            [*prefix, PATH, "--data-dir", data, *(["--listen", listen] if listen else []), "--camera", "test",
             "--microphone", "test", "--print-events", "--language", "en", *arguments],
            stdout=subprocess.PIPE, stderr=self.log, bufsize=0, env=dict(os.environ, **(environment or {})))
        self.buffer = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()
        self.process.stdout.close()
        self.log.close()

    def end(self):
        self.process.terminate()
        return self.process.wait(DEADLINE)

    def event(self, name, deadline=DEADLINE):
        """The next event of this name."""
        end = time.monotonic() + deadline
        while True:
            while b"\n" in self.buffer:
                line, self.buffer = self.buffer.split(b"\n", 1)
                event = json.loads(line)
                if event["event"] == name:
                    return event
            ready, _, _ = select.select([self.process.stdout], [], [], max(0.0, end - time.monotonic()))
            chunk = os.read(self.process.stdout.fileno(), 4096) if ready else b""
            if not chunk:
                raise AssertionError(f"no event '{name}': {self.stderr()}")
            self.buffer += chunk

    def stderr(self):
        self.log.seek(0)
        return self.log.read()
