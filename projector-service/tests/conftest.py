"""Fixtures of the projector's tests, shared with the integration tests."""

from tests.support.operating import cli
from tests.support.projector import event_log, settings

__all__ = ["cli", "event_log", "settings"]
