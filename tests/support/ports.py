"""Ports for programs that cannot be told to take any free one and say which."""
import random
import socket

# Below the ports that the kernel gives to outgoing connections (net.ipv4.ip_local_port_range, from 32768): one of
# those may be free when it is looked at and taken, or still closing on another loopback address, when it is used.
LOWEST, HIGHEST = 20000, 32000


def free_port():
    """A port that nothing listens on, at any address."""
    while True:
        port = random.randint(LOWEST, HIGHEST)
        with socket.socket() as probe:
            try:
                probe.bind(("0.0.0.0", port))
            except OSError:
                continue
            return port
