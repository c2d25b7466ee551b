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
    versions = package_version(base), package_version(head)
    if findings and _numbers(versions[1]) <= _numbers(versions[0]):
        findings.append(_not_raised(*versions))
    return Judgement([*findings, *judge_samples(base, head)])


def has_schemas(files: Files) -> bool:
    """Say whether anything was published there at all."""
    return any(path.startswith(layout.SCHEMAS) for path in files)


def _numbers(version: str) -> list[int]:
    # What is no number, as in 1.0.0rc1, comes before the release.
    return [int(part) if part.isdigit() else -1 for part in version.split(".")]


def _not_raised(before: str, after: str) -> Finding:
    what = f"still {after}, though contracts have changed" if before == after else f"{after} after {before}"
    instead = f"raise it, and say in {layout.CHANGELOG} what changes for whom"
    return Finding(layout.PACKAGE, "version", what, NOBODY, refused=True, instead=instead)
