"""What the gate prints: for each contract its changes, whom they break, and what to do instead."""

from collections.abc import Iterator
from itertools import groupby

from gate.changes import Break
from gate.check import Judgement
from gate.verdicts import Finding

BROKEN = {
    Break.PRODUCER_FIRST: "producer first: readers that run already meet what they cannot read, or read wrongly",
    Break.CONSUMER_FIRST: "consumer first: new readers meet old messages that they cannot read, or read wrongly",
}


def lines_of(judgement: Judgement) -> Iterator[str]:
    """Yield the report's lines, refused changes and others, by contract."""
    for contract, findings in groupby(judgement.findings, key=lambda finding: finding.contract):
        yield contract
        for finding in findings:
            yield from _lines(finding)
    refused = len(judgement.refused)
    yield f"{len(judgement.findings)} changes, {refused} refused"
    if not refused and judgement.findings:
        yield f"order of deployment: {judgement.order}"


def _lines(finding: Finding) -> Iterator[str]:
    verdict = "REFUSED" if finding.refused else f"passes, {finding.order}"
    yield f"  {finding.path + ': ' if finding.path else ''}{finding.what} [{verdict}]"
    for broken in Break:
        if broken in finding.breaks:
            yield f"      breaking, {BROKEN[broken]}"
    if finding.refused:
        yield f"      instead: {finding.instead}"
