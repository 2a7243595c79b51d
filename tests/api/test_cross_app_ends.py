"""Sessions with apps end with all that they rest on, and what was not given out by us is worth nothing."""

from datetime import timedelta
from typing import Any

import jwt
import pytest
from sqlalchemy import select, update

from domain.permissions import Role
from domain.users import UserStatus
from jobs.apps import expire_sessions
from persistence.tables.apps import cross_app_sessions
from persistence.tables.identity import users
from persistence.tables.platform import status_changes
from tests.client import Faulted
from tests.makers.apps import (
    ABOUT,
    NOTHING,
    ORIGIN,
    Partner,
    code_of,
    exchange,
    looked_up,
    make_partner,
    refresh,
    sign_in,
)
from tests.makers.colleagues import colleague
from tests.makers.rows import count, rows, write
from tests.world import World


async def _uninstalled(partner: Partner) -> None:
    await partner.user.do("uninstallApp", "installation { id }", installationId=partner.installation)


async def _suspended(partner: Partner) -> None:
    await partner.reviewer.do("suspendApp", "app { id }", appId=partner.id, reason="Complaints")
    await partner.reviewer.do("activateApp", "app { id }", appId=partner.id)


async def _signed_out(partner: Partner) -> None:
    found = await partner.user.ask("{ crossAppSessions { nodes { id } } }")
    session = found["crossAppSessions"]["nodes"][0]["id"]
    await partner.user.do("revokeCrossAppSession", "session { status }", sessionId=session)


async def _signed_out_by_the_app(partner: Partner) -> None:
    found = await partner.backend.ask("{ crossAppSessions { nodes { id } } }")
    session = found["crossAppSessions"]["nodes"][0]["id"]
    await partner.backend.do("revokeCrossAppSession", "session { status }", sessionId=session)


ENDS = [_uninstalled, _suspended, _signed_out, _signed_out_by_the_app]


@pytest.mark.parametrize("end", ENDS, ids=lambda end: end.__name__.strip("_"))
async def test_a_session_ends_with_what_it_rests_on(world: World, end: Any) -> None:
    partner = await make_partner(world)
    tokens = await sign_in(partner)
    await end(partner)
    assert await looked_up(partner.backend, tokens["jwt"]) == NOTHING
    assert (await refresh(partner, tokens["refreshToken"]))["code"] == "INVALID"
    history = select(status_changes.c.now).where(status_changes.c.action.in_(["endWithCause", "revokeCrossAppSession"]))
    assert await rows(world, history) == [("REVOKED",)]


async def test_a_code_is_worth_nothing_once_the_app_was_sent_away(world: World) -> None:
    partner = await make_partner(world)
    code = await code_of(partner.user, partner.id)
    await _uninstalled(partner)
    refusal = await exchange(partner, code)
    assert (refusal["code"], refusal["path"]) == ("FORBIDDEN", ["session"])


async def test_calls_of_a_suspended_app_are_forbidden(world: World) -> None:
    partner = await make_partner(world)
    tokens, code = await sign_in(partner), await code_of(partner.user, partner.id)
    await partner.reviewer.do("suspendApp", "app { id }", appId=partner.id, reason="Complaints")
    with pytest.raises(Faulted, match="FORBIDDEN"):
        await looked_up(partner.backend, tokens["jwt"])
    for refusal in (await exchange(partner, code), await refresh(partner, tokens["refreshToken"])):
        assert (refusal["code"], refusal["path"]) == ("FORBIDDEN", ["app"])
    refusal = await partner.user.refused("authorizeApp", appId=partner.id, origin=ORIGIN)
    assert (refusal["code"], refusal["path"]) == ("FORBIDDEN", ["app"])


