"""The worker's now: after a jump of the clock it walks there in strides, so that what fell due is done in order."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

STRIDE = timedelta(hours=1)
MAX_STRIDES = 1000


class Pace:
    """A clock on the way to another one. While it is walking, everything the worker does happens at its instant."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._reached = clock()
        self._held: datetime | None = None

    def now(self) -> datetime:
        return self._held or self._clock()

    @property
    def is_catching_up(self) -> bool:
        return self._held is not None

    def walk(self) -> Iterator[datetime]:
        """The instants to act at since the last walk: one, or after a jump of the clock one for each stride."""
        target = self._clock()
        stride = max(STRIDE, (target - self._reached) / MAX_STRIDES)
        try:
            while target - self._reached > stride:
                self._held = self._reached = self._reached + stride
                yield self._held
        finally:
            self._held = None
        self._reached = target
        yield target
