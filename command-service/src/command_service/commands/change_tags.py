"""Labels come and go."""

from typing import Annotated

from pydantic import AfterValidator, FailFast, Field

from command_service.commands.command import Command, Label, without_repeats
from command_service.domain.refusals import TooManyTags
from command_service.domain.ticket import Ticket
from ticket_contracts.events import TicketTagsChanged
from ticket_contracts.fields import TAGS_MAX

# The first label that breaks a rule ends it: a list has no limit, and neither would the list of what is wrong.
Labels = Annotated[tuple[Label, ...], FailFast(), AfterValidator(without_repeats)]


class ChangeTags(Command):
    """A tag in both lists ends up removed."""

    add: Labels = Field(default=(), description="Labels to add; those already there change nothing")
    remove: Labels = Field(default=(), description="Labels to remove; those not there change nothing")


def change_tags(ticket: Ticket, command: ChangeTags) -> TicketTagsChanged | None:
    """Change them, up to 20 in the end (TooManyTags); None when nothing comes or goes."""
    ticket.must_be_open_to_change()
    had, unwanted = set(ticket.tags), set(command.remove)
    added = tuple(tag for tag in command.add if tag not in had and tag not in unwanted)
    removed = tuple(tag for tag in ticket.tags if tag in unwanted)
    if not added and not removed:
        return None
    if len(had) - len(removed) + len(added) > TAGS_MAX:
        raise TooManyTags(f"A ticket has at most {TAGS_MAX} tags")
    return TicketTagsChanged(added=added, removed=removed)
