"""Runs cells one after the other on one stack: load, faults, quiet, judgement."""

import asyncio
import time
from collections.abc import Sequence

from devstack.errors import StackError
from tests.chaos.cells import faults_of
from tests.chaos.checker.judge import judge
from tests.chaos.checker.violations import Kind, Violation
from tests.chaos.collect.end_state import collect
from tests.chaos.faults import Fault
from tests.chaos.load.workload import Workload
from tests.chaos.probe import Probe
from tests.chaos.result import Result
from tests.support.stack import Stack

WARM_UP_S = 2.0
AFTERMATH_S = 2.0


async def run_cell(stack: Stack, name: str, seed: str) -> Result:
    """Run one cell and return its verdict. Its tickets are its own; counters are judged over all of the stack."""
    started = time.monotonic()
    faults = faults_of(name, seed)
    workload = Workload(stack.urls, f"{name}-{seed}".replace("/", "-"))
    probe = Probe(stack.urls, workload.run, workload.history)
    try:
        catch_up = await _under_load(stack, workload, probe, faults)
        await probe.caught_up()
        state = await collect(stack, workload.history)
        events, violations = len(state.stored), judge(workload.history, state)
    except (TimeoutError, StackError) as error:
        said = str(error) or "what was written after the last fault is not on the dashboard"
        catch_up, events, violations = None, 0, [Violation(Kind.NOT_CAUGHT_UP, name, said)]
    took = time.monotonic() - started
    return Result(name, seed, faults, workload.history, events, violations, catch_up, took)


async def _under_load(stack: Stack, workload: Workload, probe: Probe, faults: Sequence[Fault]) -> float:
    """Return the seconds that catching up took after the last fault."""
    load = asyncio.create_task(workload.go())
    try:
        await asyncio.sleep(WARM_UP_S)
        for fault in faults:
            await asyncio.sleep(fault.wait)
            await fault.strike(stack)
        catch_up = await probe.caught_up()
        await asyncio.sleep(AFTERMATH_S)
    finally:
        workload.stopped.set()
        await load
    return catch_up
