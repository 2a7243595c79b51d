"""Signing in to apps: codes that work once, tokens that say who it is, and refresh tokens that work once."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from domain.permissions import Role
from jobs.apps import forget_codes
from persistence.tables.apps import app_codes, app_users, cross_app_sessions
from persistence.tables.identity import organizations, sessions
from tests.makers.apps import (
    ABOUT,
    NOTHING,
    ORIGIN,
    PERMISSIONS,
    app_input,
    claims_of,
    code_of,
    exchange,
    is_active,
    looked_up,
    make_partner,
    refresh,
    sign_in,
)
from tests.makers.colleagues import colleague
from tests.makers.rows import count, write
from tests.makers.traces import events
from tests.world import World


async def test_a_person_signs_in_to_an_app_and_its_token_says_who_they_are(world: World) -> None:
    partner = await make_partner(world)
    begun = int(datetime.now(UTC).timestamp())
    tokens = await sign_in(partner)
    claims = await claims_of(partner, tokens)
    viewer = (await partner.user.ask("{ viewer { user { id } organization { id } } }"))["viewer"]
    assert {name: claims[name] for name in ("iss", "aud", "sub", "org", "sid", "perms")} == {
        "iss": "http://127.0.0.1:8000",
        "aud": partner.id,
        "sub": viewer["user"]["id"],
        "org": viewer["organization"]["id"],
        "sid": tokens["session"]["id"],
        "perms": ["profile:read", "credits:read", "credits:consume"],
    }
    assert set(claims) == {"iss", "aud", "sub", "org", "sid", "perms", "jti", "iat", "exp"}
    assert begun <= claims["iat"] <= begun + 10
    assert claims["exp"] - claims["iat"] in (86_399, 86_400)
    about = await looked_up(partner.backend, tokens["jwt"])
    assert about == {
        "isActive": True,
        "userId": viewer["user"]["id"],
        "user": {"id": viewer["user"]["id"], "email": partner.user.email},
        "organization": viewer["organization"],
        "permissions": PERMISSIONS,
        "expiresAt": tokens["session"]["expiresAt"],
    }
    listed = await partner.user.ask("{ crossAppSessions { nodes { id status app { name } } } }")
    expected = {"id": tokens["session"]["id"], "status": "ACTIVE", "app": {"name": "Time tools"}}
    assert listed["crossAppSessions"]["nodes"] == [expected]


async def test_a_code_used_twenty_times_at_once_begins_one_session(world: World) -> None:
    partner = await make_partner(world)
    for _ in range(2):
        code = await code_of(partner.user, partner.id)
        answers = await asyncio.gather(*(exchange(partner, code) for _ in range(20)))
        assert sorted((one.get("code") for one in answers), key=str) == ["INVALID"] * 19 + [None]
        (won,) = [one for one in answers if "jwt" in one]
        assert await is_active(partner, won)
    assert await count(world, cross_app_sessions) == 2
    assert await count(world, cross_app_sessions, cross_app_sessions.c.status == "ACTIVE") == 1
    assert await count(world, app_users) == 1


async def test_a_code_is_good_for_its_app_its_origin_and_a_minute(world: World) -> None:
    partner = await make_partner(world)
    await partner.owner.do("updateApp", "app { id }", appId=partner.id, name="Tools")
    code = await code_of(partner.user, partner.id)
    elsewhere = await exchange(partner, code, origin="https://other.example")
    assert (elsewhere["code"], elsewhere["path"]) == ("FORBIDDEN", ["origin"])
    assert (await exchange(partner, code))["code"] == "INVALID"
    late = await code_of(partner.user, partner.id)
    await write(world, update(app_codes).values(expires_at=app_codes.c.expires_at - timedelta(seconds=60)))
    assert (await exchange(partner, late))["code"] == "INVALID"
    assert (await exchange(partner, "guessed"))["code"] == "INVALID"
    assert await count(world, cross_app_sessions) == 0
    assert await forget_codes(world.database, world.clock.now()) == 2


async def test_a_code_of_another_app_is_unknown(world: World) -> None:
    partner = await make_partner(world)
    other = await partner.owner.do("registerApp", "app { id }", **app_input(name="Another", isPublic=False))
    backend = await partner.owner.do("createAppKey", "secret", appId=other["app"]["id"], name="Other")
    code = await code_of(partner.user, partner.id)
    refusal = await world.caller(backend["secret"]).refused("exchangeAppCode", code=code, origin=ORIGIN)
    assert (refusal["code"], refusal["path"]) == ("INVALID", ["code"])
    tokens = await exchange(partner, code)
    about = await world.caller(backend["secret"]).ask(ABOUT, jwt=tokens["jwt"])
    assert about["crossAppSession"] == NOTHING
    session = {"sessionId": tokens["session"]["id"]}
    assert (await world.caller(backend["secret"]).refused("revokeCrossAppSession", **session))["code"] == "NOT_FOUND"
    used = await world.caller(backend["secret"]).refused("refreshCrossAppSession", refreshToken=tokens["refreshToken"])
    assert used["code"] == "INVALID"
    assert await is_active(partner, tokens)


@pytest.mark.parametrize("origin", ["https://other.example", "http://tools.example", "https://tools.example:444", ""])
async def test_nobody_approves_of_an_app_for_an_origin_that_is_not_its_own(world: World, origin: str) -> None:
    partner = await make_partner(world)
    refusal = await partner.user.refused("authorizeApp", appId=partner.id, origin=origin)
    assert (refusal["code"], refusal["path"]) == ("FORBIDDEN", ["origin"])
    assert await count(world, app_codes) == 0


async def test_only_members_of_organizations_that_have_installed_it_sign_in(world: World) -> None:
    partner, stranger = await make_partner(world), await world.client_side()
    refusal = await stranger.refused("authorizeApp", appId=partner.id, origin=ORIGIN)
    assert (refusal["code"], refusal["path"]) == ("FORBIDDEN", ["appId"])
    viewer = await colleague(world, partner.user, Role.VIEWER)
    tokens = await sign_in(partner, viewer)
    assert tokens["session"]["permissions"] == ["PROFILE_READ", "CREDITS_READ"]


async def test_a_new_sign_in_ends_the_session_before_it(world: World) -> None:
    partner = await make_partner(world)
    first, second = await sign_in(partner), await sign_in(partner)
    assert [await is_active(partner, one) for one in (first, second)] == [False, True]
    assert (await refresh(partner, first["refreshToken"]))["code"] == "INVALID"
    assert await events(world, "cross_app_session.") == [
        "cross_app_session.started",
        "cross_app_session.revoked",
        "cross_app_session.started",
    ]


async def test_many_sign_ins_of_one_person_at_once_leave_one_active_session(world: World) -> None:
    partner = await make_partner(world)
    codes = [await code_of(partner.user, partner.id) for _ in range(8)]
    answers = await asyncio.gather(*(exchange(partner, code) for code in codes))
    assert [one.get("code") for one in answers] == [None] * 8
    assert [await is_active(partner, one) for one in answers].count(True) == 1
    assert await count(world, cross_app_sessions, cross_app_sessions.c.status == "ACTIVE") == 1


async def test_a_full_app_lets_in_whom_it_knows_and_nobody_new(world: World) -> None:
    partner = await make_partner(world, maxUsers=2)
    others = [await colleague(world, partner.user, Role.MEMBER) for _ in range(2)]
    for known in (partner.user, others[0], partner.user):
        await sign_in(partner, known)
    code = await code_of(others[1], partner.id)
    full = "... on Refusal { code used limit }"
    query = f"mutation($input: ExchangeAppCodeInput!) {{ exchangeAppCode(input: $input) {{ {full} }} }}"
    answer = await partner.backend.ask(query, input={"code": code, "origin": ORIGIN})
    assert answer["exchangeAppCode"] == {"code": "LIMIT_REACHED", "used": 2, "limit": 2}
    assert await count(world, app_users) == 2


async def test_of_many_new_users_at_once_an_app_gets_no_more_than_it_may_have(world: World) -> None:
    partner = await make_partner(world, maxUsers=3)
    people = [await colleague(world, partner.user, Role.MEMBER) for _ in range(12)]
    codes = [await code_of(person, partner.id) for person in people]
    answers = await asyncio.gather(*(exchange(partner, code) for code in codes))
    assert sorted((one.get("code") for one in answers), key=str) == ["LIMIT_REACHED"] * 9 + [None] * 3
    assert await count(world, app_users) == await count(world, cross_app_sessions) == 3


async def test_a_refresh_gives_another_pair_with_the_rights_of_the_moment(world: World) -> None:
    partner = await make_partner(world)
    first = await sign_in(partner)
    await partner.user.do("installApp", "installation { id }", appId=partner.id, permissions=["CREDITS_READ"])
    about = await looked_up(partner.backend, first["jwt"])
    assert (about["isActive"], about["permissions"], about["user"]) == (True, ["CREDITS_READ"], None)
    second = await refresh(partner, first["refreshToken"])
    assert second["session"]["id"] == first["session"]["id"]
    assert (await claims_of(partner, second))["perms"] == ["credits:read"]
    assert [await is_active(partner, one) for one in (first, second)] == [False, True]
    assert len({first["jwt"], second["jwt"], first["refreshToken"], second["refreshToken"]}) == 4


async def test_without_the_second_factor_that_the_organization_requires_nobody_signs_in_to_an_app(world: World) -> None:
    partner = await make_partner(world)
    own = organizations.c.id == partner.user.organization_id
    await write(world, update(organizations).where(own).values(requires_two_factor=True))
    await write(world, update(sessions).values(auth_level="PASSWORD"))
    refusal = await partner.user.refused("authorizeApp", appId=partner.id, origin=ORIGIN)
    assert (refusal["code"], refusal["path"]) == ("FORBIDDEN", ["twoFactor"])
    assert await count(world, app_codes) == 0


async def test_a_refresh_token_that_comes_twice_ends_the_session(world: World) -> None:
    partner = await make_partner(world)
    first = await sign_in(partner)
    second = await refresh(partner, first["refreshToken"])
    stolen = await refresh(partner, first["refreshToken"])
    assert (stolen["code"], stolen["path"]) == ("INVALID", ["refreshToken"])
    assert not await is_active(partner, second)
    assert (await refresh(partner, second["refreshToken"]))["code"] == "INVALID"


async def test_of_twenty_who_use_a_refresh_token_at_once_one_succeeds_and_the_session_ends(world: World) -> None:
    partner = await make_partner(world)
    first = await sign_in(partner)
    answers = await asyncio.gather(*(refresh(partner, first["refreshToken"]) for _ in range(20)))
    assert sorted((one.get("code") for one in answers), key=str) == ["INVALID"] * 19 + [None]
    (won,) = [one for one in answers if "jwt" in one]
    assert not await is_active(partner, won)


@pytest.mark.parametrize("token", ["", "x", "x.y", f"{'0' * 32}.secret", "é" * 40])
async def test_a_refresh_token_of_nothing_is_refused(world: World, token: str) -> None:
    partner = await make_partner(world)
    assert (await refresh(partner, token))["code"] == "INVALID"
