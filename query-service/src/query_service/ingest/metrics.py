"""What operators see of ingest."""

from query_service.ingest.records import Round
from ticket_chassis.metrics import Metrics


class IngestMetrics:
    """Counters and times of ingest."""

    def __init__(self, metrics: Metrics) -> None:
        self.round_seconds = metrics.histogram("ingest_round_seconds", "Time to write one round of records")
        self.behind = metrics.gauge("ingest_behind_messages", "Records on the broker not yet read", "topic")
        self._records = metrics.counter("ingested_records_total", "Records taken from a read topic", "topic")
        self._quarantined = metrics.counter("quarantined_records_total", "Records that could not be read", "topic")

    def count(self, found: Round) -> None:
        """Count a round that has been applied."""
        for topic, count in found.taken.items():
            self._records.labels(topic).inc(count)
        for record in found.unreadable:
            self._quarantined.labels(record.topic).inc()
