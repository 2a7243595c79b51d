"""What the simulator leaves to chance: decided by the seed and the number of the object alone, whoever asks when."""

import hmac
from dataclasses import dataclass

import asyncpg

from domain.simulator_settings import ALWAYS, SimulatorSettings

_NEXT = """
INSERT INTO simulator_ordinals (kind, last) VALUES ($1, 1)
ON CONFLICT (kind) DO UPDATE SET last = simulator_ordinals.last + 1 RETURNING last
"""


@dataclass(frozen=True, slots=True)
class Lot:
    """What chance holds for one object of the simulator: the third charge has the same lot each time."""

    seed: str
    kind: str
    ordinal: int

    def comes(self, decision: str, bps: int) -> bool:
        """Whether something with that chance comes to pass."""
        return self.number(decision, ALWAYS) < bps

    def number(self, decision: str, below: int) -> int:
        """A number from 0 on, below another one."""
        told = f"{self.kind}:{self.ordinal}:{decision}".encode()
        return int.from_bytes(hmac.digest(self.seed.encode(), told, "sha256")[:8], "big") % below


async def next_lot(books: asyncpg.Connection, settings: SimulatorSettings, kind: str) -> Lot:
    """The lot of the next object of a kind, counted from when the simulator was configured."""
    return Lot(settings.seed, kind, await books.fetchval(_NEXT, kind))
