"""`tickets export`: every ticket as the read side has it."""

from contextlib import aclosing
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from ticket_client.cli.output import progress
from ticket_client.cli.stack import Stack, run

Output = Annotated[
    Path | None, typer.Option("--output", "-o", dir_okay=False, help="Write to this file instead of stdout.")
]


def command(stack: Stack, output: Output = None) -> None:
    """Write every ticket as one line of JSON."""
    if output is None:
        run(_write(stack, typer.get_binary_stream("stdout")))
    else:
        run(_write_file(stack, output))


async def _write_file(stack: Stack, output: Path) -> None:
    # Under its own name only when it is whole, so that nobody takes half an export for all of it.
    part = output.with_name(output.name + ".part")
    try:
        with part.open("wb") as stream:
            await _write(stack, stream)
        part.replace(output)
    finally:
        part.unlink(missing_ok=True)


async def _write(stack: Stack, stream: BinaryIO) -> None:
    with progress("Exporting tickets") as step:
        async with stack.session() as session, aclosing(session.queries.export_lines()) as lines:
            async for line in lines:
                stream.write(line + b"\n")
                step(1)
