#!/bin/sh
# Runs a command in a private D-Bus session with PipeWire, WirePlumber and pipewire-pulse of its own, and no hardware.
# Ends what it started, by pid. Exit status 77 (skipped) if PipeWire is not installed.
set -eu
for program in dbus-run-session pipewire wireplumber pipewire-pulse pactl gst-launch-1.0 espeak-ng; do
  command -v "$program" >/dev/null || { echo "SKIPPED: $program is not installed"; exit 77; }
done
if [ "${SANGDAM_INSIDE_SESSION:-}" != 1 ]; then
  XDG_RUNTIME_DIR=$(mktemp -d)
  export XDG_RUNTIME_DIR SANGDAM_INSIDE_SESSION=1
  status=0
  dbus-run-session -- "$0" "$@" || status=$?
  rm -rf "$XDG_RUNTIME_DIR"
  exit "$status"
fi
wait_for() {  # a command, until it succeeds, at most 20 s
  tries=0
  until "$@" >/dev/null 2>&1; do
    tries=$((tries + 1))
    [ "$tries" -lt 200 ] || { echo "gave up waiting for: $*"; exit 1; }
    sleep 0.1
  done
}
pipewire >"$XDG_RUNTIME_DIR/pipewire.log" 2>&1 & pids=$!
trap 'kill $pids 2>/dev/null || true' EXIT
wait_for test -S "$XDG_RUNTIME_DIR/pipewire-0"
wireplumber >"$XDG_RUNTIME_DIR/wireplumber.log" 2>&1 & pids="$pids $!"
pipewire-pulse >"$XDG_RUNTIME_DIR/pulse.log" 2>&1 & pids="$pids $!"
wait_for pactl info
pactl load-module module-null-sink sink_name=vspeaker >/dev/null
pactl load-module module-null-sink media.class=Audio/Source/Virtual sink_name=vmic channel_map=mono >/dev/null
"$@"
