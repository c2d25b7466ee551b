"""The golden samples: once committed, what they hold is history."""

from collections.abc import Iterator

from gate import layout
from gate.changes import BOTH
from gate.revisions import Files
from gate.verdicts import Finding


def judge_samples(base: Files, head: Files) -> Iterator[Finding]:
    """Yield a finding for each sample that was changed or removed since `base`; new ones are welcome."""
    for path, text in base.items():
        if path.startswith(f"{layout.SAMPLES}/") and head.get(path) != text:
            what = "sample changed" if path in head else "sample removed"
            instead = f"git checkout BASE -- {path}; to show more, add a sample beside it"
            yield Finding(path, "", what, BOTH, refused=True, instead=instead)
