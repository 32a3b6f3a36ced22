#!/usr/bin/python3
"""Measures what a patient hears of herself, and of the clinician who speaks at the same time, in a simulated room.

  tests/integration/pipelines/with_pipewire.sh tests/bench/echo.py BUILD_FOLDER [ROOM ...]

The kiosk's engine takes part in a call with a virtual loudspeaker and a virtual microphone; between them is the room: the
way through the air, reverberation, noise. First the patient speaks alone (20 s), then the clinician (10 s), then both
(20 s). With no canceller (gain control and noise suppression go on), with the kiosk's, and with PipeWire's instead, it prints

  - in which second of the patient's speech its echo became 20 dB weaker, and stayed so;
  - how much weaker it is in the mean of the second half, against the clinician's voice;
    (VOLUME=200 in the environment plays the patient twice as loud);
  - how well the clinician is understood, alone and in double talk: STOI (Taal et al., 2011), 0 to 1.

Needs python3-numpy and espeak-ng. Not a test: machines differ and are shared.
"""
import os
import subprocess
import sys
import tempfile
import time
import wave

import numpy as np

RATE = 48000
ALONE, NEAR, BOTH = 20, 10, 20  # seconds
ROOMS = {
    'near speaker, dry room': dict(delay=0.002, rt60=0.15, gain=0.3, noise=-70),
    'usual room': dict(delay=0.006, rt60=0.4, gain=0.5, noise=-60),
    'loud speaker': dict(delay=0.006, rt60=0.4, gain=1.0, noise=-60),
    'speaker 120 ms late': dict(delay=0.120, rt60=0.4, gain=0.5, noise=-60),
    'hall': dict(delay=0.010, rt60=0.8, gain=0.4, noise=-60),
}
VOLUME = os.environ.get('VOLUME', '100')  # percent, of the patient at the clinic
CANCELLERS = tuple(os.environ.get('CANCELLERS', 'none,webrtcdsp,PipeWire').split(','))
TEXT_FAR = ('I have had this cough for about three weeks now. It is worse at night, and when I climb the stairs I lose '
            'my breath. The tablets you gave me helped a little in the first week, but then it came back. My daughter '
            'says that I should ask about my heart as well. I sleep badly and my ankles are swollen in the evening. ')
TEXT_NEAR = ('Thank you, that is helpful. How many pillows do you sleep on, and does the cough bring anything up? Please '
             'take your blood pressure tablet with breakfast, twenty milligrams, and measure your weight each morning. '
             'If it rises by two kilograms in three days, call us at once. I will see you again on Thursday at ten. ')


def speech(text, voice, pitch, seconds):
    """Speech of a length, its level -23 dB RMS where somebody speaks."""
    with tempfile.NamedTemporaryFile(suffix='.wav') as file:
        subprocess.run(['espeak-ng', '-v', voice, '-p', str(pitch), '-s', '165', '-w', file.name, text], check=True)
        with wave.open(file.name) as sound:
            rate = sound.getframerate()
            samples = np.frombuffer(sound.readframes(sound.getnframes()), np.int16).astype(float) / 32768
    samples = resample(samples, rate, RATE)
    samples = np.tile(samples, int(np.ceil(seconds * RATE / len(samples))))[:seconds * RATE]
    loud = samples[np.abs(samples) > 0.01]
    return samples * (10 ** (-23 / 20) / np.sqrt(np.mean(loud ** 2)))


