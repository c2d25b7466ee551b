"""What a record says of itself without being read in full: what it is a form of, and which of two is the newer one."""

from pydantic import BaseModel, ValidationError

from query_service.domain.progress import Counted
from ticket_contracts.topics import STATS, VIEWS


class Head(BaseModel):
    """Of a view or marker, or of a counters record; only those have a version that is above 0."""

    version: int = 0
    partition: int
    offset: int

    @property
    def age(self) -> tuple[int, int]:
        """The newer one has the higher pair."""
        return (self.version, self.offset)


class ViewHead(Head):
    """Of a view or marker."""

    id: str

    @property
    def subject(self) -> str:
        """What it is a form of: a ticket."""
        return self.id


class CountersHead(Head):
    """Of a counters record, with what is to be known of an outdated one, too."""

    views_offset: int
    timeline_offset: int

    @property
    def subject(self) -> str:
        """What it is a form of: a partition's counters."""
        return str(self.partition)

    @property
    def counted(self) -> Counted:
        """What progress needs of it."""
        return Counted(self.offset, self.views_offset, self.timeline_offset)


_HEADS: dict[str, type[ViewHead | CountersHead]] = {VIEWS.name: ViewHead, STATS.name: CountersHead}


def head_of(topic: str, partition: int, value: bytes | None) -> ViewHead | CountersHead | None:
    """Return the head of a record; None where there is none to read, or it speaks of another partition."""
    form = _HEADS.get(topic)
    if form is None:
        return None
    try:
        head = form.model_validate_json(value or b"")
    except ValidationError:
        return None
    return head if head.partition == partition else None
