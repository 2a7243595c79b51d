"""What a process has done since it started: plain counters, a few for each operation; nobody locks or waits."""

from bisect import bisect_left
from collections import Counter

from resolvers.context import Context
from server.app_calls import AppCalls

BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Seconds."""
MOST_NAMES, LONGEST_NAME = 200, 64
UNCHARGED, OTHERS = "(refused)", "(other)"
"""Operations that were refused before they ran, and those whose names are too many or too long. No client can call an
operation that."""


class Histogram:
    """Durations by size; the last count is of those above all bounds."""

    __slots__ = ("counts", "seconds")

    def __init__(self) -> None:
        self.counts = [0] * (len(BOUNDS) + 1)
        self.seconds = 0.0

    def add(self, seconds: float) -> None:
        self.counts[bisect_left(BOUNDS, seconds)] += 1
        self.seconds += seconds


class Tally:
    """What the operations of one name came to."""

    __slots__ = ("cost", "durations", "planned", "rows", "statements", "streamed")

    def __init__(self) -> None:
        self.durations = Histogram()
        self.cost = self.planned = self.statements = self.rows = self.streamed = 0


class Tallies:
    """One per process. Only single steps of one thread write here."""

    def __init__(self) -> None:
        self.operations: dict[str, Tally] = {}
        self.refusals: Counter[str] = Counter()
        self.webhooks: Counter[tuple[str, str]] = Counter()
        """Messages of providers, by provider and by what came of them."""
        self.lag = Histogram()
        self.app_calls = AppCalls()
        self.sockets = 0
        self.streams = 0

    def add(self, context: Context, seconds: float | None = None) -> None:
        """An operation that has ended; without a duration over sockets and event streams, where that says nothing."""
        charge, work = context.charge, context.work
        name = UNCHARGED if charge is None else charge.operation
        tally = self.operations.get(name) or self._new_tally(name)
        if seconds is None:
            tally.streamed += 1
        else:
            tally.durations.add(seconds)
        tally.statements += work.statements
        tally.rows += work.rows
        tally.planned += context.is_planned
        if charge is not None:
            tally.cost += charge.requested
        if (app_id := context.viewer.app_id) is not None:
            self.app_calls.add(app_id, context)
        if context.refusals:
            self.refusals.update(context.refusals)

    def _new_tally(self, name: str) -> Tally:
        if len(name) > LONGEST_NAME or len(self.operations) >= MOST_NAMES:
            name = OTHERS
        return self.operations.setdefault(name, Tally())
