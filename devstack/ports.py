"""TCP ports on the loopback address."""

import socket

HOST = "127.0.0.1"


def is_open(port: int) -> bool:
    """Say whether something accepts connections on 127.0.0.1:`port`."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((HOST, port)) == 0


def free_port() -> int:
    """Return a port that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
    return port


def all_free(ports: list[int]) -> bool:
    """Say whether a server could be started on each of `ports`."""
    return not any(is_open(port) for port in ports)
