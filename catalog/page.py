"""The catalogue as a page: a diagram, who sends and receives what, and what each reader reads."""

from collections.abc import Iterable, Sequence

from catalog.traffic import Part, Traffic
from ticket_contracts.topics import TOPICS, Topic

COMMAND = "make catalog"

_INTRODUCTION = f"""# Who sends and receives what

Found in the code by `{COMMAND}`, which writes this page; do not edit it. A service sends to a topic that it owns, and
the projector's operators write requests into the log. It receives from a topic that it names and whose bytes it
decodes. It reads a field where the type checker sees an expression take it from a value of that model. It hands on
where a whole document is passed on, to a database or an answer: then the fields that are not read by name may go too.
"""


def page(traffic: Sequence[Traffic]) -> str:
    """Return the page in Markdown, with a diagram in Mermaid."""
    sections = [_INTRODUCTION, _diagram(traffic), _topics(traffic), *_readers(traffic)]
    return "\n".join(sections)


def _diagram(traffic: Sequence[Traffic]) -> str:
    nodes = [f'    {_id(each.service)}["{each.service}"]' for each in traffic]
    nodes += [f'    {_id(topic.name)}[("{topic.name}")]' for topic in TOPICS]
    sent = [f"    {_id(each.service)} --> {_id(topic.name)}" for each in traffic for topic in each.sends]
    received = [
        f"    {_id(topic.name)} --> {_id(each.service)}"
        for each in traffic
        for topic in TOPICS
        if each.receives_from(topic)
    ]
    return "\n".join(["```mermaid", "flowchart LR", *nodes, *sent, *received, "```", ""])


def _topics(traffic: Sequence[Traffic]) -> str:
    rows = [
        (
            f"`{topic.name}`",
            f"`{topic.key}`",
            topic.message.replace(" | ", ", "),
            _names(each.service for each in traffic if topic in each.sends),
            _names(each.service for each in traffic if each.receives_from(topic)),
        )
        for topic in TOPICS
    ]
    return "## Topics\n\n" + _table(("topic", "key", "message", "sent by", "received by"), rows)


def _readers(traffic: Sequence[Traffic]) -> Iterable[str]:
    for topic in TOPICS:
        for each in traffic:
            if each.receives_from(topic):
                yield f"## What {each.service} reads of {topic.name}\n\n" + _parts(each, topic)


def _parts(traffic: Traffic, topic: Topic) -> str:
    rows = [
        (part.model.__name__, _names(f"`{name}`" for name in part.fields), _rest(part))
        for part in traffic.receives[topic.name]
    ]
    return _table(("of", "reads", "hands on, beyond that"), rows)


def _rest(part: Part) -> str:
    rest = [name for name in part.model.model_fields if name not in part.fields]
    return _names(f"`{name}`" for name in rest) if part.whole else "-"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _names(names: Iterable[str]) -> str:
    return ", ".join(names) or "-"


def _id(name: str) -> str:
    return name.replace(".", "_").replace("-", "_")
