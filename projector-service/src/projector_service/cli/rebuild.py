"""`projector rebuild`: makes all read documents anew beside those that serve, and goes over to them."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Annotated, TypeVar

import typer
from pydantic import ValidationError

from projector_service.cli.running import FAILED, WRONG_USAGE, ended, run
from projector_service.domain.generations import Generation
from projector_service.rebuild import remove
from projector_service.rebuild.compare import Comparison, compare
from projector_service.rebuild.cutover import cut_over
from projector_service.rebuild.start import start
from projector_service.rebuild.status import Status, status
from projector_service.rebuild.workbench import Refused, Workbench, workbench
from projector_service.settings import Settings
from ticket_chassis.settings import wrong_variables
from ticket_chassis.topics import TopicSettings

app = typer.Typer(help="Make all read documents anew while the present ones serve, and go over.", no_args_is_help=True)

MayDiffer = Annotated[
    list[str] | None,
    typer.Option("--may-differ", metavar="FIELD", help="A field that may differ: awaiting, or views.awaiting"),
]

T = TypeVar("T")


@app.command("start")
def start_rebuild(
    rate: Annotated[int | None, typer.Option(min=1, help="Events per second at most, of all projectors")] = None,
) -> None:
    """Begin a new generation, which reads the whole log."""
    replicas = _replicas()
    generation = _at(lambda bench: start(bench, rate, *replicas))
    typer.echo(f"generation {generation.number} is being built; next: projector rebuild status")


@app.command("status")
def show_status(
    as_json: Annotated[bool, typer.Option("--json", help="For programs")] = False,
) -> None:
    """Show how far, how fast and how long still."""
    found = _at(status)
    if as_json:
        typer.echo(json.dumps(_json(found)))
        return
    typer.echo(f"generation {found.serving.number} serves")
    if found.beside is not None:
        _show_progress(found, found.beside)
    typer.echo(f"next: {found.next_step}")


@app.command("compare")
def compare_generations(may_differ: MayDiffer = None) -> None:
    """Compare the new generation with the one that serves; exit code 1 when they differ."""
    found = _at(lambda bench: compare(bench, may_differ or []))
    _show(found)
    typer.echo("next: projector rebuild cutover")


@app.command("cutover")
def cut_over_to_new(may_differ: MayDiffer = None) -> None:
    """Let the new generation serve, unless it differs or is behind."""
    found = _at(lambda bench: cut_over(bench, may_differ or []))
    if found is None:
        typer.echo("done before; readers have been told again")
    else:
        _show(found)
        typer.echo(f"generation {found.new.number} serves; query services go over by themselves")
    typer.echo("next: projector rebuild status, until nobody reads the retired one; then projector rebuild clean")


@app.command("abort")
def abort_rebuild() -> None:
    """Give up the new generation and leave nothing of it behind."""
    _show_removed(_at(remove.abort))


@app.command("clean")
def clean_up() -> None:
    """Take away the generation that served before; refused while a consumer group reads its topics."""
    _show_removed(_at(remove.clean))


def _replicas() -> tuple[int, int]:
    """Return how many replicas a topic has, and how many must be in sync."""
    try:
        topics = TopicSettings()
    except ValidationError as error:
        raise ended(WRONG_USAGE, f"environment variables: {wrong_variables(error)} missing or wrong") from None
    return topics.topic_replication_factor, topics.topic_min_insync_replicas


def _at(work: Callable[[Workbench], Awaitable[T]]) -> T:
    async def connected(settings: Settings) -> T:
        async with workbench(settings) as bench:
            return await work(bench)

    try:
        return run(connected)
    except Refused as refusal:
        raise ended(FAILED, str(refusal)) from None


def _show_removed(number: int | None) -> None:
    typer.echo("there is nothing to remove" if number is None else f"generation {number} is gone")


def _show_progress(found: Status, beside: Generation) -> None:
    typer.echo(f"generation {beside.number}: {beside.state.value}" + (f", {beside.halted}" if beside.halted else ""))
    for at in found.partitions:
        typer.echo(f"  partition {at.partition:2}: {at.applied + 1} of {at.last + 1}")
    left = "unknown" if found.seconds_left is None else f"{found.seconds_left:.0f} s"
    typer.echo(f"  {found.left} messages to read, {found.rate:.0f}/s, time left: {left}")
    for group, members in found.readers.items():
        typer.echo(f"  read by {group} ({members} members)")


def _show(found: Comparison) -> None:
    """Print a comparison; ends the process where something differs."""
    differences = found.differences
    if not found.same_log:
        typer.echo(f"generation {found.serving.number} was made from a log that is gone: offsets are not compared")
    for each in differences.first:
        typer.echo(f"{each.kind} {each.key} {each.field}: {each.serving!r} serves, {each.new!r} is new")
    for name, count in differences.counts.most_common():
        typer.echo(f"{count} times: {name}")
    typer.echo("compared: " + ", ".join(f"{count} {kind}" for kind, count in differences.compared.items()))
    if differences.counts:
        raise ended(FAILED, "they differ; nothing was changed. If that is meant: --may-differ FIELD")


def _json(found: Status) -> dict[str, object]:
    return {
        "serving": found.serving.number,
        "generation": found.beside.number if found.beside else None,
        "state": found.beside.state.value if found.beside else None,
        "halted": found.beside.halted if found.beside else None,
        "left": found.left,
        "rate": found.rate,
        "seconds_left": found.seconds_left,
        "partitions": [asdict(at) for at in found.partitions],
        "readers": found.readers,
        "next": found.next_step,
    }
