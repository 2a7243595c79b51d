"""Live feeds while the database is away: nothing is told in part, nothing twice, and nobody is told what they lost."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson

from domain.organizations import OrganizationKind
from domain.permissions import Role
from persistence.database import Database
from persistence.outbox import last_position
from persistence.wakeups import Wakeups
from resolvers.context import Context, Platform
from resolvers.live import cursor_of
from server.auth import actor_by_now, actor_of_token
from server.errors import as_fault
from server.operations import Asked, results
from server.plans import Plans
from tests.makers.events import make_placed_gig, toggle
from tests.makers.outages import Bridge, bridge_to
from tests.world import Person, World

GIG = (
    "subscription($id: ID!, $after: Cursor) { gigActivity(gigId: $id, after: $after)"
    " { event { subjectVersion } gig { version organization { name } } } }"
)


@dataclass(slots=True)
class Feed:
    """The feed of a gig, in a process whose way to the database can be cut."""

    bridge: Bridge
    results: AsyncGenerator[Any, None]

    async def next(self) -> Any:
        async with asyncio.timeout(20):
            return await anext(self.results)

    @asynccontextmanager
    async def next_is_cut(self) -> AsyncIterator["asyncio.Task[Any]"]:
        """The database goes away before the next message, and is back after the block."""
        self.bridge.cut()
        coming = asyncio.create_task(self.next())
        await self.bridge.until_turned_away()
        yield coming
        assert not coming.done()
        self.bridge.mend()


@asynccontextmanager
async def feed_with_two_events(world: World, reader: Person, gig: UUID) -> AsyncIterator[Feed]:
    """Both of them are read at once; each is shown only when it is asked for."""
    async with world.database.reader() as session:
        start = cursor_of(await last_position(session))
    for _ in range(2):
        await toggle(world.database, gig, world.clock.now())
    await world.settle()
    async with bridge_to(world.database.url) as bridge:
        database = Database(bridge.url, pool_size=2)
        context = Context(
            Platform(database, world.clock.now, Wakeups(database)), await actor_of_token(world.database, reader.token)
        )
        context.identify = lambda: actor_by_now(context.platform, context.viewer)
        asked = Asked(GIG, {"id": f"gig_{gig.hex}", "after": start})
        async with aclosing(results(Plans(database), asked, context)) as each:
            yield Feed(bridge, each)
        await database.close()


def shown(result: Any) -> Any:
    assert not result.errors, result.errors
    return orjson.loads(orjson.dumps(result.data))["gigActivity"]


async def test_a_message_for_which_the_database_was_away_comes_once_and_whole(world: World) -> None:
    owner = await world.client_side()
    gig = await make_placed_gig(world, owner)
    async with feed_with_two_events(world, owner, gig) as feed:
        first = shown(await feed.next())
        async with feed.next_is_cut() as coming:
            await toggle(world.database, gig, world.clock.now())
        second = shown(await coming)
    assert [one["event"]["subjectVersion"] for one in (first, second)] == [3, 4]
    # As it is when it is shown.
    assert [one["gig"]["version"] for one in (first, second)] == [4, 5]
    assert second["gig"]["organization"] == first["gig"]["organization"]


async def test_who_loses_their_rights_while_the_database_is_away_is_told_nothing_more(world: World) -> None:
    organization = await world.organization(OrganizationKind.CLIENT, "Contoso")
    owner, member = await world.join(organization, Role.OWNER), await world.join(organization, Role.MEMBER)
    gig = await make_placed_gig(world, owner)
    async with feed_with_two_events(world, member, gig) as feed:
        shown(await feed.next())
        async with feed.next_is_cut() as coming:
            await owner.do("removeMember", "membership { id }", membershipId=f"mbr_{member.membership_id.hex}")
        ended = await coming
    assert ended.data is None
    assert [as_fault(one, "").extensions["code"] for one in ended.errors] == ["FORBIDDEN"]
