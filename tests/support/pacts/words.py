"""What many contracts ask for in the same words: matchers of Pact, and the ticket that their examples speak of."""

from typing import Any

from pact import match

TICKET = "018f0000-0000-7000-8000-000000000002"
PARTITION = "7"
"""Where Kafka's murmur2 puts the ticket."""

UUID = r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
RFC_3339 = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$"

A_TIME = match.regex("2024-05-01T12:00:00Z", regex=RFC_3339)
AN_ID = match.regex("018f0000-0000-7000-8000-0000000000aa", regex=UUID)
A_TEXT = match.string("some text")
A_NUMBER = match.integer(1)
A_FLAG = match.boolean(True)
AN_OBJECT: Any = match.type({})
A_PRIORITY = match.regex("normal", regex="^(low|normal|high|urgent)$")
A_CHANNEL = match.regex("web", regex="^(web|email|phone|chat|self_service|direct|ivr)$")
