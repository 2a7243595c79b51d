"""What a stand-in holds to what its company has written down, counted."""

from dataclasses import dataclass, field


@dataclass(eq=False, slots=True)
class Counts:
    """What was held to it in this process, and what lay outside of it."""

    requests: int = 0
    answers: int = 0
    events: int = 0
    outside: list[str] = field(default_factory=list)
