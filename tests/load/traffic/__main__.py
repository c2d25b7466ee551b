"""Runs locust without a window against a stack of its own, and writes build/load.html.

python -m tests.load.traffic [--users N] [--seconds S] [--tickets N]
"""

import argparse
import asyncio
import logging
import os
import sys
from pathlib import Path

from devstack.selection import SERVER_IMAGES, chosen_kind
from tests.load.bench.pipeline import write_side
from tests.load.bench.report import BUILD
from tests.load.bench.servers import Servers, bench_servers
from tests.load.bench.world import read_model
from tests.load.figures import say
from tests.load.growth.shape import read_shape

USERS, USERS_MAX = 100, 1_000
SECONDS, SECONDS_MAX = 60, 600
TICKETS = 20_000
_PER_S = 20
_GRACE_S = 60.0


async def run(servers: Servers, users: int, seconds: int, tickets: int, report: Path) -> int:
    """Let so many users work for so long; returns locust's code, 1 where a request failed."""
    report.parent.mkdir(exist_ok=True)
    async with (
        read_model(servers, read_shape(), tickets) as model,
        write_side(servers, model.prefix, "traffic") as side,
    ):
        say(f"{users} users, {seconds} s, {tickets} tickets")
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "locust", "--headless", "--only-summary"),
            *("--locustfile", str(Path(__file__).with_name("users.py")), "--host", model.service.url),
            *("--users", str(users), "--spawn-rate", str(_PER_S), "--run-time", f"{seconds}s"),
            *("--html", str(report)),
            env={**os.environ, "TICKETS_COMMAND_URL": side.command.url},
        )
        try:
            async with asyncio.timeout(seconds + _GRACE_S):
                return await process.wait()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="make load", description=__doc__)
    parser.add_argument("--users", type=int, choices=range(1, USERS_MAX + 1), default=USERS, metavar="N")
    parser.add_argument("--seconds", type=int, choices=range(1, SECONDS_MAX + 1), default=SECONDS, metavar="S")
    parser.add_argument("--tickets", type=int, default=TICKETS, metavar="N")
    given, report = parser.parse_args(), BUILD / "load.html"
    logging.basicConfig(level=logging.CRITICAL)  # aiokafka tells of each retry, also while topics are being made
    with bench_servers(chosen_kind(SERVER_IMAGES)) as servers:
        code = asyncio.run(run(servers, given.users, given.seconds, given.tickets, report))
    say(f"written: {report}")
    return code


if __name__ == "__main__":
    raise SystemExit(main())
