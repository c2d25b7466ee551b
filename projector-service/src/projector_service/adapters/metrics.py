"""What the projector tells its operators: metrics, and a log line where somebody should look."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import structlog
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from projector_service.domain.messages import Control, Ignored
from projector_service.projections.effects import BatchPlan, Outcome
from ticket_chassis.metrics import Metrics

log = structlog.get_logger(__name__)

SIZES = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)


class ProjectorMetrics:
    """The port `Observer`."""

    def __init__(self, metrics: Metrics) -> None:
        self._batch_seconds = metrics.histogram("batch_seconds", "From a batch's arrival to its publication")
        self._batch_messages = metrics.histogram("batch_messages", "Messages of a batch", buckets=SIZES)
        self._events = metrics.counter("events", "Messages by what became of them", "outcome")
        self._healed = metrics.counter("tickets_healed", "Tickets that left the car park by themselves")
        self._controls = metrics.counter("controls", "Operators' messages by what became of them", "outcome")
        self._resets = metrics.counter("resets", "Times that everything was read again", "cause")
        self._applied = metrics.gauge("applied_offset", "Last offset stored and published", "partition")

    @contextmanager
    def batch(self, size: int) -> Iterator[None]:
        """Time a batch."""
        started = time.perf_counter()
        yield
        self._batch_seconds.observe(time.perf_counter() - started)
        self._batch_messages.observe(size)

    def applied(self, plan: BatchPlan) -> None:
        """Count what a batch did."""
        self._events.labels("folded").inc(len(plan.new_entries))
        self._events.labels("repeated").inc(plan.repeated)
        self._events.labels("parked").inc(len(plan.park))
        self._events.labels("dead_letter").inc(len(plan.dead_letters))
        self._healed.inc(len(plan.healed))
        for partition, counters in plan.counters.items():
            self._applied.labels(partition).set(counters.offset)
        for _, outcome in plan.controls:
            self._controls.labels(outcome).inc()
        if plan.park or plan.dead_letters or plan.healed or plan.controls:
            _tell(plan)

    def reset(self, cause: str) -> None:
        """Count a reset."""
        self._resets.labels(cause).inc()


class ConsumerLag(Collector):
    """Messages fetched by nobody yet, by partition, asked for at each scrape."""

    def __init__(self, lag: Callable[[], Mapping[int, int]]) -> None:
        self._lag = lag

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield the gauge; empty while the consumer is down, which readiness tells."""
        family = GaugeMetricFamily(
            "tickets_projector_consumer_lag", "Messages between position and end of log", labels=["partition"]
        )
        for partition, lag in self._lag().items():
            family.add_metric([str(partition)], lag)
        yield family


def _tell(plan: BatchPlan) -> None:
    for conflict in plan.conflicts:
        log.error(
            "two events claim one version",
            ticket=conflict.ticket_id,
            **_place(conflict.at.partition, conflict.at.offset),
        )
    for ticket_id in plan.newly_parked:
        parking = plan.tickets[ticket_id].parking
        if parking is not None:
            place = _place(plan.tickets[ticket_id].partition, parking.offset)
            log.error("ticket parked", ticket=ticket_id, fault=parking.fault.value, detail=parking.detail, **place)
    for ticket_id in plan.healed:
        log.info("ticket healed", ticket=ticket_id)
    for letter in plan.dead_letters:
        log.error("dead letter", reason=letter.reason, **_place(letter.at.partition, letter.at.offset))

    for control, outcome in plan.controls:
        _tell_control(control, outcome)


def _tell_control(control: Control | Ignored, outcome: Outcome) -> None:
    place = _place(control.at.partition, control.at.offset)
    if isinstance(control, Ignored):
        log.warning("control message ignored", ticket=control.ticket_id, reason=control.reason, **place)
    else:
        asked, operator = control.request.TYPE, control.request.operator
        log.info("control message", ticket=control.ticket_id, asked=asked, operator=operator, outcome=outcome, **place)


def _place(partition: int, offset: int) -> dict[str, int]:
    return {"partition": partition, "offset": offset}
