"""Workers as processes of their own, killed without warning; and what is left over after a storm."""

import asyncio
import contextlib
import os
import random
import sys
from asyncio.subprocess import DEVNULL, Process
from collections import Counter
from pathlib import Path
from types import TracebackType
from typing import Self
from uuid import UUID

from sqlalchemy import text

from standins.stripe.world import World as StripeWorld
from tests.world import World

ROOT = Path(__file__).resolve().parents[2]
_STUCK = """
SELECT (SELECT count(*) FROM payments WHERE status NOT IN ('SUCCEEDED', 'FAILED')) AS payments,
    (SELECT count(*) FROM inbound_webhooks WHERE status NOT IN ('PROCESSED', 'IGNORED')) AS webhooks,
    (SELECT count(*) FROM outbox WHERE position IS NULL) AS events,
    (SELECT count(*) FROM outbox_reactions WHERE done_at IS NULL) AS reactions
"""
_STATES = "SELECT a.id AS key, p.status FROM payments p JOIN payment_attempts a ON a.payment_id = p.id"


class Workers:
    """One worker at a time. Each is killed at some moment of its work, and the next one goes on with what it left."""

    def __init__(self, world: World, keys: str, *, seed: int) -> None:
        self._world, self._keys, self._random = world, keys, random.Random(seed)
        self._process: Process | None = None

    async def __aenter__(self) -> Self:
        await self._start()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        await self._kill()

    async def be_killed(self, times: int) -> None:
        for _ in range(times):
            await asyncio.sleep(self._random.uniform(2.5, 5))
            await self._kill()
            await self._start()

    async def _start(self) -> None:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("MILEPOST_")}
        settings = {
            "MILEPOST_DATABASE_URL": self._world.database.url,
            "MILEPOST_SECRET_KEYS": self._keys,
            "MILEPOST_MAIL_DIR": str(self._world.mail_folder),
        }
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "server", "worker", cwd=ROOT, env=inherited | settings, stdout=DEVNULL, stderr=DEVNULL
        )

    async def _kill(self) -> None:
        assert self._process is not None
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()


def charged(stripe: StripeWorld) -> Counter[UUID]:
    """How often money was taken under each of our keys."""
    taken = (charge for charge in stripe.all("charge") if charge["status"] == "succeeded" and charge["captured"])
    intents = (stripe.get("payment_intent", charge["payment_intent"]) for charge in taken)
    return Counter(UUID(intent["metadata"]["milepost_key"]) for intent in intents)


async def stuck(world: World) -> dict[str, int]:
    """How much has not come to its end, by kind."""
    async with world.database.connection() as connection:
        row = (await connection.execute(text(_STUCK))).one()
    return {kind: count for kind, count in row._mapping.items() if count}


async def states(world: World) -> dict[UUID, str]:
    """The state of every payment, by the key that the company knows it by."""
    async with world.database.connection() as connection:
        return {row.key: row.status for row in await connection.execute(text(_STATES))}
