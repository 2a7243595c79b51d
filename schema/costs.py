"""What an operation costs before it runs: a sum of its parts, some of which depend on variables."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from planner.pages import MAX_PAGE


@dataclass(frozen=True, slots=True)
class Given:
    """The value of an argument: a constant, or a variable with its default."""

    value: Any = None
    variable: str | None = None

    def of(self, variables: Mapping[str, Any]) -> Any:
        return self.value if self.variable is None else variables.get(self.variable, self.value)


@dataclass(frozen=True, slots=True)
class Size:
    """How many entries a list has at most, by the first of these arguments that says so."""

    arguments: tuple[Given, ...]
    default: int

    def of(self, variables: Mapping[str, Any]) -> int:
        for given in self.arguments:
            if (value := given.of(variables)) is not None:
                return _entries(value)
        return self.default

    @property
    def varies(self) -> bool:
        return any(given.variable is not None for given in self.arguments)


@dataclass(frozen=True, slots=True)
class Part:
    """A field that leads to objects: `once + entries * (each + what is below each)`, if its conditions hold."""

    key: str
    size: Size
    once: int
    each: int
    below: "Sum"
    conditions: frozenset[tuple[Given, bool]]

    @property
    def varies(self) -> bool:
        return bool(self.conditions) or self.size.varies or bool(self.below.varying)

    def cost(self, variables: Mapping[str, Any]) -> int:
        for given, wanted in self.conditions:
            if given.of(variables) is not wanted:
                return 0
        return self.once + self.size.of(variables) * (self.each + self.below.cost(variables))


class Sum:
    """The cost of a selection: what is certain added up, and the parts that depend on variables."""

    __slots__ = ("certain", "parts", "varying")

    def __init__(self, parts: list[Part]) -> None:
        self.parts = parts
        self.varying = [part for part in parts if part.varies]
        self.certain = sum(part.cost({}) for part in parts if not part.varies)

    def cost(self, variables: Mapping[str, Any]) -> int:
        total = self.certain
        for part in self.varying:
            total += part.cost(variables)
        return total

    def largest(self, variables: Mapping[str, Any]) -> str:
        """The way down the costliest fields, as `gigs.proposals`."""
        way, here = list[str](), self
        while here.parts:
            part = max(here.parts, key=lambda one: one.cost(variables))
            way.append(part.key)
            here = part.below
        return ".".join(way)


def _entries(value: Any) -> int:
    """How many entries an argument asks for. What is out of bounds is refused later; here it only has to count."""
    if isinstance(value, (int, float)):
        return int(max(1, min(MAX_PAGE, value)))
    return min(MAX_PAGE, len(value)) if isinstance(value, (list, tuple)) else 1
