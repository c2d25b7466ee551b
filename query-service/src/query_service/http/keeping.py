"""What a request reads is kept, and shared with those who ask the same meanwhile."""

from collections.abc import Awaitable, Callable

from fastapi import Request

from query_service.answers import Answer, AnswerCache, Begun
from query_service.asked_for import Target
from query_service.domain.news import Dependence
from query_service.http.consistency import TOKEN
from query_service.http.responses import target_of
from query_service.queries import Queries


class Keeping:
    """One request's reading of what may be kept: made before it begins."""

    def __init__(self, asked: Target, answers: AnswerCache) -> None:
        self._target = asked
        self._answers = answers
        self._begun: Begun | None = answers.begin()

    def keep(self, answer: Answer, dependence: Dependence) -> Answer:
        """Return the answer, and keep it for whoever asks the same."""
        self._answers.keep(self._begun, self._target, answer, dependence)
        return answer


async def shared(
    request: Request, queries: Queries, read: Callable[[], Awaitable[Answer]], may_show: Dependence
) -> Answer:
    """Return what `read` finds, or what another request finds that asks the same; `may_show` as in Flights.

    To be called when the request's token has been waited for: no reading that began before it knows of its writes.
    """
    anew = TOKEN in request.headers
    return await queries.flights.share(target_of(request.scope), read, may_show, anew=anew)
