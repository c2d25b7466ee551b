"""Schemas of events, control messages, the envelope and read documents: what may change in each, and how."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from gate import layout
from gate.changes import BOTH, NOBODY, OLD_READERS, Break, Change
from gate.comparison import compare
from gate.revisions import Files
from gate.verdicts import GENERAL, Finding


def judge_messages(base: Files, published: Sequence[Files], head: Files) -> Iterator[Finding]:
    """Yield a finding for each change of a schema since `base`, and for what breaks an older published version."""
    for path in sorted({p for p in (*base, *head) if p.startswith(layout.SCHEMAS) and p != layout.TOPICS}):
        if path not in head:
            yield _gone(path)
        elif path not in base:
            yield from _come(path)
        else:
            yield from _changed(path, base, published, head)


def rewrites(files: Files) -> dict[str, int]:
    """Return for each document's schema how often the topic that it is on has been written anew."""
    topics: dict[str, Any] = json.loads(files.get(layout.TOPICS, "{}"))
    return {path: topic["rewrite"] for topic in topics.values() for path in topic["messages"]}


def _gone(path: str) -> Finding:
    if _is_document(path):
        # Whether the topic may do without it is judged with the topic.
        return Finding(path, "", "schema removed", NOBODY, refused=False)
    advice = f"bring the file back; a version that nobody writes any more keeps schema, samples and {_reader(path)}"
    return Finding(path, "", "schema of a published version removed", BOTH, refused=True, instead=advice)


def _come(path: str) -> Iterator[Finding]:
    if _is_document(path):
        yield Finding(path, "", "new document", NOBODY, refused=False)
    elif path == layout.ENVELOPE:
        yield Finding(path, "", "new envelope", NOBODY, refused=False)
    else:
        # Nothing is lost if producers go first, but nobody should have to wait.
        what = "new type of message: a projector that does not know it parks the ticket until it does"
        yield Finding(path, "", what, OLD_READERS, refused=False)


def _changed(path: str, base: Files, published: Sequence[Files], head: Files) -> Iterator[Finding]:
    old, new = json.loads(base[path]), json.loads(head[path])
    kept = not _is_document(path)
    changes = compare(old, new, kept=kept)
    rewritten = rewrites(head).get(path, 0) > rewrites(base).get(path, 0)
    if kept and (later := _later(path, base)) and changes:
        yield _frozen(path, later)
        return
    yield from (_finding(path, change, head, rewritten) for change in changes)
    if rewritten:
        return
    said = {(change.path, change.what) for change in changes}
    for files in published:
        if path in files and (kept or rewrites(files).get(path) == rewrites(base).get(path)):
            since = f"against version {package_version(files)}: "
            for change in compare(json.loads(files[path]), new, kept=kept):
                if change.breaks and (change.path, change.what) not in said:
                    said.add((change.path, change.what))
                    yield _finding(path, change, head, rewritten, since)


def _finding(path: str, change: Change, head: Files, rewritten: bool, since: str = "") -> Finding:
    refused = change.breaks == BOTH if rewritten else bool(change.breaks)
    where = change.path or "the whole message"
    instead = _instead(path, change, head) if refused else ""
    return Finding(path, where, since + change.what, change.breaks, refused, instead)


def _instead(path: str, change: Change, head: Files) -> str:
    if _is_document(path):
        return f"{GENERAL[change.kind]}; or {_by_rewrite(path, change.breaks, head)}"
    if path == layout.ENVELOPE:
        return f"{GENERAL[change.kind]}; the envelope has no other version"
    name, version = layout.version_of(path)
    return f"{GENERAL[change.kind]}; or publish {name}.v{version + 1} with {_reader(path)}"


def _by_rewrite(path: str, breaks: frozenset[Break], head: Files) -> str:
    names = [name for name, topic in json.loads(head[layout.TOPICS]).items() if path in topic["messages"]]
    topic = ", ".join(names)
    if breaks == BOTH:
        return f"make a new topic beside {topic}, and retire that one when nobody reads it"
    first = "consumers first" if breaks == OLD_READERS else "producers first, consumers after the cutover"
    return f"raise `rewrite` of {topic} and roll it out with a rebuild: {first}"


def _frozen(path: str, later: int) -> Finding:
    what = f"a version that v{later} has followed was changed"
    advice = "take the file from the base again; what is on the log does not change, and its upcaster reads it"
    return Finding(path, "", what, BOTH, refused=True, instead=advice)


def _later(path: str, base: Files) -> int | None:
    if path == layout.ENVELOPE:
        return None
    name, version = layout.version_of(path)
    folder = path.rpartition("/")[0]
    versions = [layout.version_of(p) for p in base if p.startswith(folder + "/")]
    later = [number for other, number in versions if other == name and number > version]
    return min(later, default=None)


def _reader(path: str) -> str:
    _, version = layout.version_of(path)
    return f"an upcaster from v{version}"


def _is_document(path: str) -> bool:
    return path.startswith(layout.DOCUMENTS)


def package_version(files: Files) -> str:
    """Return the version that the contracts package says it has, `?` where there is none."""
    lines = files.get(layout.PACKAGE, "").splitlines()
    found = [line.split('"')[1] for line in lines if line.startswith("version = ")]
    return found[0] if found else "?"
