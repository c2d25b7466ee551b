"""The projector's real use case and its real publishing, with nothing outside of this process."""

from collections.abc import Sequence
from datetime import UTC, datetime

from projector_service.adapters.kafka_topics import KafkaReadTopics
from projector_service.adapters.memory import MemoryLog, MemoryReadStore, MemoryTextKeys
from projector_service.adapters.metrics import ProjectorMetrics
from projector_service.domain.messages import Received
from projector_service.ports import ReadStore
from projector_service.projections.project_batch import Projector
from tests.support.pacts.records import Record
from tests.support.recording_producer import RecordingProducer
from ticket_chassis.metrics import Metrics
from ticket_contracts.envelope import CONTENT_TYPE, Envelope
from ticket_contracts.partitioning import PARTITIONS, partition_of
from ticket_contracts.topics import EVENTS

WHEN_SENT = datetime(2024, 5, 1, 12, 0, 1, tzinfo=UTC)


class ProjectorInMemory:
    """Takes what it is given of the log, and publishes to `published`. Owns all partitions."""

    def __init__(self, store: ReadStore | None = None) -> None:
        self.store = store or MemoryReadStore()
        self.keys = MemoryTextKeys()
        self.log = MemoryLog()
        self.published = RecordingProducer()
        topics = KafkaReadTopics(
            lambda: self.published, self.published.end_of, lambda topic: topic.name, EVENTS.name, {}
        )
        observer = ProjectorMetrics(Metrics("projector")).of(1)
        self.projector = Projector(self.store, topics, self.keys, self.log, observer)

    async def take(self, records: Sequence[Record]) -> None:
        """Append records to the log and project them, as one batch; raises AssertionError where that failed."""
        if self.projector.trouble is not None:
            await self.projector.take_over(range(PARTITIONS))
        batch = []
        for record in records:
            offset = (await self.log.ends([record.partition]))[record.partition]
            batch.append(Received(record.partition, offset, record.key, record.value, WHEN_SENT))
            self.log.append(batch[-1])
        await self.projector.project(batch)
        assert self.projector.trouble is None, self.projector.trouble
        await self.projector.checkpoint()

    async def take_events(self, *messages: Envelope) -> None:
        """The same, of messages under the key of their ticket."""
        await self.take([as_record(message) for message in messages])


def as_record(message: Envelope) -> Record:
    """Return the record that a message is sent as."""
    headers = (("content-type", CONTENT_TYPE.encode()),)
    subject = message.subject
    return Record(EVENTS.name, partition_of(subject), subject.encode(), message.encode(), headers)
