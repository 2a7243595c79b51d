"""Until when something has to be over. All get the same time, so one timer watches over all of them."""

import asyncio
from collections.abc import Callable

Stop = Callable[[], object]


class Deadlines:
    """One per process; a timer of its own for each request would cost ten times as much as being written down here."""

    def __init__(self) -> None:
        self._due: dict[Stop, float] = {}
        self._timer: asyncio.TimerHandle | None = None

    def begin(self, stop: Stop, seconds: float) -> None:
        """Calls `stop` after so many seconds, unless it has ended before."""
        loop = asyncio.get_running_loop()
        self._due[stop] = loop.time() + seconds
        if self._timer is None:
            self._timer = loop.call_later(seconds, self._look)

    def end(self, stop: Stop) -> None:
        self._due.pop(stop, None)

    def _look(self) -> None:
        """Stops what has had its time; whatever began first comes first."""
        self._timer = None
        loop = asyncio.get_running_loop()
        while self._due:
            stop, due = next(iter(self._due.items()))
            if due > loop.time():
                self._timer = loop.call_at(due, self._look)
                return
            del self._due[stop]
            stop()
