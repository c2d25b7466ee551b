"""May the store take new events? Not while it is not known to be the one that filled Kafka's log."""

from command_service.ports import StoreUnavailable


class NotAdmitted(StoreUnavailable):
    """Nothing new is stored now; nothing was tried."""


class Admission:
    """Open unless told otherwise; whoever closes it for a reason opens it for the same."""

    def __init__(self) -> None:
        self._reasons: dict[str, str] = {}

    def close(self, reason: str, why: str) -> None:
        """Let nothing new be stored for as long as this reason holds."""
        self._reasons[reason] = why

    def open(self, reason: str) -> None:
        """This reason holds no more."""
        self._reasons.pop(reason, None)

    def check(self) -> None:
        """Raise NotAdmitted where a reason holds."""
        for why in self._reasons.values():
            raise NotAdmitted(why)
