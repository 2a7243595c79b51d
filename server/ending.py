"""Ending on request: SIGTERM and Ctrl-C end a process in order, whatever it is doing."""

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Self

_SIGNALS = (signal.SIGTERM, signal.SIGINT)


class Ending:
    """Entered first in the main thread. A request unwinds the process or, while it serves, sets `requested`.

    Requests after the first change nothing, so that they cannot disturb the end of what was started.
    """

    def __init__(self) -> None:
        self.requested = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._has_begun = False

    def __enter__(self) -> Self:
        for number in _SIGNALS:
            signal.signal(number, self._request)
        return self

    def __exit__(self, *_: object) -> None:
        for number in _SIGNALS:
            signal.signal(number, signal.SIG_IGN)

    @contextmanager
    def awaited(self) -> Iterator[asyncio.Event]:
        """Inside the block, which runs in an event loop, a request only sets the event."""
        self._loop = asyncio.get_running_loop()
        yield self.requested
        self._loop = None
        self._has_begun = True

    def _request(self, number: int, frame: FrameType | None) -> None:
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self.requested.set)
        elif not self._has_begun:
            self._has_begun = True
            raise SystemExit(0)
