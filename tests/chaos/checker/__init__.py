"""Judges the end state and the history of a run. Pure: no servers, no clock, no code of the services."""
