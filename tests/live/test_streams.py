"""Server-sent events: any operation, feeds that resume by the id of their last event, and rights as on sockets."""

import asyncio

import asyncpg
import pytest

from domain.organizations import OrganizationKind
from domain.permissions import Role
from tests.live.sockets import GIG_ACTIVITY
from tests.live.streams import Stream
from tests.makers.events import make_placed_gig, toggle
from tests.world import World

EVENTS = "subscription { events { event { type } } }"
COUNT = "{ gigs { totalCount } }"


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rights are looked at, and silence is broken, more often than people need."""
    monkeypatch.setattr("server.streams.WATCH_SECONDS", 0.05)


async def test_a_query_is_one_event_and_the_end(world: World, live: str) -> None:
    client = await world.client_side()
    async with Stream.opened(live, client.token, COUNT) as stream:
        first = await stream.event()
        assert (first.name, first.id, first.payload["data"]) == ("next", None, {"gigs": {"totalCount": 0}})
        assert first.payload["extensions"]["cost"]["requested"] == 25
        await stream.complete()


async def test_a_query_may_come_by_get_and_a_mutation_may_not(world: World, live: str) -> None:
    client = await world.client_side()
    async with Stream.asked(live, client.token, "GET", params={"query": COUNT}) as stream:
        assert await stream.next() == {"totalCount": 0}
        await stream.complete()
    mutation = "query Q { __typename } mutation M { signOut(input: {}) { __typename } }"
    async with Stream.asked(live, client.token, "GET", params={"query": mutation, "operationName": "M"}) as stream:
        assert stream.answer.status_code == 405
    assert await client.ask(COUNT) == {"gigs": {"totalCount": 0}}


async def test_a_document_nested_too_deep_to_be_read_is_refused_on_a_get_as_well(live: str, world: World) -> None:
    client = await world.client_side()
    async with Stream.asked(live, client.token, "GET", params={"query": "{a" * 2_400 + "}" * 2_400}) as stream:
        assert stream.answer.status_code == 200
        assert "nested deeper" in (await stream.fault())["message"]


async def test_a_mutation_by_post_says_how_it_ended(world: World, live: str) -> None:
    client = await world.client_side()
    gig = await make_placed_gig(world, client)
    pause = "mutation($id: ID!) { pauseGig(input: { gigId: $id }) { ... on PauseGigPayload { gig { status } } } }"
    async with Stream.opened(live, client.token, pause, {"id": f"gig_{gig.hex}"}) as stream:
        assert await stream.next() == {"gig": {"status": "PAUSED"}}
        await stream.complete()


async def test_a_feed_resumes_behind_its_last_event_and_misses_nothing(world: World, live: str) -> None:
    client = await world.client_side()
    gig = await make_placed_gig(world, client)
    variables = {"id": f"gig_{gig.hex}", "after": (await client.ask("{ liveCursor }"))["liveCursor"]}
    async with Stream.opened(live, client.token, GIG_ACTIVITY, variables) as stream:
        await toggle(world.database, gig, world.clock.now())
        seen = await stream.event()
        assert seen.id == seen.payload["data"]["gigActivity"]["cursor"]
    for _ in range(30):
        await toggle(world.database, gig, world.clock.now())
    assert seen.id is not None
    headers = {"last-event-id": seen.id}
    async with Stream.opened(live, client.token, GIG_ACTIVITY, variables, **headers) as stream:
        missed = [await stream.event() for _ in range(30)]
        await toggle(world.database, gig, world.clock.now())
        live_again = await stream.next()
    versions = [one.payload["data"]["gigActivity"]["event"]["subjectVersion"] for one in missed]
    assert versions == list(range(4, 34))
    assert len({one.id for one in missed}) == 30
    assert live_again["event"]["subjectVersion"] == 34


async def test_an_event_has_an_id_whether_or_not_the_cursor_is_selected(world: World, live: str) -> None:
    client = await world.client_side()
    gig = await make_placed_gig(world, client)
    cursor = (await client.ask("{ liveCursor }"))["liveCursor"]
    for _ in range(2):
        await toggle(world.database, gig, world.clock.now())
    async with Stream.opened(live, client.token, EVENTS, **{"last-event-id": cursor}) as stream:
        first, second = await stream.event(), await stream.event()
    async with Stream.opened(live, client.token, EVENTS, **{"last-event-id": str(first.id)}) as stream:
        assert await stream.event() == second


async def test_what_is_no_cursor_is_a_fault(world: World, live: str) -> None:
    client = await world.client_side()
    async with Stream.opened(live, client.token, EVENTS, **{"last-event-id": "17"}) as stream:
        fault = await stream.fault()
    assert (fault["extensions"]["code"], fault["extensions"]["argument"]) == ("BAD_USER_INPUT", ["after"])


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("subscription {", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("fragment A on Query { __typename }", "BAD_USER_INPUT"),
        (EVENTS, "UNAUTHENTICATED"),
    ],
)
async def test_what_cannot_run_is_an_event_with_its_fault(world: World, live: str, query: str, code: str) -> None:
    async with Stream.opened(live, None, query) as stream:
        assert (await stream.fault())["extensions"]["code"] == code


@pytest.mark.parametrize("body", [{"variables": {}}, {"query": 5}, {"query": "{ __typename }", "operationName": 5}])
async def test_a_body_that_is_no_request_is_a_coded_error(world: World, live: str, body: dict[str, object]) -> None:
    async with Stream.asked(live, None, "POST", json=body) as stream:
        await stream.answer.aread()
    assert stream.answer.status_code == 400
    assert stream.answer.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


@pytest.mark.usefixtures("quick")
async def test_a_revoked_session_ends_its_silent_streams(world: World, live: str) -> None:
    client = await world.client_side()
    async with Stream.opened(live, client.token, EVENTS) as stream:
        await client.do("revokeAllSessions", "__typename")
        assert (await stream.fault())["extensions"]["code"] == "UNAUTHENTICATED"


@pytest.mark.usefixtures("quick")
async def test_a_lost_membership_ends_the_stream(world: World, live: str) -> None:
    organization = await world.organization(OrganizationKind.CLIENT, "Contoso")
    await world.join(organization, Role.OWNER)
    member = await world.join(organization, Role.MEMBER)
    async with Stream.opened(live, member.token, EVENTS) as stream:
        connection = await asyncpg.connect(world.database.url)
        await connection.execute("UPDATE memberships SET status = 'REMOVED' WHERE id = $1", member.membership_id)
        await connection.close()
        assert (await stream.fault())["extensions"]["code"] == "FORBIDDEN"


@pytest.mark.usefixtures("quick")
async def test_a_silent_stream_shows_life(world: World, live: str) -> None:
    client = await world.client_side()
    async with Stream.opened(live, client.token, EVENTS) as stream, asyncio.timeout(8):
        lines = [await anext(stream.lines) for _ in range(6)]
    assert lines[:2] == [":", ""]
    assert all(line in (":", "") or line.startswith("id: ") for line in lines)


@pytest.mark.usefixtures("quick")
async def test_a_feed_that_is_cut_before_its_first_message_resumes_where_it_began(world: World, live: str) -> None:
    client = await world.client_side()
    gig = await make_placed_gig(world, client)
    async with Stream.opened(live, client.token, EVENTS) as stream:
        place = await stream.place()
    await toggle(world.database, gig, world.clock.now())
    async with Stream.opened(live, client.token, EVENTS, **{"last-event-id": place}) as stream:
        assert await stream.next() == {"event": {"type": "gig.paused"}}


@pytest.mark.usefixtures("quick")
async def test_a_silent_operation_that_is_no_feed_has_no_place(world: World, live: str) -> None:
    client = await world.client_side()
    async with Stream.opened(live, client.token, COUNT) as stream:
        assert (await stream.event()).id is None


async def test_one_session_has_so_many_streams_and_gets_new_ones_when_it_closes_some(
    world: World, live: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.streams.MOST_STREAMS", 1)
    client, other = await world.client_side(), await world.client_side()
    async with Stream.opened(live, client.token, EVENTS) as held:
        assert await anext(held.lines) == ":"
        async with Stream.opened(live, client.token, COUNT) as stream:
            assert (await stream.fault())["extensions"]["code"] == "RATE_LIMITED"
        async with Stream.opened(live, other.token, COUNT) as stream:
            assert (await stream.event()).name == "next"
    async with asyncio.timeout(8):
        while True:
            async with Stream.opened(live, client.token, COUNT) as stream:
                if (await stream.event()).payload.get("data") is not None:
                    break
