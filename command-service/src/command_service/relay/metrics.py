"""What the relay tells Prometheus."""

from ticket_chassis.metrics import Metrics


class RelayMetrics:
    """Made once a process, however often the relay starts again."""

    def __init__(self, metrics: Metrics) -> None:
        self.leader = metrics.gauge("relay_leader", "1 while this instance leads the relay")
        self.published = metrics.counter("relay_published_total", "Events that Kafka acknowledged, repeats included")
        self.lag = metrics.gauge("relay_lag_seconds", "Age of the oldest event read and not acknowledged, 0 if none")
        self.published_until = metrics.gauge(
            "relay_published_until_timestamp_seconds", "Everything stored before this time is on Kafka; stands if we do"
        )
        self.halted = metrics.gauge(
            "relay_halted", "1 where nothing is published: log and store do not belong together"
        )
        self.replaced_logs = metrics.counter("relay_replaced_logs_total", "Times that Kafka's log was found replaced")
        self.republication_left = metrics.gauge(
            "relay_republication_left_events", "Events of the whole store still to be published again, 0 if none is due"
        )
        self.interruptions = metrics.counter("relay_interruptions_total", "Times the relay started again", "reason")
