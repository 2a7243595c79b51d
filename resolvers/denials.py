"""Which refusals for want of a permission are written down: all of somebody who is mistaken, not all of a flood."""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass

MOST, SECONDS = 60, 60.0
"""So many of one caller in so many seconds."""
MOST_CALLERS = 10_000


@dataclass(slots=True)
class _Caller:
    since: float
    written: int = 0
    left_out: int = 0


class Denials:
    """One per process. The next entry of a caller says how many before it were left out."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._callers: OrderedDict[Hashable, _Caller] = OrderedDict()

    def admit(self, caller: Hashable) -> int | None:
        """How many were left out before this one, which is to be written down; None when it is left out as well."""
        now = self._clock()
        if caller not in self._callers and len(self._callers) >= MOST_CALLERS:
            self._callers.popitem(last=False)
        known = self._callers.setdefault(caller, _Caller(now))
        if now - known.since >= SECONDS:
            known.since, known.written = now, 0
        if known.written >= MOST:
            known.left_out += 1
            return None
        left_out, known.left_out = known.left_out, 0
        known.written += 1
        return left_out
