"""What tells the processes of several machines that events have got their positions. It may lose what it tells."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Placed:
    """A batch of events that follow each other without a gap; `topics` are those of all of them."""

    first: int
    last: int
    last_id: UUID
    """The id of its last event, which no other batch ends with, in whatever database."""
    topics: frozenset[UUID]


class Bus(Protocol):
    """Whoever hears nothing looks for themselves after a while: the outbox is the truth, not this."""

    async def publish(self, placed: Placed) -> None:
        """Tells everybody, or nobody while the bus is away. It never raises, and never takes long."""
        ...

    async def follow(self, heard: Callable[[Placed], None], missed: Callable[[], None]) -> None:
        """Calls back for every batch, for some of them twice, until it is cancelled; `missed` when it has lost the
        thread."""
        ...

    async def probe(self) -> None:
        """Raises when the bus does not answer."""
        ...

    async def close(self) -> None: ...
