# Shared by ./run and ./test; sourced, not run. What it starts it ends by process id, at exit.
# shellcheck shell=bash

say() { printf '%s\n' "$*"; }
die() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

k_cleanup=()
at_exit() { k_cleanup+=("$1"); }
run_cleanup() {
  local index
  for ((index = ${#k_cleanup[@]} - 1; index >= 0; index--)); do eval "${k_cleanup[index]}" || true; done
}
trap run_cleanup EXIT

# quietly LOG COMMAND...: shows the output only if the command fails.
quietly() {
  local log=$1
  shift
  "$@" >"$log" 2>&1 && return
  tail -n 60 "$log" >&2
  die "this failed (the whole output is in $log): $*"
}

# configure DIR OPTION...: meson setup once; later starts only bring changed options up to date.
configure() {
  local folder=$1
  shift
  if [[ -f $folder/build.ninja ]]; then
    [[ -f $folder/sangdam-options && $(<"$folder/sangdam-options") == "$*" ]] && return
    quietly "$folder/setup.log" meson setup --reconfigure "$folder" "$@"
  else
    mkdir -p "$folder"
    quietly "$folder/setup.log" meson setup "$folder" "$@"
  fi
  printf '%s\n' "$*" >"$folder/sangdam-options"
}

# compile DIR: one line when there is something to do, none when there is not.
compile() {
  local folder=$1
  if ninja -C "$folder" -n 2>/dev/null | grep -q 'no work to do'; then return; fi
  say "Building in ${folder##*/}/ ..."
  quietly "$folder/ninja.log" ninja -C "$folder"
}

# Starts an X server nobody sees, on a free number, and exports DISPLAY.
# In a session of its own, as the bus below: Ctrl-C reaches every program of the terminal, and the kiosk could not
# close its visits in good order once its display is gone. at_exit ends them.
start_virtual_display() {
  local folder number
  folder=$(mktemp -d)
  # The server writes its number once it listens: nothing to wait for by guessing, no number to collide on.
  mkfifo "$folder/number"
  # -noreset: otherwise it begins anew whenever its last client goes, and who connects meanwhile is refused, or waits
  # for an answer for ever.
  setsid Xvfb -displayfd 3 -screen 0 1280x800x24 -nolisten tcp -noreset 3<>"$folder/number" >"$folder/log" 2>&1 &
  local server=$!
  at_exit "kill $server 2>/dev/null; wait $server 2>/dev/null; rm -rf '$folder'"
  if ! read -r -t 20 number <>"$folder/number" || [[ ! $number =~ ^[0-9]+$ ]]; then
    cat "$folder/log" >&2
    die 'the virtual display did not start'
  fi
  # Painted by the CPU; without this GTK loads an OpenGL that nothing uses (GTK before 4.14 wants the first name).
  export DISPLAY=":$number" GDK_BACKEND=x11 GSK_RENDERER=cairo GDK_DEBUG=gl-disable GDK_DISABLE=gl
  unset WAYLAND_DISPLAY
}

# Starts a session bus and exports its address. Not dbus-run-session: that would stand between us and the program
# when it is to be ended in good order.
start_session_bus() {
  local folder address
  folder=$(mktemp -d)
  mkfifo "$folder/address"
  setsid dbus-daemon --session --nofork --print-address=3 3<>"$folder/address" >"$folder/log" 2>&1 &
  local bus=$!
  at_exit "kill $bus 2>/dev/null; wait $bus 2>/dev/null; rm -rf '$folder'"
  read -r -t 20 address <>"$folder/address" || die 'the session bus did not start'
  export DBUS_SESSION_BUS_ADDRESS=$address
}

# Installs what tests/browser needs of npm, when its lock file changed since the last time.
install_node_modules() {
  local folder=tests/browser stamp
  [[ -f $folder/package-lock.json ]] || return 0
  stamp=$(sha256sum "$folder/package-lock.json")
  stamp=${stamp%% *}
  [[ -f $folder/node_modules/.sangdam-lock && $(<"$folder/node_modules/.sangdam-lock") == "$stamp" ]] && return
  say 'Installing the npm packages of tests/browser (by its lock file, without their scripts) ...'
  local log
  log=$(mktemp)
  at_exit "rm -f '$log'"
  (cd "$folder" && quietly "$log" npm ci --ignore-scripts --no-audit --no-fund)
  printf '%s\n' "$stamp" >"$folder/node_modules/.sangdam-lock"
}
