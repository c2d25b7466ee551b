"""One read, with or without a token, and what it returned."""

import time
from collections.abc import Mapping

import httpx2

from tests.chaos.history import PAGE, Json, Read, Subject

LIMIT_S = 15.0
"""Longer than the 10 s that a read may wait for its token."""


class Reader:
    """Reads from a query service for one client."""

    def __init__(self, http: httpx2.AsyncClient, client: str) -> None:
        self._http = http
        self._client = client

    async def read(self, subject: Subject, of: str, token: Mapping[str, int], *, lenient: bool = False) -> Read:
        """Read once; an answer that does not come is a read too, with status 0."""
        headers = {"prefer": "handling=lenient, wait=2" if lenient else "wait=10"}
        if token:
            headers["consistency-token"] = ",".join(f"{ticket}:{version}" for ticket, version in token.items())
        path, params = _address(subject, of)
        sent = time.monotonic()
        try:
            answer = await self._http.get(path, params=params, headers=headers)
        except httpx2.TransportError:
            return Read(self._client, subject, of, sent, time.monotonic(), token, status=0, lenient=lenient)
        return Read(
            client=self._client,
            subject=subject,
            of=of,
            sent=sent,
            answered=time.monotonic(),
            token=token,
            status=answer.status_code,
            lenient=lenient,
            satisfied=answer.headers.get("consistency") == "satisfied",
            documents=_documents(subject, answer, token) if answer.status_code == 200 else (),
        )


def _address(subject: Subject, of: str) -> tuple[str, dict[str, str]]:
    if subject is Subject.LIST:
        return "/tickets", {"customer_id": of, "limit": str(PAGE)}
    paths = {Subject.TICKET: f"/tickets/{of}", Subject.TIMELINE: f"/tickets/{of}/timeline"}
    return paths.get(subject, "/dashboard"), {"limit": str(PAGE)} if subject is Subject.TIMELINE else {}


def _documents(subject: Subject, answer: httpx2.Response, token: Mapping[str, int]) -> tuple[Json, ...]:
    body = answer.json()
    if subject is Subject.TICKET:
        return (body,)
    if subject is Subject.DASHBOARD:
        return tuple(row for row in body["by_group"] if str(row["group"]).partition("/")[0] in token)
    return tuple(body)
