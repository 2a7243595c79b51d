"""Checks of the books: what is recomputed from scratch, and what a check found."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Sample:
    """One object for which a rule does not hold, with what should be there and what is."""

    id: str
    expected: str
    actual: str


@dataclass(frozen=True, slots=True)
class BookCheck:
    """A rule and how often it is broken. `subject` is the API's type of the objects whose ids the samples give."""

    code: str
    rule: str
    subject: str | None
    count: int
    samples: tuple[Sample, ...]

    @property
    def holds(self) -> bool:
        return self.count == 0


@dataclass(frozen=True, slots=True)
class IntegrityReport:
    """All checks of the books at an instant."""

    checked_at: datetime
    checks: Sequence[BookCheck]

    @property
    def is_sound(self) -> bool:
        return all(check.holds for check in self.checks)


def describe(differences: Iterable[BookCheck]) -> str:
    """The differences for people to read, or that there are none."""
    lines = []
    for one in differences:
        lines.append(f"{one.code}: {one.count} difference{'s' * (one.count > 1)}. {one.rule}")
        lines += [f"  {sample.id}: expected {sample.expected}, found {sample.actual}" for sample in one.samples]
        if one.count > len(one.samples):
            lines.append(f"  and {one.count - len(one.samples)} more")
    return "\n".join(lines) or "The books agree with themselves, the documents and the payments."
