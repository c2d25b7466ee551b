"""Fixtures of the projector's tests, shared with the integration tests."""

from tests.support.operating import broken_fold, cli
from tests.support.projector import event_log, settings

__all__ = ["broken_fold", "cli", "event_log", "settings"]
