"""Laps: how long the steps of a start took, to be said in one line."""

import time
from dataclasses import dataclass, field


@dataclass(slots=True)
class Laps:
    """Counts from its making; `mark` ends a step and names it."""

    started: float = field(default_factory=time.perf_counter)
    steps: list[tuple[str, float]] = field(default_factory=list)

    def mark(self, step: str) -> None:
        self.steps.append((step, self.seconds() - sum(seconds for _, seconds in self.steps)))

    def seconds(self) -> float:
        return time.perf_counter() - self.started

    def __str__(self) -> str:
        shares = ", ".join(f"{step} {seconds:.2f}" for step, seconds in self.steps)
        return f"{self.seconds():.2f} s ({shares})"
