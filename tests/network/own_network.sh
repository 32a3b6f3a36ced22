#!/usr/bin/env bash
# Runs a command on a network of its own: one host with a real interface beside loopback, and nothing else.
# With --bare before the command there is only loopback: the command makes the rest.
#
# ICE on loopback alone tells little: libnice binds each socket to its interface, so a TURN server on 127.0.0.1 is out
# of its reach. Needs root and iproute2; without them it says so and is skipped (77).
set -euo pipefail
if [[ ${1:-} != --inside ]]; then
  if ! unshare --net true 2>/dev/null || ! command -v ip >/dev/null; then
    echo 'SKIPPED: a network namespace cannot be made here (needs root, unshare and iproute2)'
    exit 77
  fi
  exec unshare --net "$0" --inside "$@"
fi
shift
ip link set lo up
if [[ ${1:-} == --bare ]]; then
  shift
  exec "$@"
fi
ip link add host type veth peer name wire
ip address add 10.77.0.1/24 dev host
ip link set host up
ip link set wire up
# As a PC has them with a VPN, Docker and virtual machines: each its own card with its own address.
for ((i = 1; i < ${SANGDAM_TEST_CARDS:-1}; i++)); do
  ip link add "card$i" type veth peer name "far$i"
  ip address add "10.78.$i.1/24" dev "card$i"
  ip link set "card$i" up
  ip link set "far$i" up
done
# An IPv6 link-local address is tentative for a second or two (RFC 4862); when it settles, the network has changed for
# whoever watches it, and a browser gives up the page it is loading (ERR_NETWORK_CHANGED).
for ((i = 0; i < 200; i++)); do
  [[ -n $(ip -6 -o address show tentative) ]] || break
  sleep 0.05
done
export SANGDAM_TEST_ADDRESS=10.77.0.1
exec "$@"
