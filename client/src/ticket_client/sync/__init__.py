"""The client without `await`: the same names and the same parameters, each call returns when it is done."""

from ticket_client.sync.session import Commands, Queries, Session

__all__ = ["Commands", "Queries", "Session"]
