"""The words of the two APIs, as types."""

from collections.abc import Sequence
from typing import Literal

Status = Literal["open", "triaged", "in_progress", "waiting", "resolved", "closed"]
LiveStatus = Literal["open", "triaged", "in_progress", "waiting"]
WaitingReason = Literal["user_info", "problem", "vendor", "evidence"]
Priority = Literal["low", "normal", "high", "urgent"]
Channel = Literal["web", "email", "phone", "chat", "self_service", "direct", "ivr"]
Author = Literal["customer", "agent"]
Awaiting = Literal["us", "customer"]
Sort = Literal["-updated_at", "updated_at", "-created_at", "created_at"]
CommandType = Literal[
    "CreateTicket",
    "UpdateStatus",
    "AssignTicket",
    "ChangePriority",
    "AddAgentNote",
    "AddReply",
    "ChangeTags",
    "ResolveTicket",
    "ReopenTicket",
    "CloseTicket",
]


def listed(words: str | Sequence[str]) -> list[str]:
    """A list of words; a bare string is one word, never a list of its letters."""
    return [words] if isinstance(words, str) else list(words)
