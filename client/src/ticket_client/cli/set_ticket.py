"""`tickets set`: change a ticket."""

from typing import Annotated

import typer

from ticket_client.cli.changed import show, until_shown
from ticket_client.cli.found import the_one
from ticket_client.cli.options import Json, TicketName, flag
from ticket_client.cli.stack import Stack, run
from ticket_client.cli.steps import Changes
from ticket_client.errors import ClientError
from ticket_client.models import Accepted
from ticket_client.session import Session
from ticket_client.values import LiveStatus, Priority, WaitingReason

Status = Annotated[
    LiveStatus | None, typer.Option("--status", help="Where it stands; for resolved and closed: --resolve, --close.")
]
WaitingFor = Annotated[
    WaitingReason | None, typer.Option("--waiting-for", help="For what, which --status waiting needs.")
]
Urgency = Annotated[Priority | None, typer.Option("--priority", help="How urgent it is.")]
Group = Annotated[str | None, typer.Option("--group", metavar="NAME", help="With --assignee; '' for none.")]
Assignee = Annotated[str | None, typer.Option("--assignee", metavar="NAME", help="With --group; '' for none.")]
AddTags = Annotated[list[str] | None, typer.Option("--add-tag", metavar="TAG", help="A tag to put on; again for more.")]
RemoveTags = Annotated[
    list[str] | None, typer.Option("--remove-tag", metavar="TAG", help="A tag to take off; again for more.")
]
Resolve = Annotated[bool, flag("--resolve", "It is solved.")]
Resolution = Annotated[str | None, typer.Option("--resolution", metavar="TEXT", help="How, with --resolve.")]
Reopen = Annotated[bool, flag("--reopen", "Take a resolved ticket up again.")]
Reason = Annotated[str | None, typer.Option("--reason", metavar="TEXT", help="Why, with --reopen.")]
Close = Annotated[bool, flag("--close", "End it; a closed ticket accepts nothing.")]
IfVersion = Annotated[
    int | None, typer.Option("--if-version", min=1, metavar="N", help="Change nothing unless it is at this version.")
]


def command(
    stack: Stack,
    name: TicketName,
    status: Status = None,
    waiting_for: WaitingFor = None,
    priority: Urgency = None,
    group: Group = None,
    assignee: Assignee = None,
    add_tags: AddTags = None,
    remove_tags: RemoveTags = None,
    resolve: Resolve = False,
    resolution: Resolution = None,
    reopen: Reopen = False,
    reason: Reason = None,
    close: Close = False,
    if_version: IfVersion = None,
    as_json: Json = False,
) -> None:
    """Change a ticket: any number of things at once, up to the first that is refused.

    Whatever order they are given in, they are done in this one: reopen, status, priority, assignment, tags, resolve,
    close.
    """
    changes = Changes(
        status,
        waiting_for,
        priority,
        group,
        assignee,
        add_tags or [],
        remove_tags or [],
        resolve,
        resolution,
        reopen,
        reason,
        close,
    )
    if (complaint := changes.complaint()) is not None:
        raise typer.BadParameter(complaint)
    show(run(_change(stack, name, changes, if_version)), as_json=as_json)


async def _change(stack: Stack, name: str, changes: Changes, if_version: int | None) -> Accepted:
    async with stack.session() as session:
        ticket_id = await the_one(session.queries, name)
        accepted = await _take_steps(session, ticket_id, changes, if_version)
        return await until_shown(session, accepted)


async def _take_steps(session: Session, ticket_id: str, changes: Changes, version: int | None) -> Accepted:
    done: list[str] = []
    for step in changes.steps():
        try:
            accepted = await step.call(session.commands, ticket_id, if_match=version)
        except ClientError:
            if done:
                typer.echo(f"tickets: done before the refusal: {', '.join(done)}", err=True)
            raise
        done.append(step.name)
        # Whoever names a version wants nobody in between either.
        version = None if version is None else accepted.version
    return accepted
