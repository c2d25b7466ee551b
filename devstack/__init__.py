"""Starts Kafka, three MongoDB servers and the three services on one machine, with Docker or without.

`python -m devstack --help` is the command line; `devstack.selection.open_stack` gives programs the same thing.
"""
