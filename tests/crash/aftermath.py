"""Tells the servers that a process has died, which they would find out by themselves after up to a minute."""

from datetime import UTC, datetime
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.client import AIOKafkaClient
from aiokafka.protocol.group import LeaveGroupRequest
from pymongo import AsyncMongoClient

_LONG_AGO = datetime.fromtimestamp(0, UTC)


async def free_leases(uri: str) -> None:
    """Let all leases in the command database run out."""
    client: AsyncMongoClient[dict[str, Any]]
    async with AsyncMongoClient(uri) as client:
        await client.get_default_database()["leases"].update_many({}, {"$set": {"until": _LONG_AGO}})


async def end_transactions(uri: str, database: str) -> None:
    """End the transactions that clients of a database have left open; each service's client says its database."""
    client: AsyncMongoClient[dict[str, Any]]
    async with AsyncMongoClient(uri) as client:
        pipeline: list[dict[str, Any]] = [
            {"$currentOp": {"allUsers": True, "idleSessions": True}},
            {"$match": {"transaction": {"$exists": True}, "appName": database}},
        ]
        operations: list[dict[str, Any]] = await (await client.admin.aggregate(pipeline)).to_list()
        sessions = [{"lsid": operation["lsid"]} for operation in operations]
        if sessions:
            await client.admin.command("killAllSessionsByPattern", sessions)


async def forget_members(bootstrap: str, group: str) -> None:
    """Let all members leave a consumer group."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    client = AIOKafkaClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        await client.bootstrap()
        coordinator = await admin.find_coordinator(group)
        (described,) = await admin.describe_consumer_groups([group], group_coordinator_id=coordinator)
        for member in described.groups[0][5]:
            await client.ready(coordinator)
            await client.send(coordinator, LeaveGroupRequest(group, member[0]))
    finally:
        await client.close()
        await admin.close()