def resample(samples, rate, wanted):
    """By the spectrum."""
    if rate == wanted:
        return samples
    count = int(len(samples) * wanted / rate)
    spectrum = np.fft.rfft(samples)
    keep = np.zeros(count // 2 + 1, complex)
    bins = min(len(keep), len(spectrum))
    keep[:bins] = spectrum[:bins]
    return np.fft.irfft(keep, count) * (count / len(samples))


class Room:
    """From the loudspeaker to the microphone, inside of the sound server: what it adds never changes while it is there.

    The sink `air` is what the microphone, `ear`, hears: the loudspeaker through the room, and the clinician."""

    def __init__(self, folder, delay, rt60, gain, noise):
        length = int(max(rt60 * 0.7, 0.1) * RATE)
        random = np.random.default_rng(7)
        tail = random.standard_normal(length) * 10 ** (-3 * np.arange(length) / (rt60 * RATE))
        tail[0] += 8  # the direct way
        response = np.concatenate([np.zeros(int(delay * RATE)), tail])
        response *= gain / np.sqrt(np.sum(response ** 2))
        file = os.path.join(folder, 'response.wav')
        write_wav(file, response)
        config = os.path.join(folder, 'room.conf')
        with open(config, 'w', encoding='utf-8') as out:
            out.write(ROOM_CONFIG % file)
        self.noise = os.path.join(folder, 'noise.wav')
        write_wav(self.noise, random.standard_normal(RATE * 80) * 10 ** (noise / 20))
        self.processes = [subprocess.Popen(['pipewire', '-c', config]),
                          subprocess.Popen(['pw-cat', '--playback', '--target', 'air', self.noise])]

    def speak(self, file):
        self.processes.append(subprocess.Popen(['pw-cat', '--playback', '--target', 'air', file]))

    def end(self):
        for process in self.processes:
            process.terminate()
            process.wait()


ROOM_CONFIG = """
context.properties = { log.level = 2 }
context.spa-libs = { audio.convert.* = audioconvert/libspa-audioconvert support.* = support/libspa-support }
context.modules = [
  { name = libpipewire-module-protocol-native } { name = libpipewire-module-client-node } { name = libpipewire-module-adapter }
  { name = libpipewire-module-filter-chain
    args = {
      node.description = "room"
      filter.graph = { nodes = [ { type = builtin label = convolver name = room config = { filename = "%s" } } ] }
      audio.channels = 1 audio.position = [ MONO ]
      capture.props = { node.name = room-in target.object = vspeaker stream.capture.sink = true node.passive = true }
      playback.props = { node.name = room-out target.object = air }
    }
  }
]
"""


def write_wav(name, samples):
    with wave.open(name, 'wb') as sound:
        sound.setparams((1, 2, RATE, 0, 'NONE', ''))
        sound.writeframes((np.clip(samples, -1, 1) * 32767).astype(np.int16).tobytes())


def stoi(clean, heard):
    """Short-time objective intelligibility of `heard`, which is aligned with `clean`."""
    clean, heard = (resample(one, RATE, 10000) for one in (clean, heard))
    frame, hop, span = 256, 128, 30
    window = np.hanning(frame + 2)[1:-1]

    def frames(sound):
        count = (len(sound) - frame) // hop
        return np.array([sound[i * hop:i * hop + frame] * window for i in range(count)])

    a, b = frames(clean), frames(heard)
    level = 20 * np.log10(np.linalg.norm(a, axis=1) + 1e-9)
    spoken = level > level.max() - 40  # pauses say nothing of intelligibility
    a, b = np.abs(np.fft.rfft(a[spoken], 512)) ** 2, np.abs(np.fft.rfft(b[spoken], 512)) ** 2
    frequency = np.fft.rfftfreq(512, 1 / 10000)
    middle = 150 * 2 ** (np.arange(15) / 3)
    bands = np.array([(frequency >= m * 2 ** (-1 / 6)) & (frequency < m * 2 ** (1 / 6)) for m in middle], float)
    a, b = np.sqrt(a @ bands.T), np.sqrt(b @ bands.T)
    scores = []
    for i in range(span, len(a) + 1):
        x, y = a[i - span:i], b[i - span:i]
        y = y * (np.linalg.norm(x, axis=0) / (np.linalg.norm(y, axis=0) + 1e-9))
        y = np.minimum(y, x * (1 + 10 ** (15 / 20)))
        x, y = x - x.mean(axis=0), y - y.mean(axis=0)
        scores.append(np.mean(np.sum(x * y, axis=0) / (np.linalg.norm(x, axis=0) * np.linalg.norm(y, axis=0) + 1e-9)))
    return float(np.mean(scores))


def shift_between(reference, sound):
    """How many samples later `sound` is."""
    size = 1 << int(np.ceil(np.log2(len(reference) + len(sound))))
    product = np.fft.irfft(np.fft.rfft(sound, size) * np.conj(np.fft.rfft(reference, size)), size)
    at = int(np.argmax(np.abs(product)))
    return at if at < size // 2 else at - size


def decibel(sound):
    return 10 * np.log10(np.mean(sound ** 2) + 1e-12)


def judge(back, voice):
    """The levels and scores of one call; `voice` is the dry recording of the clinician."""
    back = np.frombuffer(back, np.int16).astype(float) / 32768
    at = shift_between(voice, back) / RATE  # when the clinician began to speak
    if not ALONE - 5 < at < ALONE + 5:
        raise SystemExit(f'the clinician was not found in what came back ({at:.1f} s)')

    def part(begin, end):
        return back[int((at + begin) * RATE):int((at + end) * RATE)]

    def heard(begin, end):
        """Aligned anew: a delay that moved is no damage."""
        clean, sound = voice[int(begin * RATE):int(end * RATE)], part(begin, end)
        moved = shift_between(clean, sound)
        size = min(len(clean), len(sound)) - abs(moved)
        return stoi(clean[max(0, -moved):][:size], sound[max(0, moved):][:size])

    return dict(seconds=[decibel(part(second - ALONE + 0.5, second - ALONE + 1.5)) for second in range(ALONE - 1)],
                echo=decibel(part(10 - ALONE, -1)), near=decibel(part(1, NEAR)), alone=heard(1, NEAR),
                both=heard(NEAR + 1, NEAR + BOTH - 1))


def pactl(*args):
    return subprocess.run(['pactl', *args], check=True, capture_output=True, text=True).stdout.strip()


def call(build, folder, room, canceller, voice):
    module = None
    devices = ('auto', 'auto')
    if canceller == 'PipeWire':
        module = pactl('load-module', 'module-echo-cancel', 'aec_method=webrtc', 'source_name=ecmic',
                       'sink_name=ecspeaker', 'source_master=ear', 'sink_master=vspeaker')
        devices = ('Echo-Cancel Source', 'Echo-Cancel Sink')
    pactl('set-default-source', 'ecmic' if module else 'ear')
    pactl('set-default-sink', 'ecspeaker' if module else 'vspeaker')
    one = Room(folder, **room)
    back = os.path.join(folder, 'back.raw')
    kiosk = subprocess.Popen(
        [os.path.join(build, 'tests/bench/bench-echo-call'), os.path.join(folder, 'far.wav'), back,
         str(ALONE + NEAR + BOTH + 3), 'own' if canceller == 'webrtcdsp' else 'none', *devices, VOLUME],
        stdout=subprocess.PIPE, text=True)
    try:
        if not kiosk.stdout.readline():
            raise SystemExit(f'no call: exit status {kiosk.wait()}')
        time.sleep(ALONE)
        one.speak(os.path.join(folder, 'near.wav'))
        if kiosk.wait() != 0:
            raise SystemExit(f'the call ended with {kiosk.returncode}')
    finally:
        kiosk.kill()
        one.end()
        if module:
            pactl('unload-module', module)
    with open(back, 'rb') as file:
        return judge(file.read(), voice)


def main():
    build, *wanted = sys.argv[1:]
    voice = speech(TEXT_NEAR, 'en-us', 35, NEAR + BOTH)
    # Sound can be played into a sink only; what is played into `air` is what the microphone hears.
    pactl('load-module', 'module-null-sink', 'sink_name=air', 'channel_map=mono')
    pactl('load-module', 'module-remap-source', 'master=air.monitor', 'source_name=ear', 'channel_map=mono',
          'source_properties=device.description=Ear')
    print('| room | canceller | 20 dB weaker after, s | echo weaker by, dB | speech alone | in double talk |')
    print('|---|---|---|---|---|---|')
    with tempfile.TemporaryDirectory() as folder:
        far = [speech(TEXT_FAR, 'en-gb', 60, ALONE + 1), np.zeros((NEAR - 1) * RATE), speech(TEXT_FAR, 'en-gb', 60, BOTH + 5)]
        write_wav(os.path.join(folder, 'far.wav'), np.concatenate(far))
        write_wav(os.path.join(folder, 'near.wav'), voice)
        for name in wanted or ROOMS:
            bare = None
            for canceller in CANCELLERS:
                result = call(build, folder, ROOMS[name], canceller, voice)
                bare = bare or result
                gain = result['near'] - bare['near']
                weaker = [was - (now - gain) for was, now in zip(bare['seconds'], result['seconds'])]
                until = next((i for i in range(len(weaker)) if all(one > 20 for one in weaker[i:])), 'never')
                print(f"| {name} | {canceller} | {until} | {bare['echo'] - (result['echo'] - gain):.0f} | "
                      f"{result['alone']:.2f} | {result['both']:.2f} |", flush=True)


if __name__ == '__main__':
    main()
