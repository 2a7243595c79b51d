"""What is wrong with operations, said at the line it is about."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from graphql import GraphQLError, Node

from clients.codegen.model import Source


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake; `line` is the text of the line."""

    message: str
    source: Source
    line: str

    def __str__(self) -> str:
        number = str(self.source.line)
        pointer = " " * (len(number) + self.source.column + 4) + "^"
        place = f"{self.source.file}:{self.source.line}:{self.source.column}"
        return f"{place}: {self.message}\n  {number} | {self.line}\n{pointer}"


class OperationProblems(Exception):
    """The operations cannot be read; says everything that is wrong with them."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)


def source_of(node: Node) -> Source:
    """Where a node of a parsed file begins."""
    place = node.loc
    assert place is not None, "documents are parsed with locations"
    return Source(place.source.name, place.start_token.line, place.start_token.column)


def problem_at(node: Node, message: str) -> Problem:
    place = node.loc
    assert place is not None, "documents are parsed with locations"
    source = source_of(node)
    return Problem(message, source, _line(place.source.body, source.line))


def problem_of(error: GraphQLError) -> Problem:
    """A mistake that graphql-core has found, at the first place that it names."""
    source, locations = error.source, error.locations
    if source is None or not locations:
        return Problem(error.message, Source("operations", 1, 1), "")
    place = Source(source.name, locations[0].line, locations[0].column)
    return Problem(error.message, place, _line(source.body, place.line))


def unreadable(path: Path, message: str) -> OperationProblems:
    """For what is wrong with a folder or file as a whole."""
    return OperationProblems([Problem(message, Source(str(path), 1, 1), "")])


def _line(text: str, number: int) -> str:
    lines = text.splitlines()
    return lines[number - 1] if number <= len(lines) else ""
