"""One exposition made of those of all workers."""

from collections.abc import Iterable, Mapping

from prometheus_client import Metric, generate_latest
from prometheus_client.parser import text_string_to_metric_families

LABEL = "worker"


class _Families:
    """Collects metrics of one name, as the text format wants them: together, under one HELP and TYPE."""

    def __init__(self) -> None:
        self._by_name: dict[str, Metric] = {}

    def add(self, worker: str, family: Metric) -> None:
        """Take one worker's share of a metric."""
        whole = self._by_name.setdefault(family.name, Metric(family.name, family.documentation, family.type))
        whole.samples += [sample._replace(labels={LABEL: worker, **sample.labels}) for sample in family.samples]

    def collect(self) -> Iterable[Metric]:
        """Return them all."""
        return self._by_name.values()


def merge(expositions: Mapping[int, str]) -> bytes:
    """Return the metrics of all workers, by number, in one text in which each sample says whose it is."""
    families = _Families()
    for worker, text in expositions.items():
        for family in text_string_to_metric_families(text):
            families.add(str(worker), family)
    return generate_latest(families)
