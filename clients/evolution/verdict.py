"""The verdict on a change of the schema: whether somebody's requests break, and which version follows."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from clients.coordinates import Member
from clients.evolution.changes import Change, Severity, Sort
from clients.evolution.usage import Usage


class Step(IntEnum):
    """By how much the packages' version grows."""

    NONE = 0
    PATCH = 1
    MINOR = 2
    MAJOR = 3


@dataclass(frozen=True, slots=True)
class Verdict:
    """All changes, and those among them that break what somebody uses."""

    changes: list[Change]
    broken: list[Change]
    usage: Usage

    @property
    def step(self) -> Step:
        """Breaking: major, whoever uses it. Descriptions alone: patch. Everything else adds something: minor."""
        if any(one.severity is Severity.BREAKING for one in self.changes):
            return Step.MAJOR
        if any(one.sort is not Sort.DESCRIBED for one in self.changes):
            return Step.MINOR
        return Step.PATCH if self.changes else Step.NONE

    def lines(self) -> Iterator[str]:
        """For the terminal: what breaks whom first."""
        for one in self.changes:
            if one in self.broken:
                yield f"BREAKS     {one.text} ({self.usage.words(one.concerns)})"
            elif one.severity is Severity.BREAKING:
                yield f"breaking   {one.text} (nobody uses it)"
            else:
                yield f"{one.severity.value:<10} {one.text}"


def judge(changes: list[Change], usage: Usage) -> Verdict:
    """A breaking change breaks somebody when what it concerns is used."""
    broken = [one for one in changes if one.severity is Severity.BREAKING and usage.has(one.concerns)]
    return Verdict(changes, broken, usage)


def next_version(version: str, step: Step) -> str:
    """The version after a change, by major.minor.patch."""
    major, minor, patch = (int(one) for one in version.split("."))
    match step:
        case Step.MAJOR:
            return f"{major + 1}.0.0"
        case Step.MINOR:
            return f"{major}.{minor + 1}.0"
        case Step.PATCH:
            return f"{major}.{minor}.{patch + 1}"
        case Step.NONE:
            return version


def changelog_entry(verdict: Verdict, version: str) -> str:
    """Markdown for the changelog of the packages: what breaks stands first and says so."""
    parts = [f"## {next_version(version, verdict.step)}\n"]
    breaking = [one for one in verdict.changes if one.severity is Severity.BREAKING]
    groups = {"Breaking": breaking} | {
        sort.value: [one for one in verdict.changes if one.sort is sort and one not in breaking] for sort in Sort
    }
    for title, members in groups.items():
        if members:
            parts.append(f"### {title}\n\n" + "".join(f"- {one.text}\n" for one in members))
    if not verdict.changes:
        parts.append("The schema is the same.\n")
    return "\n".join(parts)


def deprecation_lines(deprecated: list[Member], usage: Usage) -> Iterator[str]:
    """What is going away, with who still uses it."""
    for one in deprecated:
        yield f"{one.coordinate}: {one.deprecation} ({usage.words(one.coordinate)})"
