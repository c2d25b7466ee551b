"""`projector parked drop`: give up what holds a ticket."""

from typing import Annotated

import typer

from projector_service.cli.asking import ask
from projector_service.cli.options import TIMEOUT, Operator, Ticket, Timeout, in_the_log
from projector_service.cli.proposal import CannotDrop, Proposal, propose
from projector_service.cli.running import FAILED, ended, run
from projector_service.cli.show_parked import Shown, read
from ticket_contracts.control import Drop
from ticket_contracts.fields import INTEGER_MAX

Reason = Annotated[
    str,
    typer.Option("--reason", help="Why it is given up; stands in the log and the history.", callback=in_the_log(500)),
]
Offset = Annotated[
    int | None, typer.Option("--offset", min=0, help="Give up this waiting message instead of what holds the ticket.")
]
Version = Annotated[
    int | None,
    typer.Option("--version", min=2, max=INTEGER_MAX, help="Give up missing versions up to this one as well."),
]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask back.")]


def command(
    ticket: Ticket,
    reason: Reason,
    operator: Operator,
    offset: Offset = None,
    version: Version = None,
    yes: Yes = False,
    timeout: Timeout = TIMEOUT,
) -> None:
    """Give up what holds a ticket, and try again what waits behind it. For good: a redrive does not bring it back."""
    shown = run(lambda settings: read(settings, ticket))
    proposal = _proposal(ticket, shown, offset, version)
    typer.echo(f"{ticket}: this gives up {proposal.meaning}.")
    if not yes:
        typer.confirm("Give it up?", abort=True)
    ask({ticket: Drop(operator=operator, reason=reason, offset=proposal.offset, version=proposal.version)}, timeout)


def _proposal(ticket: str, shown: Shown, offset: int | None, version: int | None) -> Proposal:
    if shown.ticket is None:
        raise ended(FAILED, f"{ticket} is not parked")
    if offset is not None and all(m.offset != offset for m in shown.messages):
        raise ended(FAILED, f"no message at offset {offset} waits with {ticket}")
    if offset is not None or version is not None:
        named = [f"the message at offset {offset}"] if offset is not None else []
        named += [f"missing versions up to {version}"] if version is not None else []
        return Proposal(offset, version, " and ".join(named))
    try:
        return propose(shown.ticket, shown.messages)
    except CannotDrop as error:
        raise ended(FAILED, f"{ticket}: {error}") from None
