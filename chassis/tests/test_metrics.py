"""Metrics carry the service's name and live in a registry of their own."""

from importlib.metadata import PackageNotFoundError, version

import pytest

from ticket_chassis.metrics import LATENCY_BUCKETS, Metrics


def test_names_say_whose_they_are() -> None:
    metrics = Metrics("command")
    metrics.counter("events_total", "Events", "type").labels("a").inc(2)
    metrics.gauge("lag_seconds", "Lag").set(1.5)
    metrics.histogram("append_seconds", "Appends").observe(0.002)
    text = metrics.exposition().decode()
    assert 'tickets_command_events_total{type="a"} 2.0' in text
    assert "tickets_command_lag_seconds 1.5" in text
    assert 'tickets_command_append_seconds_bucket{le="0.0025"} 1.0' in text
    assert text.count("append_seconds_bucket{") == len(LATENCY_BUCKETS) + 1


def test_buckets_can_be_chosen() -> None:
    metrics = Metrics("query")
    metrics.histogram("batch_size", "Messages", buckets=(1, 10)).observe(5)
    assert 'tickets_query_batch_size_bucket{le="10.0"} 1.0' in metrics.exposition().decode()


def test_two_services_in_one_process_do_not_meet() -> None:
    one, other = Metrics("command"), Metrics("command")
    one.counter("events_total", "Events").inc()
    other.counter("events_total", "Events")
    assert "tickets_command_events_total 1.0" in one.exposition().decode()
    assert "tickets_command_events_total 0.0" in other.exposition().decode()


def test_a_metric_is_made_once() -> None:
    metrics = Metrics("command")
    metrics.gauge("lag_seconds", "Lag")
    with pytest.raises(ValueError, match="lag_seconds"):
        metrics.gauge("lag_seconds", "Lag")


def test_a_build_is_told_by_its_versions() -> None:
    metrics = Metrics("command")
    metrics.tell_build("ticket-chassis")
    labels = f'{{contracts="{version("ticket-contracts")}",version="{version("ticket-chassis")}"}}'
    assert f"tickets_command_build_info{labels} 1.0" in metrics.exposition().decode()


def test_a_build_that_nobody_installed_is_an_error() -> None:
    with pytest.raises(PackageNotFoundError, match="no-such-service"):
        Metrics("command").tell_build("no-such-service")
