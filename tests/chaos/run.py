"""Runs cells one after the other on one stack: load, faults, quiet, judgement."""

import asyncio
import time
import traceback
from collections.abc import Sequence

import httpx2

from devstack.errors import StackError
from tests.chaos.cells import Plan
from tests.chaos.checker.judge import judge
from tests.chaos.checker.violations import Kind, Violation
from tests.chaos.collect.end_state import collect
from tests.chaos.faults.fault import Fault
from tests.chaos.load.workload import Workload
from tests.chaos.probe import Probe
from tests.chaos.result import Result
from tests.chaos.rig.rig import Rig
from tests.support.stack import Stack

WARM_UP_S = 2.0
AFTERMATH_S = 2.0
READY_LIMIT_S = 3.0


async def run_cell(rig: Rig, plan: Plan) -> Result:
    """Run one cell and return its verdict. Its tickets are its own; counters are judged over all of the stack."""
    started, stack = time.monotonic(), rig.stack
    workload = Workload(rig.doors, f"{plan.cell}-{plan.seed}")
    rig.history = workload.history
    probe = Probe(stack.urls, workload.run, workload.history)
    try:
        catch_up = await _under_load(rig, workload, probe, plan.faults)
        await probe.caught_up()
        state = await collect(stack, workload.history)
        events, violations = len(state.stored), judge(workload.history, state)
    except (TimeoutError, StackError) as error:
        said = f"{error or 'the dashboard does not count what was written'}; {await _unready(stack)}"
        catch_up, events, violations = None, 0, [Violation(Kind.NOT_CAUGHT_UP, plan.cell, said)]
    except Exception:  # noqa: BLE001 - whatever breaks a cell, the run goes on and the cell has failed
        said = f"{traceback.format_exc()}; {await _unready(stack)}"
        catch_up, events, violations = None, 0, [Violation(Kind.NOT_JUDGED, plan.cell, said)]
    return Result(plan, workload.history, events, violations, catch_up, took=time.monotonic() - started)


async def _unready(stack: Stack) -> str:
    """Return what the services say of themselves: it is gone with the stack."""
    said = []
    for service, url in stack.urls.items():
        try:
            async with httpx2.AsyncClient(base_url=url, timeout=READY_LIMIT_S) as http:
                answer = await http.get("/readyz")
        except httpx2.TransportError as error:
            said.append(f"{service}: {type(error).__name__}")
        else:
            said.append(f"{service}: {answer.text}")
    return "; ".join(said)


async def _under_load(rig: Rig, workload: Workload, probe: Probe, faults: Sequence[Fault]) -> float:
    """Return the seconds that catching up took after the last fault."""
    load = asyncio.create_task(workload.go())
    try:
        await asyncio.sleep(WARM_UP_S)
        for fault in faults:
            await asyncio.sleep(fault.wait)
            await fault.strike(rig)
        catch_up = await probe.caught_up()
        await asyncio.sleep(AFTERMATH_S)
    finally:
        workload.stopped.set()
        await load
        await rig.calm()
    return catch_up
