"""Processes die without a word, and so do the broker and all connections: nothing that was promised is lost."""

import os
import random

from bench.chaos import chaos
from bench.traffic import Load

SECONDS = 20
LOAD = Load(readers=2, writers=2, sockets=8, reads=20, writes=5)


async def test_whatever_is_killed_nothing_is_lost_and_nothing_happens_twice(new_database: str) -> None:
    seed = int(os.environ.get("MILEPOST_SEED") or random.randrange(1_000_000))
    outcome = await chaos(new_database, LOAD, seconds=SECONDS, seed=seed)
    assert outcome.wrongs == [], f"MILEPOST_SEED={seed} repeats the kills"
    assert len(outcome.kills) > 1
    assert outcome.traffic.events > 10