async def test_somebody_who_left_the_organization_is_signed_out_at_once_and_for_good(world: World) -> None:
    partner = await make_partner(world)
    member = await colleague(world, partner.user, Role.MEMBER)
    tokens = await sign_in(partner, member)
    await partner.user.do("removeMember", "membership { id }", membershipId=f"mbr_{member.membership_id.hex}")
    assert await looked_up(partner.backend, tokens["jwt"]) == NOTHING
    refusal = await refresh(partner, tokens["refreshToken"])
    assert (refusal["code"], refusal["path"]) == ("FORBIDDEN", ["session"])
    await world.settle()
    assert await count(world, cross_app_sessions, cross_app_sessions.c.status == "ACTIVE") == 0


async def test_an_organization_that_closes_lets_no_app_act_in_it_any_more(world: World) -> None:
    partner = await make_partner(world)
    tokens, own = await sign_in(partner), f"org_{partner.user.organization_id.hex}"
    await partner.user.do("closeOrganization", "organization { status }", organizationId=own)
    assert await looked_up(partner.backend, tokens["jwt"]) == NOTHING
    found = await partner.owner.ask("{ appInstallations { nodes { status } } }")
    assert found["appInstallations"]["nodes"] == [{"status": "REVOKED"}]


async def test_somebody_who_is_suspended_is_nobody_to_apps(world: World) -> None:
    partner = await make_partner(world)
    tokens = await sign_in(partner)
    await write(world, update(users).where(users.c.id == partner.user.user_id).values(status=UserStatus.SUSPENDED))
    assert await looked_up(partner.backend, tokens["jwt"]) == NOTHING
    assert (await refresh(partner, tokens["refreshToken"]))["code"] == "FORBIDDEN"
    assert await count(world, cross_app_sessions, cross_app_sessions.c.status == "ACTIVE") == 0


async def test_a_session_that_is_not_refreshed_ends_after_a_day(world: World) -> None:
    partner = await make_partner(world)
    tokens = await sign_in(partner)
    day = timedelta(days=1)
    await write(world, update(cross_app_sessions).values(expires_at=cross_app_sessions.c.expires_at - day))
    assert await looked_up(partner.backend, tokens["jwt"]) == NOTHING
    assert (await refresh(partner, tokens["refreshToken"]))["code"] == "INVALID"
    assert await expire_sessions(world.database, world.clock.now()) == 1
    assert await count(world, cross_app_sessions, cross_app_sessions.c.status == "EXPIRED") == 1


async def test_a_token_that_somebody_else_has_made_is_worth_nothing(world: World) -> None:
    partner = await make_partner(world)
    tokens = await sign_in(partner)
    header, payload, signature = tokens["jwt"].split(".")
    claims = jwt.decode(tokens["jwt"], options={"verify_signature": False})
    kid = jwt.get_unverified_header(tokens["jwt"])["kid"]
    forged = [
        "",
        "not a token",
        f"{header}.{payload}.",
        f"{header}.{payload}.{signature[::-1]}",
        jwt.encode(claims, "secret" * 8, algorithm="HS256", headers={"kid": kid}),
        jwt.encode(claims, None, algorithm="none", headers={"kid": kid}),
    ]
    for token in forged:
        assert await looked_up(partner.backend, token) == NOTHING, token


async def test_only_an_app_with_its_key_exchanges_refreshes_and_looks_up(world: World) -> None:
    partner = await make_partner(world)
    tokens, code = await sign_in(partner), await code_of(partner.user, partner.id)
    for person in (partner.user, partner.owner):
        for mutation, more in (
            ("exchangeAppCode", {"code": code, "origin": ORIGIN}),
            ("refreshCrossAppSession", {"refreshToken": tokens["refreshToken"]}),
        ):
            refusal = await person.refused(mutation, **more)
            assert (refusal["code"], refusal["path"]) == ("FORBIDDEN", ["app"])
        with pytest.raises(Faulted, match="FORBIDDEN"):
            await person.ask(ABOUT, jwt=tokens["jwt"])
    with pytest.raises(Faulted, match="UNAUTHENTICATED"):
        await world.caller().ask(ABOUT, jwt=tokens["jwt"])
