"""Every word of the enumerations of a ticket, at least once: where tickets stand.

Written out, and not taken from the contracts: a word that is taken out there must be missed here.
"""


def _stand(status: str, priority: str, channel: str, **more: str) -> dict[str, str]:
    return {"status": status, **more, "priority": priority, "channel": channel}


STANDS: tuple[dict[str, str], ...] = (
    _stand("open", "low", "web"),
    _stand("triaged", "normal", "email"),
    _stand("in_progress", "high", "phone"),
    _stand("waiting", "urgent", "chat", waiting_reason="user_info"),
    _stand("waiting", "low", "self_service", waiting_reason="problem"),
    _stand("waiting", "normal", "direct", waiting_reason="vendor"),
    _stand("waiting", "high", "ivr", waiting_reason="evidence"),
    _stand("resolved", "urgent", "web"),
    _stand("closed", "low", "web"),
)
