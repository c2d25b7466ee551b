"""Fixtures of the projector's tests, shared with the integration tests."""

from tests.support.projector import event_log, settings

__all__ = ["event_log", "settings"]
