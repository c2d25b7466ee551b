"""`python -m tests.independent SERVICE`: one service, alone, with the previous contracts and with the present ones.

Builds wheels, installs the service by itself in empty environments, and lets the old consumer read what a new producer
writes and the new consumer what an old producer wrote, on a real broker. Ends with 1 where neither order is safe, or
where the gate promises another one.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path

from devstack.selection import SERVER_IMAGES, chosen_kind
from gate.check import judge
from gate.revisions import base_commit, files_at, published_commits, worktree_files
from gate.verdicts import Order
from tests.independent.environment import Environment, Refused, build_wheels, install_alone
from tests.independent.releases import ROOT, NotHere, Release, present_version, releases
from tests.independent.trial import TRIALS, Outcome, Servers

OLD, NEW = "old", "new"


def main() -> None:
    """Run the trials of the service that is named."""
    parser = argparse.ArgumentParser(prog="python -m tests.independent", description=__doc__)
    parser.add_argument("service", choices=sorted(TRIALS))
    service = parser.parse_args().service
    try:
        sys.exit(examine(service))
    except (NotHere, Refused) as error:
        sys.exit(str(error))


def examine(service: str) -> int:
    """Print what came of each combination, and which order is safe; return the exit code."""
    previous = releases()[0]
    outcomes = {}
    with tempfile.TemporaryDirectory() as directory:
        environments = prepare(service, previous, Path(directory))
        with _servers() as servers:
            for consumer, producer in product((OLD, NEW), repeat=2):
                outcome = TRIALS[service](environments[consumer], environments[producer], servers)
                outcomes[consumer, producer] = outcome
                print(_line(consumer, producer, outcome), flush=True)
    found, promised = safe_order(outcomes), promised_order(previous)
    print(f"{service}, contracts {previous.version} and {present_version()}: {found}; the gate says: {promised}")
    return 0 if keeps(promised, outcomes) else 1


def prepare(service: str, previous: Release, directory: Path) -> dict[str, Environment]:
    """Return both environments. The old one has this checkout's service where that takes the previous contracts."""
    before, wheels = previous.extract(directory / "before"), directory / "wheels"
    build_wheels(ROOT, ("contracts", "chassis", service), wheels / NEW)
    build_wheels(before, ("contracts",), wheels / "mixed")
    build_wheels(ROOT, ("chassis", service), wheels / "mixed")
    lock = f"requirements/{service}.txt"
    new = install_alone(f"{service} of this checkout", service, ROOT / lock, wheels / NEW, directory / NEW)
    name = f"{service} of this checkout with contracts {previous.version}"
    try:
        old = install_alone(name, service, ROOT / lock, wheels / "mixed", directory / "mixed")
    except Refused as refused:
        print(f"{name} cannot be installed, so the old one is that of then: {refused}")
        build_wheels(before, ("contracts", "chassis", service), wheels / OLD)
        name = f"{service} of contracts {previous.version}"
        old = install_alone(name, service, before / lock, wheels / OLD, directory / OLD)
    for environment in (old, new):
        environment.check_alone(service)
        print(f"installed alone: {environment.name}", flush=True)
    return {OLD: old, NEW: new}


def safe_order(outcomes: dict[tuple[str, str], Outcome]) -> Order:
    """Return in which order the two sides can go over, from what came of (consumer, producer)."""
    consumers_first, producers_first = outcomes[NEW, OLD].well, outcomes[OLD, NEW].well
    if consumers_first and producers_first:
        return Order.ANY
    if consumers_first:
        return Order.CONSUMERS
    return Order.PRODUCERS if producers_first else Order.NONE


def promised_order(previous: Release) -> Order:
    """Return what the gate says of all that changed since the previous release."""
    commit = base_commit(previous.commit)
    return judge(files_at(commit), [files_at(each) for each in published_commits(commit)], worktree_files()).order


def keeps(promised: Order, outcomes: dict[tuple[str, str], Outcome]) -> bool:
    """Return whether all was read that the promised order needs, and by each side what it wrote itself."""
    needed = {
        Order.ANY: [(NEW, OLD), (OLD, NEW)],
        Order.CONSUMERS: [(NEW, OLD)],
        Order.PRODUCERS: [(OLD, NEW)],
        Order.NONE: [],
    }
    same = [(OLD, OLD), (NEW, NEW)]
    return all(outcomes[each].well for each in needed[promised] + same) and promised is not Order.NONE


def _line(consumer: str, producer: str, outcome: Outcome) -> str:
    unread = f", {len(outcome.unread)} not: {outcome.unread[0]}" if outcome.unread else ""
    read = outcome.written - len(outcome.unread)
    return f"{consumer} consumer, {producer} producer: {read} of {outcome.written} read{unread}"


@contextmanager
def _servers() -> Iterator[Servers]:
    if chosen_kind(SERVER_IMAGES) == "docker":
        from tests.support.docker_servers import docker_kafka as kafka
        from tests.support.docker_servers import docker_mongo as mongo
    else:
        from tests.support.local_servers import local_kafka as kafka
        from tests.support.local_servers import local_mongo as mongo
    with kafka() as bootstrap, mongo() as uri:
        yield Servers(bootstrap, uri)


if __name__ == "__main__":
    main()
