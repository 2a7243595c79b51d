"""Sessions of apps: short-lived tokens, refresh tokens that work once, and what a stolen one is worth."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from domain.users import UserStatus
from jobs.identity import forget_credentials
from persistence.tables.credentials import refresh_tokens
from persistence.tables.identity import sessions, users
from persistence.tables.platform import outbox
from tests.api.test_sessions import _is_signed_in as is_signed_in
from tests.makers.identity import PASSWORD, SIGNED_IN, letters, make_account
from tests.makers.rows import count, rows, write
from tests.world import World

ADA = {"email": "ada@example.com", "password": PASSWORD}


async def _signed_in_app(world: World) -> dict[str, Any]:
    await make_account(world)
    return await world.caller().do("signIn", SIGNED_IN, **ADA, kind="APP")


async def _refreshed(world: World, refresh_token: str) -> dict[str, Any]:
    return await world.caller().do("refreshSession", SIGNED_IN, refreshToken=refresh_token)


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


async def test_a_browser_gets_no_refresh_token(world: World) -> None:
    await make_account(world)
    signed_in = await world.caller().do("signIn", SIGNED_IN, **ADA)
    assert (signed_in["refreshToken"], signed_in["session"]["kind"]) == (None, "BROWSER")
    assert signed_in["session"]["tokenExpiresAt"] == signed_in["session"]["expiresAt"]


async def test_the_token_of_an_app_lives_15_minutes_and_its_session_30_days(world: World) -> None:
    begun = datetime.now(UTC)
    signed_in = await _signed_in_app(world)
    session, who = signed_in["session"], world.caller(signed_in["token"])
    opened = _instant(session["tokenExpiresAt"]) - timedelta(minutes=15)
    assert begun <= opened <= datetime.now(UTC)
    assert _instant(session["expiresAt"]) - opened == timedelta(days=30)
    assert await is_signed_in(who)
    mine = sessions.c.kind == "APP"
    await write(world, update(sessions).where(mine).values(token_expires_at=begun))
    await world.client.post("mutation { signOut(input: {}) { __typename } }")
    assert not await is_signed_in(who)
    assert await count(world, sessions, mine, sessions.c.revoked_at.is_(None)) == 1


async def test_a_refresh_renews_both_tokens_and_the_old_one_is_refused_from_then_on(world: World) -> None:
    first = await _signed_in_app(world)
    second = await _refreshed(world, first["refreshToken"])
    assert second["session"]["id"] == first["session"]["id"]
    assert len({first["token"], second["token"], first["refreshToken"], second["refreshToken"]}) == 4
    assert [await is_signed_in(world.caller(one["token"])) for one in (first, second)] == [False, True]
    third = await _refreshed(world, second["refreshToken"])
    assert await is_signed_in(world.caller(third["token"]))


async def test_a_refresh_token_that_comes_again_ends_the_session_and_tells_its_owner(world: World) -> None:
    first = await _signed_in_app(world)
    second = await _refreshed(world, first["refreshToken"])
    for stale in (first, first, second):
        refusal = await world.caller().refused("refreshSession", refreshToken=stale["refreshToken"])
        assert (refusal["code"], refusal["path"]) == ("INVALID", ["refreshToken"])
    assert not await is_signed_in(world.caller(second["token"]))
    ((reason,),) = await rows(world, select(sessions.c.revoke_reason).where(sessions.c.revoked_at.is_not(None)))
    assert reason.value == "TOKEN_REUSED"
    assert len(await rows(world, select(outbox.c.id).where(outbox.c.type == "session.reuse_detected"))) == 1
    await world.settle()
    assert letters(world, "ada@example.com")[-1]["Subject"] == "A session of yours has ended"


async def test_of_twenty_who_use_a_refresh_token_at_once_one_succeeds_and_the_session_ends(world: World) -> None:
    first = await _signed_in_app(world)
    used = (
        world.caller().attempt("refreshSession", "token refreshToken", refreshToken=first["refreshToken"])
        for _ in range(20)
    )
    answers = await asyncio.gather(*used)
    assert sorted((one.get("code") for one in answers), key=str) == ["INVALID"] * 19 + [None]
    (won,) = [one for one in answers if "code" not in one]
    assert not await is_signed_in(world.caller(won["token"]))
    assert (await world.caller().refused("refreshSession", refreshToken=won["refreshToken"]))["code"] == "INVALID"


async def test_nothing_renews_a_session_that_has_ended_or_whose_owner_was_stopped(world: World) -> None:
    first = await _signed_in_app(world)
    await world.caller(first["token"]).do("signOut", "session { id }")
    token = {"refreshToken": first["refreshToken"]}
    assert (await world.caller().refused("refreshSession", **token))["code"] == "INVALID"
    second = await world.caller().do("signIn", SIGNED_IN, **ADA, kind="APP")
    await write(world, update(users).values(status=UserStatus.SUSPENDED))
    token = {"refreshToken": second["refreshToken"]}
    assert (await world.caller().refused("refreshSession", **token))["code"] == "INVALID"
    assert await count(world, refresh_tokens, refresh_tokens.c.used_at.is_not(None)) == 0


async def test_a_refresh_token_ends_after_30_days_and_is_forgotten(world: World) -> None:
    first = await _signed_in_app(world)
    await write(world, update(refresh_tokens).values(expires_at=datetime.now(UTC)))
    token = {"refreshToken": first["refreshToken"]}
    assert (await world.caller().refused("refreshSession", **token))["code"] == "INVALID"
    assert await forget_credentials(world.database, world.clock.now()) == 1
    assert await count(world, refresh_tokens) == 0


async def test_using_an_app_session_does_not_shorten_it(world: World) -> None:
    first = await _signed_in_app(world)
    mine = sessions.c.kind == "APP"
    await write(world, update(sessions).where(mine).values(last_seen_at=datetime.now(UTC) - timedelta(hours=1)))
    assert await is_signed_in(world.caller(first["token"]))
    ((idle, absolute),) = await rows(world, select(sessions.c.idle_expires_at, sessions.c.expires_at).where(mine))
    assert idle == absolute
