"""What may change of a topic: nearly nothing, for its place, its order and its history are promises too."""

import json
from collections.abc import Iterator
from typing import Any

from gate import layout
from gate.changes import BOTH, NEW_READERS, NOBODY, OLD_READERS, Break
from gate.revisions import Files
from gate.verdicts import Finding

Topic = dict[str, Any]

NEW_TOPIC = "make a topic of the next version beside it, and retire this one when nobody reads it"

FIXED = {
    "key": f"compaction and order go by the key; {NEW_TOPIC}",
    "layout": f"the order of a ticket is that of its partition; {NEW_TOPIC}",
    "partitions": f"other counts put the same key elsewhere, and its order is gone; {NEW_TOPIC}",
    "owner": f"old and new owner would both write; {NEW_TOPIC}",
    "cleanup": f"readers rely on what is kept; {NEW_TOPIC}",
    "timestamp_before_max_ms": "it is what keeps a frozen owner from writing; change it in a decision of its own",
}
"""What never changes of a topic, and what to do instead."""

SIZES = {
    "retention_ms": "readers that were away for the old time would find a gap; leave it, or keep more",
    "max_message_bytes": "the broker would refuse what running producers may send; leave it, or allow more",
}
"""What may only grow."""

LIMITS = {"timestamp_after_max_ms": "a clock that is ahead stretches the limit on late writes by as much; allow less"}
"""What may only shrink."""

FREE = frozenset({"segment_bytes"})
"""What no reader and no writer notices."""

NO_RULE = "give it a rule in gate/topics.py first, and a line in docs/compatibility.md: nobody knows yet whom it breaks"


def judge_topics(base: Files, head: Files) -> Iterator[Finding]:
    """Yield a finding for each change of a topic."""
    old: dict[str, Topic] = json.loads(base.get(layout.TOPICS, "{}"))
    new: dict[str, Topic] = json.loads(head.get(layout.TOPICS, "{}"))
    renamed = _renamed(old, new)
    for name in sorted(old.keys() - new.keys()):
        what = f"renamed to {renamed[name]}" if name in renamed else "topic removed"
        instead = "leave the old topic where it is until nobody reads it, and say so in docs/catalog.md"
        yield Finding(name, "", what, BOTH, refused=True, instead=f"{NEW_TOPIC}; {instead}")
    for name in sorted(new.keys() - old.keys()):
        yield Finding(name, "", "new topic: make it on the broker before anybody is deployed", NOBODY, refused=False)
    for name in sorted(old.keys() & new.keys()):
        yield from _changed(name, old[name], new[name])


def _renamed(old: dict[str, Topic], new: dict[str, Topic]) -> dict[str, str]:
    come = {json.dumps(new[name], sort_keys=True): name for name in new.keys() - old.keys()}
    gone = {name: json.dumps(old[name], sort_keys=True) for name in old.keys() - new.keys()}
    return {name: come[text] for name, text in gone.items() if text in come}


def _changed(name: str, old: Topic, new: Topic) -> Iterator[Finding]:
    for key in sorted(old.keys() | new.keys()):
        before, after = old.get(key), new.get(key)
        if before == after:
            continue
        what = f"{_shown(before)} -> {_shown(after)}"
        if key == "rewrite":
            yield _rewrite(name, what, old, new)
        elif key in ("messages", "types"):
            yield from _messages(name, key, before or [], after or [], new["rewrite"] > old["rewrite"])
        elif key in SIZES:
            yield _size(name, key, before, after)
        elif key in LIMITS:
            yield _limit(name, key, before, after)
        else:
            refused = key not in FREE
            yield Finding(name, key, what, BOTH if refused else NOBODY, refused, FIXED.get(key, NO_RULE) * refused)


def _size(name: str, key: str, before: int | None, after: int | None) -> Finding:
    grown = before is not None and (after == -1 or (after is not None and before != -1 and after > before))
    who = OLD_READERS if key == "retention_ms" else NEW_READERS
    what = f"{_shown(before)} -> {_shown(after)}"
    return Finding(name, key, what, NOBODY if grown else who, not grown, "" if grown else SIZES[key])


def _limit(name: str, key: str, before: int | None, after: int | None) -> Finding:
    shrunk = after is not None and (before is None or after < before)
    what = f"{_shown(before)} -> {_shown(after)}"
    return Finding(name, key, what, NOBODY if shrunk else BOTH, not shrunk, "" if shrunk else LIMITS[key])


def _rewrite(name: str, what: str, old: Topic, new: Topic) -> Finding:
    if old["cleanup"] == "delete":
        instead = "what is on it stays: leave the number, and publish new versions of its messages"
        return Finding(name, "rewrite", what, BOTH, refused=True, instead=instead)
    if new["rewrite"] != old["rewrite"] + 1:
        return Finding(name, "rewrite", what, BOTH, refused=True, instead="raise it by one")
    return Finding(name, "rewrite", f"{what}: a rebuild writes it anew", NOBODY, refused=False)


def _messages(name: str, key: str, before: list[str], after: list[str], rewritten: bool) -> Iterator[Finding]:
    for gone in sorted(set(before) - set(after)):
        breaks: frozenset[Break] = BOTH if key == "types" else NEW_READERS
        instead = "what was ever on the topic is read for as long as it is kept: leave it"
        refused = not rewritten
        yield Finding(name, key, f"{gone} removed", breaks, refused, instead if refused else "")
    for come in sorted(set(after) - set(before)):
        # An unknown type is parked and read later; an unknown document is refused by whoever does not know it.
        refused = key == "messages" and not rewritten
        instead = f"raise `rewrite` of {name} and roll it out with a rebuild: consumers first" if refused else ""
        yield Finding(name, key, f"{come} added", OLD_READERS, refused, instead)


def _shown(value: Any) -> str:
    return "the broker's default" if value is None else str(value)
