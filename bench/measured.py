"""What a comparison has found out, and the ratios that follow from it."""

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bench.costs import Memory

LIMIT, MILEPOST, AGAIN = "limit", "milepost", "milepost again"


@dataclass(frozen=True, slots=True)
class Sample:
    """One server in one round of one read; times in seconds."""

    read: str
    label: str
    round: int
    seconds: float
    latencies: Sequence[float]
    server_cpu: float
    database_cpu: float
    client_cpu: float

    @property
    def rate(self) -> float:
        return len(self.latencies) / self.seconds


@dataclass(frozen=True, slots=True)
class Ratio:
    """How one does against another: the median over all rounds, and between what half of them lie."""

    median: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.median:.2f} ({self.low:.2f} to {self.high:.2f})"


@dataclass(frozen=True, slots=True)
class Measured:
    """Everything about the servers and reads of a comparison."""

    reads: Mapping[str, str]
    """Their names with their titles."""
    titles: Mapping[str, str]
    """The entrants' labels with their titles."""
    samples: Sequence[Sample]
    statements: Mapping[tuple[str, str], int]
    """By read and label."""
    memory: Mapping[str, Memory]

    @property
    def peers(self) -> list[str]:
        return [label for label in self.titles if label not in (LIMIT, MILEPOST, AGAIN)]

    def ratio(self, read: str, label: str, base: str) -> Ratio:
        """Of requests in a second, round by round: what both did within the same seconds is compared."""
        pairs = zip(self._of(read, label), self._of(read, base), strict=True)
        ratios = [ours.rate / theirs.rate for ours, theirs in pairs]
        quarters = statistics.quantiles(ratios, n=4, method="inclusive") if len(ratios) > 1 else ratios * 3
        return Ratio(statistics.median(ratios), quarters[0], quarters[2])

    def cpu_ratio(self, read: str, label: str, base: str) -> float:
        """How much less CPU a request takes, of the server and of PostgreSQL together."""
        return sum(self.cpu(read, base)) / sum(self.cpu(read, label))

    def rate(self, read: str, label: str) -> float:
        return statistics.median(one.rate for one in self._of(read, label))

    def latency(self, read: str, label: str) -> float:
        return statistics.median(latency for one in self._of(read, label) for latency in one.latencies)

    def cpu(self, read: str, label: str) -> tuple[float, float]:
        """Seconds for a request, over all rounds: of the server, and of PostgreSQL."""
        samples = self._of(read, label)
        requests = sum(len(one.latencies) for one in samples)
        return (
            sum(one.server_cpu for one in samples) / requests,
            sum(one.database_cpu for one in samples) / requests,
        )

    def client_cpu(self) -> float:
        """Seconds for a request, of whatever server."""
        return sum(one.client_cpu for one in self.samples) / sum(len(one.latencies) for one in self.samples)

    def best_peer(self, read: str, figure: Callable[[str, str], float]) -> str:
        """Among the peers, the one with the greatest of these figures."""
        return max(self.peers, key=lambda label: figure(read, label))

    def _of(self, read: str, label: str) -> list[Sample]:
        return [one for one in self.samples if (one.read, one.label) == (read, label)]
