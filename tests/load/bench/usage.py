"""What processes use: seconds of CPU since their start, and memory in RAM; those of servers in containers as well."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

import psutil
from pymongo.uri_parser import parse_uri

from tests.load.bench.processes import Server
from tests.load.bench.servers import Servers
from tests.load.figures import say

KAFKA = "kafka"


@dataclass(frozen=True)
class Usage:
    """CPU in seconds, memory in MB of 10^6 bytes."""

    cpu_s: float
    memory_mb: float

    @classmethod
    def of(cls, process: psutil.Process) -> "Usage":
        """Return what a process has used and has."""
        times = process.cpu_times()
        return cls(times.user + times.system, process.memory_info().rss / 1e6)

    def cpu_ms_a_write(self, before: "Usage", writes: float) -> float:
        """Return the CPU that each of so many writes has taken since `before`, in ms."""
        return (self.cpu_s - before.cpu_s) * 1000 / writes


def usage(servers: Servers, services: Mapping[str, Server]) -> dict[str, Usage]:
    """Return the usage of each service and server by name; MongoDB's are `mongodb of command` and so on."""
    found = {name: Usage.of(server.process) for name, server in services.items()}
    found |= {name: Usage.of(process) for name, process in _server_processes(servers)}
    for name in _names(servers) - found.keys():
        _say_once(f"not counted: what {name} uses, for its process cannot be looked at")
    return found


def _names(servers: Servers) -> set[str]:
    return {team if team == KAFKA else _mongodb_of(team) for team in vars(servers)}


def _mongodb_of(team: str) -> str:
    return f"mongodb of {team}"


_say_once = cache(say)


def _server_processes(servers: Servers) -> Iterator[tuple[str, psutil.Process]]:
    by_port = {str(parse_uri(uri)["nodelist"][0][1]): team for team, uri in vars(servers).items() if team != KAFKA}
    broker = servers.kafka.rpartition(":")[2]
    for process in psutil.process_iter():
        try:
            if process.name() == "mongod" and (ports := by_port.keys() & set(process.cmdline())):
                yield _mongodb_of(by_port[ports.pop()]), process
            elif process.name() == "java" and _is_broker(process, broker):
                yield KAFKA, process
        except psutil.Error:
            continue  # it has just ended, or is not ours to look at


def _is_broker(process: psutil.Process, port: str) -> bool:
    """Say whether a Java process is the broker: of a container by its environment, of this machine as our child."""
    if port in process.environ().get("KAFKA_ADVERTISED_LISTENERS", ""):
        return True
    return os.getpid() in {parent.pid for parent in process.parents()}
