"""Prometheus metrics of one service, in a registry of its own so that two apps can live in one process."""

from importlib.metadata import version

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, generate_latest

CONTRACTS = "ticket-contracts"

LATENCY_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    """Makes metrics named `tickets_<service>_<name>`; durations in seconds, sizes in what the name says."""

    def __init__(self, service: str) -> None:
        self._prefix = f"tickets_{service}_"
        self.registry = CollectorRegistry()

    def counter(self, name: str, documentation: str, *labels: str) -> Counter:
        """Return a new counter."""
        return Counter(self._prefix + name, documentation, labels, registry=self.registry)

    def gauge(self, name: str, documentation: str, *labels: str) -> Gauge:
        """Return a new gauge."""
        return Gauge(self._prefix + name, documentation, labels, registry=self.registry)

    def histogram(
        self, name: str, documentation: str, *labels: str, buckets: tuple[float, ...] = LATENCY_BUCKETS
    ) -> Histogram:
        """Return a new histogram."""
        return Histogram(self._prefix + name, documentation, labels, buckets=buckets, registry=self.registry)

    def tell_build(self, distribution: str) -> None:
        """Show in `build_info` which versions run: of the service's installed package and of the contracts.

        Raises PackageNotFoundError where there is no such package.
        """
        info = Info(f"{self._prefix}build", "Versions of what runs", registry=self.registry)
        info.info({"version": version(distribution), "contracts": version(CONTRACTS)})

    def exposition(self) -> bytes:
        """Return all metrics in Prometheus' text format."""
        return generate_latest(self.registry)
