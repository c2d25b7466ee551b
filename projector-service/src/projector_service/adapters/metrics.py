"""What the projector tells its operators: metrics, and a log line where somebody should look."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import structlog
from prometheus_client import Counter
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from projector_service.domain.messages import Control, Ignored
from projector_service.projections.effects import BatchPlan, Outcome
from ticket_chassis.metrics import Metrics

log = structlog.get_logger(__name__)

SIZES = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)


class ProjectorMetrics:
    """The metrics of all generations of a process."""

    def __init__(self, metrics: Metrics) -> None:
        own = "generation"
        self.batch_seconds = metrics.histogram("batch_seconds", "From a batch's arrival to its publication", own)
        self.batch_messages = metrics.histogram("batch_messages", "Messages of a batch", own, buckets=SIZES)
        self.events = metrics.counter("events", "Messages by what became of them", "outcome", own)
        self.healed = metrics.counter("tickets_healed", "Tickets that left the car park by themselves", own)
        self.controls = metrics.counter("controls", "Operators' messages by what became of them", "outcome", own)
        self.resets = metrics.counter("resets", "Times that everything was read again", "cause", own)
        self.applied = metrics.gauge("applied_offset", "Last offset stored and published", "partition", own)

    def of(self, generation: int) -> "GenerationMetrics":
        """Return what observes one generation."""
        return GenerationMetrics(self, generation)


class GenerationMetrics:
    """The port `Observer`."""

    def __init__(self, metrics: ProjectorMetrics, generation: int) -> None:
        self._metrics = metrics
        self._generation = generation
        self._batch_seconds = metrics.batch_seconds.labels(generation)
        self._batch_messages = metrics.batch_messages.labels(generation)

    @contextmanager
    def batch(self, size: int) -> Iterator[None]:
        """Time a batch."""
        started = time.perf_counter()
        yield
        self._batch_seconds.observe(time.perf_counter() - started)
        self._batch_messages.observe(size)

    def applied(self, plan: BatchPlan) -> None:
        """Count what a batch did."""
        self._outcome("folded").inc(len(plan.new_entries))
        self._outcome("repeated").inc(plan.repeated)
        self._outcome("parked").inc(len(plan.park))
        self._outcome("dead_letter").inc(len(plan.dead_letters))
        self._metrics.healed.labels(self._generation).inc(len(plan.healed))
        for partition, counters in plan.counters.items():
            self._metrics.applied.labels(partition, self._generation).set(counters.offset)
        for _, outcome in plan.controls:
            self._metrics.controls.labels(outcome, self._generation).inc()
        if plan.park or plan.dead_letters or plan.healed or plan.controls:
            _tell(plan)

    def _outcome(self, name: str) -> Counter:
        return self._metrics.events.labels(name, self._generation)

    def reset(self, cause: str) -> None:
        """Count a reset."""
        self._metrics.resets.labels(cause, self._generation).inc()


class ConsumerLag(Collector):
    """Messages that each generation has still to do, by partition, asked for at each scrape."""

    def __init__(self, lags: Callable[[], Mapping[int, Mapping[int, int]]]) -> None:
        self._lags = lags

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield the gauge; empty while the consumer is down, which readiness tells."""
        family = GaugeMetricFamily(
            "tickets_projector_consumer_lag",
            "Messages between position and end of log",
            labels=["partition", "generation"],
        )
        for generation, lags in self._lags().items():
            for partition, lag in lags.items():
                family.add_metric([str(partition), str(generation)], lag)
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
