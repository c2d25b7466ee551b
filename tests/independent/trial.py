"""One consumer of one environment, one producer of another, and what the first made of what the second wrote."""

import asyncio
import json
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from uuid import uuid4

import httpx2
from aiokafka import AIOKafkaConsumer

from devstack.ports import HOST, free_port
from devstack.waiting import wait_until
from tests.independent.environment import Environment
from tests.independent.messages import Message, documents, histories, text_key
from tests.support.topics import create_topics
from ticket_contracts.topics import STATS, TIMELINE, VIEWS, WATERMARKS

WRITER = Path(__file__).with_name("writer.py")
LIMIT = 240.0
CALL_LIMIT = 10.0


@dataclass(frozen=True)
class Servers:
    """Where Kafka and MongoDB are."""

    kafka: str
    mongo: str


@dataclass(frozen=True)
class Outcome:
    """How much of what was written the consumer read, and what it could not read."""

    written: int
    unread: tuple[str, ...]

    @property
    def well(self) -> bool:
        """True where something was written and all of it was read."""
        return self.written > 0 and not self.unread


def projector(consumer: Environment, producer: Environment, servers: Servers) -> Outcome:
    """Let a projector read every event that the producer's contracts write, each behind a creation."""
    with _place(servers) as (variables, prefix), _running(consumer, "projector_service", variables):
        chains = list(histories())
        _write(producer, servers, prefix, [text_key()])
        done = _write(producer, servers, prefix, [message for chain in chains for message in chain])
        ends = accumulate(len(chain) for chain in chains)
        sent = [chain for chain, end in zip(chains, ends, strict=True) if done[end - 1]]
        return asyncio.run(_published(servers, prefix, sent))


def query(consumer: Environment, producer: Environment, servers: Servers) -> Outcome:
    """Let a query service read every document that the producer's contracts write."""
    with _place(servers) as (variables, prefix), _running(consumer, "query_service", variables):
        read_documents = documents(VIEWS, TIMELINE, STATS, WATERMARKS)
        written = sum(_write(producer, servers, prefix, read_documents))
        url = f"http://{HOST}:{variables['PORT']}/metrics"
        wait_until(lambda: _total(url, "ingested_records") >= written, seconds=LIMIT, what="all records are ingested")
        quarantined = int(_total(url, "quarantined_records"))
        return Outcome(written, ("in quarantine",) * quarantined)


def command(consumer: Environment, producer: Environment, servers: Servers) -> Outcome:
    """Let a command service that lost its store replay every event that the producer's contracts wrote."""
    with _place(servers) as (variables, prefix):
        chains = list(histories())
        _write(producer, servers, prefix, [text_key()])
        written = sum(_write(producer, servers, prefix, [message for chain in chains for message in chain]))
        program = str(consumer.python.with_name("command"))
        try:
            told = consumer.run(program, "restore-from-kafka", "--yes", variables=variables)
        except RuntimeError as refused:
            return Outcome(written, (str(refused).splitlines()[-1],) * written)
        put_back = re.search(r"Put back ([\d,]+) events", told)
        restored = int(put_back.group(1).replace(",", "")) if put_back else 0
        return Outcome(written, (told,) * (written - restored))


TRIALS: Mapping[str, Callable[[Environment, Environment, Servers], Outcome]] = {
    "command-service": command,
    "projector-service": projector,
    "query-service": query,
}


@contextmanager
def _place(servers: Servers) -> Iterator[tuple[dict[str, str], str]]:
    """Yield the variables of a service with topics and a database that nobody else has, and the topics' prefix."""
    name = f"t{uuid4().hex[:12]}"
    create_topics(servers.kafka, f"{name}.")
    yield (
        {
            "HOST": HOST,
            "PORT": str(free_port()),
            "MONGO_URI": servers.mongo,
            "MONGO_DATABASE": name,
            "KAFKA_BOOTSTRAP_SERVERS": servers.kafka,
            "TOPIC_PREFIX": f"{name}.",
        },
        f"{name}.",
    )


@contextmanager
def _running(environment: Environment, module: str, variables: dict[str, str]) -> Iterator[None]:
    with tempfile.TemporaryDirectory() as directory:
        log = Path(directory, "log")
        try:
            with environment.running(module, variables, log):
                url = f"http://{HOST}:{variables['PORT']}/readyz"
                wait_until(lambda: _answers(url), seconds=LIMIT, what=f"{environment.name} is ready")
                yield
        except Exception as error:
            error.add_note(log.read_text(errors="replace")[-3000:])
            raise


def _write(producer: Environment, servers: Servers, prefix: str, messages: Sequence[Message]) -> list[bool]:
    order = {"bootstrap": servers.kafka, "messages": [message.to_json(prefix) for message in messages]}
    told = producer.run(str(WRITER), variables={}, given=json.dumps(order).encode())
    done: list[bool] = json.loads(told)
    return done


async def _published(servers: Servers, prefix: str, chains: Sequence[Sequence[Message]]) -> Outcome:
    """Wait until each ticket's view shows its last event, or that the ticket is parked."""
    missing = {chain[-1].key: (len(chain), json.loads(chain[-1].value)["type"]) for chain in chains}
    parked = []
    async with (
        asyncio.timeout(LIMIT),
        AIOKafkaConsumer(
            prefix + VIEWS.name, bootstrap_servers=servers.kafka, auto_offset_reset="earliest"
        ) as consumer,
    ):
        while missing:
            view = json.loads((await consumer.getone()).value)
            version, kind = missing.get(view["id"], (None, ""))
            if version is not None and (view.get("stale") or view["version"] == version):
                del missing[view["id"]]
                parked += [f"{kind}: {view['stale']['reason']}"] if view.get("stale") else []
    return Outcome(len(chains), tuple(parked))


def _answers(url: str) -> bool:
    try:
        return httpx2.get(url, timeout=CALL_LIMIT).status_code == httpx2.codes.OK
    except httpx2.TransportError:
        return False


def _total(url: str, counter: str) -> float:
    text = httpx2.get(url, timeout=CALL_LIMIT).text
    return sum(float(n) for n in re.findall(rf"^tickets_query_{counter}_total\S* (\S+)$", text, re.MULTILINE))
