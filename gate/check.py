"""The gate: all contracts of the working tree against those of a base, judged together."""

from collections.abc import Sequence
from dataclasses import dataclass

from gate import layout
from gate.changes import NOBODY
from gate.messages import judge_messages, package_version
from gate.revisions import Files
from gate.samples import judge_samples
from gate.topics import judge_topics
from gate.verdicts import Finding, Order, order_of


@dataclass(frozen=True)
class Judgement:
    """Every change, and what follows from all of them."""

    findings: Sequence[Finding]

    @property
    def refused(self) -> list[Finding]:
        """The changes that may not pass."""
        return [finding for finding in self.findings if finding.refused]

    @property
    def order(self) -> Order:
        """In which order the teams deploy."""
        return order_of(list(self.findings))


def judge(base: Files, published: Sequence[Files], head: Files) -> Judgement:
    """Judge `head` against `base`, and against what older versions published, newest first."""
    findings = [*judge_messages(base, published, head), *judge_topics(base, head)]
    if findings and package_version(base) == package_version(head):
        findings.append(_same_version(head))
    return Judgement([*findings, *judge_samples(base, head)])


def has_schemas(files: Files) -> bool:
    """Say whether anything was published there at all."""
    return any(path.startswith(layout.SCHEMAS) for path in files)


def _same_version(head: Files) -> Finding:
    what = f"still {package_version(head)}, though contracts have changed"
    instead = f"raise it, and say in {layout.CHANGELOG} what changes for whom"
    return Finding(layout.PACKAGE, "version", what, NOBODY, refused=True, instead=instead)
