"""Gives every package's tests the fixtures for real servers."""

pytest_plugins = ["tests.support.plugin", "tests.support.no_network", "tests.support.pacts.plugin"]
