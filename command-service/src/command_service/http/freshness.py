"""GET /freshness: how far Kafka is behind the store."""

from collections.abc import Awaitable, Callable

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from command_service.http.documentation import FRESHNESS
from command_service.http.headers import no_parameters
from command_service.ports import FreshnessReport


class PublishedPartition(BaseModel):
    """One partition of tickets.events.v1."""

    partition: int
    published: int = Field(ge=-1, description="Last offset that Kafka acknowledged, -1 for none")


class FreshnessAnswer(BaseModel):
    """The answer."""

    lag_ms: int = Field(ge=0, description="Age of the oldest event stored and not acknowledged by Kafka, 0 if none")
    partitions: list[PublishedPartition]


def freshness_routes(read: Callable[[], Awaitable[FreshnessReport]]) -> APIRouter:
    """Return the route."""
    router = APIRouter(tags=["operations"], dependencies=[Depends(no_parameters)])

    async def freshness() -> FreshnessAnswer:
        report = await read()
        partitions = [PublishedPartition(partition=p, published=offset) for p, offset in enumerate(report.published)]
        return FreshnessAnswer(lag_ms=report.lag_ms, partitions=partitions)

    router.add_api_route("/freshness", freshness, methods=["GET"], response_model=FreshnessAnswer, **FRESHNESS)
    return router
