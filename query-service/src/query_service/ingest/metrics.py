"""What operators see of ingest."""

from collections import Counter
from collections.abc import Sequence

from query_service.ingest.records import RawRecord
from query_service.ports import Unreadable
from ticket_chassis.metrics import Metrics


class IngestMetrics:
    """Counters and times of ingest."""

    def __init__(self, metrics: Metrics) -> None:
        self.round_seconds = metrics.histogram("ingest_round_seconds", "Time to apply one round of records")
        self.behind = metrics.gauge("ingest_behind_messages", "Records on the broker not yet read", "topic")
        self._records = metrics.counter("ingested_records_total", "Records taken from a read topic", "topic")
        self._quarantined = metrics.counter("quarantined_records_total", "Records that could not be read", "topic")

    def count(self, records: Sequence[RawRecord], unreadable: Sequence[Unreadable]) -> None:
        """Count a round that has been applied."""
        for topic, count in Counter(record.topic.name for record in records).items():
            self._records.labels(topic).inc(count)
        for record in unreadable:
            self._quarantined.labels(record.topic).inc()
