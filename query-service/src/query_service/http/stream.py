"""GET /stream: changes of tickets as server-sent events."""

import re
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query
from fastapi.sse import EventSourceResponse
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from query_service.domain.matching import Interest
from query_service.http.documentation import stream_responses
from query_service.http.parameters import StreamParameters, refuse_repetition
from query_service.http.read_headers import STREAM
from query_service.live.streams import Streams
from query_service.live.subscription import Subscription
from ticket_chassis.problems import BAD_HEADER, FieldError, ProblemError

HEARTBEAT_SECONDS = 15.0
"""Proxies and clients give up connections on which nothing comes for a minute or less."""

LAST_EVENT = "Last-Event-ID"

_EVENT_ID = re.compile(r"(\d{1,9})-([0-9A-F]{2,1000})", re.ASCII)
_HEADERS = {"X-Accel-Buffering": "no"}  # nginx would keep events back until it has a page full

LastEvent = Annotated[
    str | None, Header(alias=LAST_EVENT, description="`id` of the last event received: what came since is told first")
]


def stream_routes(streams: Streams) -> APIRouter:
    """Return the route of the stream."""
    router = APIRouter(tags=["tickets"], dependencies=[Depends(refuse_repetition)])

    @router.get(STREAM, summary="Tell changes of tickets", responses=stream_responses(), response_class=Response)
    async def stream(parameters: Annotated[StreamParameters, Query()], last_event: LastEvent = None) -> Response:
        return Stream(streams, parameters.interest(), parse_event_id(last_event))

    return router


def parse_event_id(text: str | None) -> tuple[int, str] | None:
    """Return generation and position of an event's id; raises ProblemError bad-header for what was never one."""
    if not text:
        return None
    match = _EVENT_ID.fullmatch(text)
    if match is None:
        detail = "must be the id of an event of this stream"
        raise ProblemError(BAD_HEADER, f"{LAST_EVENT}: {detail}", errors=[FieldError("header", LAST_EVENT, detail)])
    return int(match[1]), match[2]


class Stream(EventSourceResponse):
    """The answer, of bytes that are events already: a listener for as long as it is being sent, however that ends."""

    def __init__(self, streams: Streams, wanted: Interest, last_event: tuple[int, str] | None) -> None:
        super().__init__((), headers=_HEADERS)
        self._streams = streams
        self._wanted = wanted
        self._last_event = last_event

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        """Send events until the stream is ended; DisconnectMiddleware cancels it when the client goes."""
        subscription = await self._streams.subscribe(self._wanted, self._last_event)
        try:
            self.body_iterator = self._chunks(subscription)
            await self.stream_response(send)
        finally:
            subscription.close()

    async def _chunks(self, subscription: Subscription) -> AsyncIterator[bytes]:
        while (chunk := await subscription.take(HEARTBEAT_SECONDS)) is not None:
            yield chunk or self._streams.heartbeat(self._wanted)
