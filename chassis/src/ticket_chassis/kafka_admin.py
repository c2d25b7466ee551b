"""Takes away from the broker what is needed no more: topics and consumer groups."""

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.coordinator.protocol import ConsumerProtocolMemberMetadata
from aiokafka.errors import (
    GroupCoordinatorNotAvailableError,
    GroupIdNotFound,
    UnknownTopicOrPartitionError,
    for_code,
)
from aiokafka.protocol.admin import DeleteGroupsRequest, DescribeGroupsRequest, DescribeGroupsRequest_v2
from aiokafka.protocol.api import Request

TIME_LIMIT = 30.0
REQUEST_TIMEOUT_MS = 15_000
PAUSE = 0.1


class _DescribeGroups(DescribeGroupsRequest):  # type: ignore[misc] # aiokafka ships no types
    """aiokafka 0.14 reads the answer of version 3 as one of version 2: ask in version 2, which all brokers know."""

    def prepare(self, _versions: dict[int, tuple[int, int]]) -> Any:
        """Return the request in version 2."""
        return self.build(DescribeGroupsRequest_v2)


class KafkaAdmin:
    """A connected admin client; every method raises KafkaError, or TimeoutError after 30 s."""

    def __init__(self, client: AIOKafkaAdminClient) -> None:
        self._client = client

    async def topics(self) -> set[str]:
        """Return the names of all topics."""
        async with asyncio.timeout(TIME_LIMIT):
            return set(await self._client.list_topics())

    async def delete_topics(self, names: Collection[str]) -> None:
        """Delete those of the topics that are there; returns when the broker shows none of them."""
        async with asyncio.timeout(TIME_LIMIT):
            while present := sorted(set(names) & set(await self._client.list_topics())):
                response = await self._client.delete_topics(present, timeout_ms=REQUEST_TIMEOUT_MS)
                for _, code, *_ in response.topic_error_codes:
                    if code not in (0, UnknownTopicOrPartitionError.errno):
                        raise for_code(code)(f"deleting {', '.join(present)}")
                await asyncio.sleep(PAUSE)

    async def delete_group(self, group: str) -> None:
        """Delete a consumer group if it is there; raises NonEmptyGroup while it has members."""
        async with asyncio.timeout(TIME_LIMIT):
            while for_code(code := await self._delete_group(group)).retriable:  # noqa: ASYNC110 - the broker moves it
                await asyncio.sleep(PAUSE)
        if code not in (0, GroupIdNotFound.errno):
            raise for_code(code)(group)

    async def _delete_group(self, group: str) -> int:
        # The admin client has no method of its own for this request.
        ((_, code),) = (await self._send(DeleteGroupsRequest([group]), group)).results
        return int(code)

    async def groups(self) -> set[str]:
        """Return the ids of all consumer groups."""
        async with asyncio.timeout(TIME_LIMIT):
            return {group for group, *_ in await self._client.list_consumer_groups()}

    async def readers_of(self, topics: Collection[str]) -> dict[str, int]:
        """Return how many members each consumer group has that read one of these topics, or may do so.

        In the middle of a rebalance the broker does not say what a member reads: then it counts.
        """
        async with asyncio.timeout(TIME_LIMIT):
            found: dict[str, int] = {}
            ids = sorted({group for group, *_ in await self._client.list_consumer_groups()})
            for group in ids:
                response = await self._send(_DescribeGroups([group]), group)
                members = [metadata for described in response.groups for *_, metadata, _ in described[5]]
                if count := sum(not metadata or bool(_subscription(metadata) & set(topics)) for metadata in members):
                    found[group] = count
            return found

    async def _send(self, request: Request[Any], group: str) -> Any:
        while True:
            try:
                coordinator = await self._client.find_coordinator(group)
            except GroupCoordinatorNotAvailableError:
                await asyncio.sleep(PAUSE)  # on a new broker the first group of all makes the coordinators
            else:
                return await self._client._send_request(request, coordinator)


@asynccontextmanager
async def kafka_admin(bootstrap_servers: str) -> AsyncIterator[KafkaAdmin]:
    """Connect for the length of the block."""
    client = AIOKafkaAdminClient(bootstrap_servers=bootstrap_servers, request_timeout_ms=REQUEST_TIMEOUT_MS)
    try:
        async with asyncio.timeout(TIME_LIMIT):
            await client.start()
        yield KafkaAdmin(client)
    finally:
        await client.close()


def _subscription(metadata: bytes) -> set[str]:
    return set(ConsumerProtocolMemberMetadata.decode(metadata).subscription)
