"""Sessions through the API: what they allow, how long they last, and how they end."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update

from domain.sessions import IDLE
from domain.users import UserStatus
from persistence.tables.identity import sessions, users
from persistence.tables.platform import outbox
from tests.client import Faulted
from tests.makers.identity import PASSWORD, make_account, make_unverified
from tests.makers.rows import count, rows, write
from tests.world import Caller, World

SIGNED_IN = "{ viewer { session { id } } }"


async def _another(world: World) -> Caller:
    signed_in = await world.caller().do("signIn", "token", email="ada@example.com", password=PASSWORD)
    return world.caller(signed_in["token"])


async def _is_signed_in(who: Caller) -> bool:
    answer = await who.world.client.post(SIGNED_IN, token=who.token)
    codes = [error["extensions"]["code"] for error in answer.get("errors", [])]
    assert codes in ([], ["UNAUTHENTICATED"])
    return codes == []


async def _id_of(who: Caller) -> str:
    return str((await who.ask(SIGNED_IN))["viewer"]["session"]["id"])


async def test_one_sees_ones_own_live_sessions_and_nobody_elses(world: World) -> None:
    first, stranger = await make_account(world), await world.client_side()
    second = await _another(world)
    third = await _another(world)
    await third.do("signOut", "session { revokeReason }")
    listed = (await second.ask("{ sessions { totalCount nodes { id isCurrent } } }"))["sessions"]
    assert listed["totalCount"] == 2
    assert {session["id"]: session["isCurrent"] for session in listed["nodes"]} == {
        await _id_of(first): False,
        await _id_of(second): True,
    }
    assert (await stranger.ask("{ sessions { totalCount } }"))["sessions"]["totalCount"] == 1
    foreign = await stranger.ask("query($id: ID!) { node(id: $id) { id } }", id=await _id_of(first))
    assert foreign["node"] is None


async def test_without_a_session_there_is_nothing_to_see(world: World) -> None:
    for token in (None, "wrong"):
        with pytest.raises(Faulted, match="UNAUTHENTICATED"):
            await world.caller(token).ask("{ sessions { totalCount } }")
        with pytest.raises(Faulted, match="UNAUTHENTICATED"):
            await world.caller(token).refused("signOut")


async def test_signing_out_ends_this_session_only_from_the_next_request_on(world: World) -> None:
    first = await make_account(world)
    second = await _another(world)
    ended = (await second.do("signOut", "session { revokedAt revokeReason }"))["session"]
    assert ended["revokeReason"] == "SIGNED_OUT"
    assert ended["revokedAt"] is not None
    assert [await _is_signed_in(who) for who in (first, second)] == [True, False]


async def test_an_unverified_person_can_sign_out_everywhere_but_manage_no_sessions(world: World) -> None:
    first = await make_unverified(world)
    second = await _another(world)
    assert (await second.refused("revokeSession", sessionId=await _id_of(first)))["code"] == "FORBIDDEN"
    assert (await second.refused("revokeAllSessions"))["code"] == "FORBIDDEN"
    await second.do("signOut", "session { id }", everywhere=True)
    assert [await _is_signed_in(who) for who in (first, second)] == [False, False]


async def test_revoking_a_session_is_told_to_its_live_connections(world: World) -> None:
    first = await make_account(world)
    second = await _another(world)
    id_ = await _id_of(second)
    for _ in range(2):
        ended = await first.do("revokeSession", "session { id revokeReason }", sessionId=id_)
        assert ended["session"] == {"id": id_, "revokeReason": "REVOKED"}
    assert [await _is_signed_in(who) for who in (first, second)] == [True, False]
    ((topics, organizations),) = await rows(
        world, select(outbox.c.topics, outbox.c.organization_ids).where(outbox.c.type == "session.revoked")
    )
    assert UUID(id_.removeprefix("ses_")) in topics
    assert organizations == []


async def test_a_foreign_session_is_not_found_like_an_unknown_one(world: World) -> None:
    first, stranger = await make_account(world), await world.client_side()
    foreign = await stranger.refused("revokeSession", sessionId=await _id_of(first))
    assert foreign == await stranger.refused("revokeSession", sessionId=f"ses_{uuid4().hex}")
    assert foreign["code"] == "NOT_FOUND"
    assert await _is_signed_in(first)


async def test_all_sessions_can_be_ended_with_or_without_this_one(world: World) -> None:
    first, stranger = await make_account(world), await world.client_side()
    second, third = await _another(world), await _another(world)
    assert await third.do("revokeAllSessions", "revokedCount", exceptCurrent=True) == {"revokedCount": 2}
    assert [await _is_signed_in(who) for who in (first, second, third, stranger)] == [False, False, True, True]
    assert await third.do("revokeAllSessions", "revokedCount") == {"revokedCount": 1}
    assert [await _is_signed_in(who) for who in (third, stranger)] == [False, True]


async def _is_signed_out_soon(who: Caller) -> bool:
    """What is changed behind the process's back reaches it by a notification."""
    for _ in range(500):
        if not await _is_signed_in(who):
            return True
        await asyncio.sleep(0.002)
    return False


async def test_a_session_idles_out_unless_it_is_used(world: World) -> None:
    who = await make_account(world)
    now = datetime.now(UTC)
    await write(world, update(sessions).values(last_seen_at=now - IDLE, idle_expires_at=now + timedelta(minutes=1)))
    assert await _is_signed_in(who)
    ((seen, idle),) = await rows(world, select(sessions.c.last_seen_at, sessions.c.idle_expires_at))
    assert seen >= now
    assert idle == seen + IDLE
    await write(world, update(sessions).values(idle_expires_at=now))
    assert await _is_signed_out_soon(who)


async def test_using_a_session_writes_at_most_once_a_minute(world: World) -> None:
    who = await make_account(world)
    recently = datetime.now(UTC) - timedelta(milliseconds=500)
    await write(world, update(sessions).values(last_seen_at=recently))
    assert await _is_signed_in(who)
    assert await rows(world, select(sessions.c.last_seen_at)) == [(recently,)]


async def test_a_session_ends_after_30_days_however_much_it_is_used(world: World) -> None:
    who = await make_account(world)
    ((created, expires),) = await rows(world, select(sessions.c.created_at, sessions.c.expires_at))
    assert expires - created == timedelta(days=30)
    await write(world, update(sessions).values(expires_at=datetime.now(UTC)))
    assert await _is_signed_out_soon(who)


async def test_session_lifetimes_do_not_follow_the_platform_clock(world: World) -> None:
    who = await make_account(world)
    world.clock.advance(timedelta(days=60))
    assert await _is_signed_in(who)


async def test_a_suspended_person_is_signed_in_no_more(world: World) -> None:
    who = await make_account(world)
    await write(world, update(users).values(status=UserStatus.SUSPENDED))
    assert await _is_signed_out_soon(who)
    assert await count(world, sessions) == 1
