"""What can go wrong when talking to the services."""

from typing import Any


class ClientError(Exception):
    """The root of all errors that this package raises on purpose."""


class UnreachableError(ClientError):
    """No usable answer: the connection failed or the time was up, also after all retries."""


class ProblemError(ClientError):
    """The service refused, and said why: RFC 9457.

    `code` is the machine's word (`ticket-closed`), `detail` the sentence, `errors` the fields at fault if it named
    any, `retry_after` the seconds it asks to wait (None when it does not).
    """

    def __init__(
        self, status: int, code: str, detail: str, errors: list[dict[str, Any]], retry_after: float | None
    ) -> None:
        super().__init__(f"{status} {code}: {detail}" + "".join(f"\n  {_place(one)}" for one in errors))
        self.status = status
        self.code = code
        self.detail = detail
        self.errors = errors
        self.retry_after = retry_after


def _place(error: dict[str, Any]) -> str:
    where = error.get("pointer") or error.get("parameter") or error.get("header") or ""
    return f"{where}: {error.get('detail', '')}"
