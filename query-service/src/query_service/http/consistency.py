"""The Consistency-Token header at work: a read waits before it is answered, and says what became of it."""

from typing import Annotated

from fastapi import Header, Request

from query_service.domain.tokens import MalformedToken, parse_token
from query_service.http.preferences import Preferences, parse_preferences
from query_service.http.problems import READ_MODEL_BEHIND, TICKET_PARKED
from query_service.http.read_headers import note_said, note_state
from query_service.queries import Queries
from query_service.queries.await_token import Subject, Verdict
from ticket_chassis.problems import BAD_HEADER, FieldError, ProblemError

TOKEN = "Consistency-Token"  # noqa: S105 - a header's name

TokenHeader = Annotated[
    str | None, Header(alias=TOKEN, description="1 to 50 `<ticket id>:<version>`, comma-separated: writes to be seen")
]
PreferHeader = Annotated[
    str | None,
    Header(
        alias="Prefer",
        description="`wait=N`: seconds to wait for the token, 2 if absent, 10 at most; "
        "`handling=lenient`: then answer with what there is, instead of 503",
    ),
]


async def consistent(request: Request, queries: Queries, subject: Subject) -> dict[str, str]:
    """Wait for what the request's token names and return the headers of its answer; what it reads is read after this.

    Raises ProblemError: bad-header, read-model-behind, ticket-parked; and TooManyWaiting.
    """
    preferences = parse_preferences(request.headers.getlist("Prefer"))
    headers = {} if preferences.applied is None else {"Preference-Applied": preferences.applied}
    lines = request.headers.getlist(TOKEN)
    if lines:
        verdict = await _wait(",".join(lines), preferences, queries, subject)
        if preferences.patience.strict:
            _demand(verdict, headers)
        headers["Consistency"] = "satisfied" if verdict is Verdict.SATISFIED else "stale"
    note_said(request.scope, headers)
    note_state(request.scope, queries.board.complete_until)
    return headers


async def _wait(text: str, preferences: Preferences, queries: Queries, subject: Subject) -> Verdict:
    try:
        token = parse_token(text)
    except MalformedToken as error:
        errors = [FieldError("header", TOKEN, str(error))]
        raise ProblemError(BAD_HEADER, f"{TOKEN}: {error}", errors=errors) from None
    return await queries.await_token(token, preferences.patience, subject)


def _demand(verdict: Verdict, headers: dict[str, str]) -> None:
    if verdict is Verdict.PARKED:
        detail = "A message in the ticket's history could not be applied; it is not going to change soon"
        raise ProblemError(TICKET_PARKED, detail, headers=headers | {"Retry-After": "60"})
    if verdict is Verdict.BEHIND:
        raise ProblemError(READ_MODEL_BEHIND, "The read model has not caught up in time", headers=headers)
