"""Feeds over a real socket: in order, resumable, only for those whom events concern."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from domain.ids import new_id
from domain.organizations import OrganizationKind
from domain.permissions import Role
from tests.live.sockets import GIG_ACTIVITY, Socket
from tests.makers.events import make_placed_gig, toggle
from tests.makers.gigs import make_category
from tests.world import Person, World

EVENTS = (
    "subscription($after: Cursor, $types: [String!])"
    " { events(after: $after, types: $types) { cursor gap event { type subjectId } } }"
)


@asynccontextmanager
async def following(live: str, person: Person, gig: UUID) -> AsyncIterator[Socket]:
    """A socket whose operation 1 follows a gig from this moment on."""
    cursor = (await person.ask("{ liveCursor }"))["liveCursor"]
    async with Socket.opened(live, person.token) as socket:
        await socket.subscribe(GIG_ACTIVITY, id=id_of(gig), after=cursor)
        yield socket


def id_of(gig: UUID) -> str:
    return f"gig_{gig.hex}"


async def test_events_arrive_live_and_in_order_with_the_object_as_it_is(world: World, live: str) -> None:
    client = await world.client_side()
    gig = await make_placed_gig(world, client)
    async with following(live, client, gig) as socket:
        updates = []
        for action in ("pauseGig", "resumeGig", "pauseGig"):
            await client.do(action, "gig { id }", gigId=id_of(gig))
            updates.append(await socket.next())
    assert [update["event"]["type"] for update in updates] == ["gig.paused", "gig.resumed", "gig.paused"]
    assert [update["event"]["subjectVersion"] for update in updates] == [3, 4, 5]
    assert [update["gig"]["status"] for update in updates] == ["PAUSED", "OPEN", "PAUSED"]
    assert [update["gap"] for update in updates] == [False, False, False]
    assert updates[0]["event"]["subjectId"] == updates[0]["gig"]["id"] == id_of(gig)
    assert updates[0]["event"]["actor"] == {"email": client.email}


async def test_a_subscriber_that_was_cut_off_for_thirty_events_gets_exactly_those_in_order(
    world: World, live: str
) -> None:
    client = await world.client_side()
    gig, other = await make_placed_gig(world, client), await make_placed_gig(world, client)
    async with following(live, client, gig) as socket:
        await toggle(world.database, gig, world.clock.now())
        cursor = (await socket.next())["cursor"]
        socket.connection.transport.abort()
    for _ in range(30):
        await toggle(world.database, gig, world.clock.now())
        await toggle(world.database, other, world.clock.now())
    async with Socket.opened(live, client.token) as socket:
        await socket.subscribe(GIG_ACTIVITY, id=id_of(gig), after=cursor)
        missed = [await socket.next() for _ in range(30)]
        assert [update["event"]["subjectVersion"] for update in missed] == list(range(4, 34))
        assert len({update["cursor"] for update in missed}) == 30
        await socket.silence()
        await toggle(world.database, gig, world.clock.now())
        assert (await socket.next())["event"]["subjectVersion"] == 34


async def test_more_than_a_batch_of_missed_events_comes_without_gap(world: World, live: str) -> None:
    client = await world.client_side()
    gig = await make_placed_gig(world, client)
    cursor = (await client.ask("{ liveCursor }"))["liveCursor"]
    for _ in range(120):
        await toggle(world.database, gig, world.clock.now())
    async with Socket.opened(live, client.token) as socket:
        await socket.subscribe(EVENTS, after=cursor, types=["gig.paused", "gig.resumed"])
        received = [(await socket.next())["event"]["type"] for _ in range(120)]
    assert received == ["gig.paused", "gig.resumed"] * 60


async def test_without_a_cursor_a_feed_begins_now_and_misses_nothing_from_there(world: World, live: str) -> None:
    client = await world.client_side()
    gig = await make_placed_gig(world, client)
    await toggle(world.database, gig, world.clock.now())
    async with Socket.opened(live, client.token) as socket:
        await socket.silence(0.2)
        await socket.subscribe(GIG_ACTIVITY, id=id_of(gig))
        for _ in range(60):
            await toggle(world.database, gig, world.clock.now())
        first = (await socket.next())["event"]["subjectVersion"]
        rest = [(await socket.next())["event"]["subjectVersion"] for _ in range(63 - first)]
    assert 3 < first <= 63
    assert rest == list(range(first + 1, 64))


async def test_strangers_cannot_tell_a_foreign_draft_from_nothing(world: World, live: str) -> None:
    client, stranger = await world.client_side(), await world.freelancer_side()
    await make_category(world)
    draft = (await client.do("createGig", "gig { id }", title="Secret plans", currency="EUR"))["gig"]["id"]
    async with Socket.opened(live, stranger.token) as socket:
        await socket.subscribe(GIG_ACTIVITY, "1", id=draft)
        foreign = await socket.error("1")
        await socket.subscribe(GIG_ACTIVITY, "2", id=f"gig_{new_id().hex}")
        unknown = await socket.error("2")
    assert foreign["message"] == unknown["message"] == "There is no such gig, or you may not see it."
    assert foreign["extensions"]["code"] == unknown["extensions"]["code"] == "BAD_USER_INPUT"


async def test_events_come_to_the_organizations_they_concern_and_to_nobody_else(world: World, live: str) -> None:
    client, stranger = await world.client_side(), await world.freelancer_side()
    gig = await make_placed_gig(world, client)
    cursor = (await client.ask("{ liveCursor }"))["liveCursor"]
    async with Socket.opened(live, stranger.token) as theirs, Socket.opened(live, client.token) as ours:
        await theirs.subscribe(GIG_ACTIVITY, "gig", id=id_of(gig), after=cursor)
        await theirs.subscribe(EVENTS, "all", after=cursor)
        await ours.subscribe(EVENTS, "all", after=cursor)
        await toggle(world.database, gig, world.clock.now())
        assert (await ours.next("all"))["event"] == {"type": "gig.paused", "subjectId": id_of(gig)}
        await theirs.silence()


async def test_a_viewer_of_the_organization_may_follow_and_staff_follow_anything(world: World, live: str) -> None:
    client, support = await world.client_side(), await world.staff()
    organization = await world.organization(OrganizationKind.CLIENT, "Contoso")
    reader, owner = await world.join(organization, Role.VIEWER), await world.join(organization, Role.OWNER)
    gig, foreign = await make_placed_gig(world, owner), await make_placed_gig(world, client)
    async with following(live, reader, gig) as theirs, following(live, support, foreign) as ours:
        await toggle(world.database, gig, world.clock.now())
        await toggle(world.database, foreign, world.clock.now())
        assert (await theirs.next())["gig"]["id"] == id_of(gig)
        assert (await ours.next())["gig"]["id"] == id_of(foreign)
        await theirs.silence(0.1)


async def test_what_is_no_cursor_of_a_feed_is_bad_input(world: World, live: str) -> None:
    client = await world.client_side()
    gig = await make_placed_gig(world, client)
    page = (await client.ask("{ gigs { pageInfo { endCursor } } }"))["gigs"]["pageInfo"]["endCursor"]
    async with Socket.opened(live, client.token) as socket:
        for number, cursor in enumerate(
            ("", "nonsense", "bGl2ZTotMQ", "bGl2ZTo5OTk5OTk5OTk5OTk5OTk5OTk5OQ", page, "é")
        ):
            await socket.subscribe(GIG_ACTIVITY, str(number), id=id_of(gig), after=cursor)
            fault = await socket.error(str(number))
            assert (fault["extensions"]["code"], fault["extensions"]["argument"]) == ("BAD_USER_INPUT", ["after"])


async def test_a_cursor_older_than_a_week_is_told_of_the_gap_and_goes_on_from_here(world: World, live: str) -> None:
    client = await world.client_side()
    gig = await make_placed_gig(world, client)
    cursor = (await client.ask("{ liveCursor }"))["liveCursor"]
    await toggle(world.database, gig, world.clock.now())
    world.clock.advance(timedelta(days=7, seconds=1))
    await toggle(world.database, gig, world.clock.now())
    await world.settle()
    async with Socket.opened(live, client.token) as socket:
        await socket.subscribe(GIG_ACTIVITY, id=id_of(gig), after=cursor)
        gap = await socket.next()
        assert (gap["gap"], gap["event"], gap["gig"]["version"]) == (True, None, 4)
        await toggle(world.database, gig, world.clock.now())
        update = await socket.next()
        assert (update["gap"], update["event"]["subjectVersion"]) == (False, 5)
        await socket.subscribe(GIG_ACTIVITY, "2", id=id_of(gig), after=gap["cursor"])
        assert (await socket.next("2"))["event"]["subjectVersion"] == 5


async def test_feeds_survive_the_loss_of_every_database_connection(world: World, live: str) -> None:
    client = await world.client_side()
    gig = await make_placed_gig(world, client)
    async with following(live, client, gig) as socket:
        await toggle(world.database, gig, world.clock.now())
        await socket.next()
        killer = await asyncpg.connect(world.database.url)
        await killer.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        await toggle_through(killer, gig)
        await killer.close()
        assert (await socket.next())["event"]["type"] == "gig.resumed"


async def test_a_feed_waits_while_the_database_has_no_time_for_it(world: World, live: str) -> None:
    client = await world.client_side()
    gig = await make_placed_gig(world, client)
    async with following(live, client, gig) as socket:
        blocker, looker = await asyncpg.connect(world.database.url), await asyncpg.connect(world.database.url)
        async with blocker.transaction():
            await blocker.execute("LOCK TABLE sessions IN ACCESS EXCLUSIVE MODE")
            await toggle(world.database, gig, world.clock.now())
            await given_up(looker, statements=3)
        await asyncio.gather(blocker.close(), looker.close())
        assert (await socket.next())["event"]["type"] == "gig.paused"


async def given_up(looker: asyncpg.Connection, *, statements: int) -> None:
    """Until so many that waited for a lock wait no more."""
    waited = set[tuple[int, datetime]]()
    while True:
        rows = await looker.fetch(
            "SELECT pid, query_start FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        waiting = {tuple(row) for row in rows}
        waited |= waiting
        if len(waited - waiting) >= statements:
            return
        await asyncio.sleep(0.05)


async def toggle_through(connection: asyncpg.Connection, gig: UUID) -> None:
    """Resumes a gig as another process would, through a connection of its own."""
    async with asyncio.timeout(5):
        await connection.execute("UPDATE gigs SET status = 'OPEN', version = version + 1 WHERE id = $1", gig)
        await connection.execute(
            "INSERT INTO outbox (id, type, subject_type, subject_id, subject_version, organization_ids, topics,"
            " actor_kind, data, occurred_at) SELECT $2, 'gig.resumed', subject_type, subject_id, subject_version + 1,"
            " organization_ids, topics, actor_kind, data, occurred_at FROM outbox WHERE subject_id = $1"
            " ORDER BY written DESC LIMIT 1",
            gig,
            new_id(),
        )
