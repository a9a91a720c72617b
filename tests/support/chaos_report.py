"""What a chaos run found, as a row of a table in Markdown."""

import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

KINDS = (
    "window", "daemon", "Redis", "generation", "pool process", "fork server", "all at once", "power cut", "flush"
)  # fmt: skip

_HEAD = (
    "seed",
    *KINDS,
    "accepted",
    "finished",
    "lost",
    "doubled",
    "corrupt",
    "twice",
    "recovery",
    "worst",
    "took",
)


SLOW = 5.0  # seconds: a recovery that takes longer is told of


@dataclass(frozen=True)
class Recovery:
    """From a kill to the next new page."""

    kind: str
    at: float  # seconds from the first kill
    seconds: float
    more: tuple[str, ...]  # kinds of the kills that fell in between

    def __str__(self) -> str:
        more = f"; meanwhile {', '.join(self.more)}" if self.more else ""
        return f"{self.kind} at {self.at:.1f} s: {self.seconds:.2f} s{more}"


@dataclass
class Report:
    """One seed. Books and pages are of accepted submits only."""

    seed: int
    kills: Counter[str] = field(default_factory=Counter)
    accepted: int = 0  # books: submits that returned success
    accepted_pages: int = 0
    refused: int = 0  # submits that a kill ended: they were repeated
    finished_pages: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    corrupt: list[str] = field(default_factory=list)
    litter: list[str] = field(
        default_factory=list
    )  # what was killed left behind: folders without a row, temporary files
    twice: int = 0  # pages that were written more than once
    recoveries: list["Recovery"] = field(default_factory=list)
    started: int = 0  # daemons that the test started because the window waited longer
    took: float = 0.0  # seconds

    @property
    def seconds(self) -> list[float]:
        """All recoveries."""
        return [one.seconds for one in self.recoveries]

    @property
    def good(self) -> bool:
        """Every page that was accepted is there; nothing is lost, doubled, corrupt or left over."""
        wrong = self.lost or self.doubled or self.corrupt or self.litter
        return not wrong and self.finished_pages == self.accepted_pages

    def row(self) -> str:
        """A row of the table."""
        return _row(
            self.seed, *(self.kills[kind] for kind in KINDS), f"{self.accepted} / {self.accepted_pages}",
            self.finished_pages, len(self.lost), len(self.doubled), len(self.corrupt), self.twice,
            *_recovery(self.seconds), f"{self.took:.0f} s",
        )  # fmt: skip

    def details(self) -> str:
        """What stands in no column."""
        lines = [
            f"submits ended by a kill: {self.refused}; daemons that the test started: {self.started}",
            *(f"slow: {one}" for one in self.recoveries if one.seconds > SLOW),
            *(f"LEFT OVER {one}" for one in self.litter),
            *(f"LOST {one}" for one in self.lost), *(f"DOUBLED {one}" for one in self.doubled),
            *(f"CORRUPT {one}" for one in self.corrupt),
        ]  # fmt: skip
        return "\n".join(lines)


def head() -> str:
    """The head of the table."""
    return _row(*_HEAD) + "\n" + _row(*("--:" for _ in _HEAD))


def total(reports: Sequence[Report]) -> str:
    """The last row: sums, and the recovery over all."""
    seconds = [one for report in reports for one in report.seconds]
    return _row(
        "all", *(sum(r.kills[kind] for r in reports) for kind in KINDS),
        f"{sum(r.accepted for r in reports)} / {sum(r.accepted_pages for r in reports)}",
        sum(r.finished_pages for r in reports), sum(len(r.lost) for r in reports),
        sum(len(r.doubled) for r in reports), sum(len(r.corrupt) for r in reports), sum(r.twice for r in reports),
        *_recovery(seconds), f"{sum(r.took for r in reports):.0f} s",
    )  # fmt: skip


def by_kind(reports: Sequence[Report]) -> str:
    """A table of recoveries by kind of kill; alone: no other kill fell in between."""
    rows = [
        _row("kind", "kills", "median", "worst", "median alone", "worst alone"),
        _row("---", *["--:"] * 5),
    ]
    for kind in KINDS:
        found = [one for report in reports for one in report.recoveries if one.kind == kind]
        alone = [one.seconds for one in found if not one.more]
        count = sum(report.kills[kind] for report in reports)
        rows.append(_row(kind, count, *_recovery([one.seconds for one in found]), *_recovery(alone)))
    return "\n".join(rows)


def _recovery(seconds: Sequence[float]) -> tuple[str, str]:
    if not seconds:
        return "-", "-"
    return f"{statistics.median(seconds):.2f} s", f"{max(seconds):.2f} s"


def _row(*cells: object) -> str:
    return f"| {' | '.join(str(cell) for cell in cells)} |"
