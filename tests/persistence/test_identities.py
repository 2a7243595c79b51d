"""Who callers are by now: asked for by many at nearly the same moment, by few statements at a time."""

import asyncio
from typing import Any

from sqlalchemy import event

from domain.actors import ANONYMOUS, Actor
from persistence.database import Database
from persistence.identities import Identities
from server.auth import actor_of_token
from tests.world import World

CALLERS, AT_ONCE = 40, 2


async def test_all_who_come_back_at_once_leave_connections_to_others(world: World) -> None:
    viewer = await actor_of_token(world.database, (await world.client_side()).token)
    database, in_use = Database(world.database.url, pool_size=5), list[int]()
    identities = Identities(database)

    def taken(*_: Any) -> None:
        in_use.append(database.connections()[0])

    event.listen(database.engine.sync_engine, "checkout", taken)

    async def ask(turn: int) -> Actor:
        for _ in range(turn):
            await asyncio.sleep(0)
        return await identities.by_now(viewer)

    assert await asyncio.gather(*map(ask, range(CALLERS))) == [viewer] * CALLERS
    assert (min(in_use), max(in_use)) == (1, AT_ONCE)
    await database.close()


async def test_a_session_that_has_ended_is_nobodys_for_all_who_ask(world: World) -> None:
    person, other = await world.client_side(), await world.freelancer_side()
    identities = Identities(world.database)
    viewers = [await actor_of_token(world.database, one.token) for one in (person, other)]
    await person.do("signOut", "session { id }")
    assert await asyncio.gather(*map(identities.by_now, viewers * 2)) == [ANONYMOUS, viewers[1]] * 2
