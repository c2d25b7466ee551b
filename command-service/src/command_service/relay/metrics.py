"""What the relay tells Prometheus."""

from ticket_chassis.metrics import Metrics


class RelayMetrics:
    """Made once a process, however often the relay starts again."""

    def __init__(self, metrics: Metrics) -> None:
        self.leader = metrics.gauge("relay_leader", "1 while this instance leads the relay")
        self.published = metrics.counter("relay_published_total", "Events that Kafka acknowledged, repeats included")
        self.lag = metrics.gauge("relay_lag_seconds", "Age of the oldest event read and not acknowledged, 0 if none")
        self.interruptions = metrics.counter("relay_interruptions_total", "Times the relay started again", "reason")
