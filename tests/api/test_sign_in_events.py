"""What people see and hear of attempts to sign in to their account, and what they have to show again."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from domain.permissions import Permission
from domain.sessions import FRESH
from persistence.tables.identity import sessions, sign_in_events
from tests.client import Faulted
from tests.contract.inputs import mutations
from tests.contract.test_rights import UNKNOWN
from tests.makers.identity import PASSWORD, letters, make_account, make_two_factor, make_unverified
from tests.makers.rows import count, write
from tests.world import Caller, World

ADA = {"email": "ada@example.com", "password": PASSWORD}
WRONG = ADA | {"password": "not the right sentence"}
SENSITIVE = {
    "changePassword",
    "changeEmail",
    "regenerateRecoveryCodes",
    "disableTwoFactor",
    "createApiKey",
    "rotateApiKey",
}
EVENTS = "{ signInEvents { totalCount nodes { outcome ip userAgent at } } }"


async def _stale(world: World) -> None:
    """As if everybody had shown who they are just too long ago."""
    ago = datetime.now(UTC) - FRESH - timedelta(seconds=1)
    await write(world, update(sessions).values(reauthenticated_at=ago))


async def _outcomes(who: Caller) -> list[str]:
    return [one["outcome"] for one in (await who.ask(EVENTS))["signInEvents"]["nodes"]]


async def test_one_sees_the_attempts_on_ones_own_account_the_latest_first(world: World) -> None:
    who, stranger = await make_account(world), await make_account(world, "bob@example.com")
    await world.caller().refused("signIn", **WRONG)
    await world.caller().do("signIn", "token", **ADA)
    await who.do("reauthenticate", "session { id }", password=PASSWORD)
    assert await _outcomes(who) == ["REAUTHENTICATED", "SUCCEEDED", "FAILED"]
    assert await _outcomes(stranger) == []
    (latest, *_) = (await who.ask(EVENTS))["signInEvents"]["nodes"]
    assert latest["ip"] == "127.0.0.1"
    assert latest["userAgent"].startswith("python-httpx")


async def test_attempts_are_nobody_elses_business(world: World) -> None:
    who, staff = await make_account(world), await world.staff()
    await world.caller().refused("signIn", **WRONG)
    (found,) = (await who.ask("{ signInEvents { nodes { id } } }"))["signInEvents"]["nodes"]
    query = "query($id: ID!) { node(id: $id) { id } }"
    assert (await who.ask(query, id=found["id"]))["node"] == found
    assert (await staff.ask(query, id=found["id"]))["node"] is None
    with pytest.raises(Faulted, match="FORBIDDEN"):
        await (await make_unverified(world, "new@example.com")).ask(EVENTS)


async def test_a_sign_in_from_a_new_device_is_told_and_from_a_known_one_is_not(world: World) -> None:
    await make_account(world)
    await world.caller().do("signIn", "token", **ADA)
    await world.settle()
    before = len(letters(world))
    await write(world, update(sessions).values(user_agent="another browser"))
    await world.caller().do("signIn", "token", **ADA)
    await world.settle()
    (letter,) = letters(world)[before:]
    assert (letter["To"], letter["Subject"]) == ("ada@example.com", "A sign-in from a new device")
    assert "from 127.0.0.1 with python-httpx" in letter.get_content()
    await write(world, update(sessions).values(ip="127.0.0.77"))
    await world.caller().do("signIn", "token", **ADA)
    await world.settle()
    assert len(letters(world)) == before + 1
    await write(world, update(sessions).values(ip="192.0.2.1"))
    await world.caller().do("signIn", "token", **ADA)
    await world.settle()
    assert len(letters(world)) == before + 2


async def test_what_can_take_an_account_away_needs_somebody_who_has_just_shown_who_they_are(world: World) -> None:
    sensitive = {mutation.name: mutation for mutation in mutations() if mutation.is_sensitive}
    assert set(sensitive) >= SENSITIVE
    person, staff = await world.client_side(), await world.staff()
    await _stale(world)
    for name, mutation in sensitive.items():
        who = staff if mutation.needs in (Permission.STAFF_MONEY, (Permission.STAFF_MONEY,)) else person
        refusal = await who.refused(name, **mutation.complete(UNKNOWN))
        assert (refusal["code"], refusal["path"]) == ("FORBIDDEN", ["reauthentication"]), name
        assert "reauthenticate" in refusal["message"]


async def test_showing_it_again_lasts_five_minutes_in_this_session_only(world: World) -> None:
    first = await make_account(world)
    second = world.caller((await world.caller().do("signIn", "token", **ADA))["token"])
    await _stale(world)
    shown = await first.do("reauthenticate", "session { reauthenticatedAt isCurrent }", password=PASSWORD)
    assert datetime.now(UTC) - datetime.fromisoformat(shown["session"]["reauthenticatedAt"]) < timedelta(minutes=1)
    assert await _is_wanted(first) is False
    assert await _is_wanted(second) is True
    await _stale(world)
    assert await _is_wanted(first) is True


async def test_guesses_at_the_password_of_an_open_session_are_counted_like_failed_sign_ins(world: World) -> None:
    who = await make_account(world)
    for _ in range(5):
        refusal = await who.refused("reauthenticate", password=WRONG["password"])
        assert (refusal["code"], refusal["path"]) == ("INVALID", ["password"])
    assert (await who.refused("reauthenticate", password=PASSWORD))["code"] == "RATE_LIMITED"
    assert (await world.caller().refused("signIn", **ADA))["code"] == "RATE_LIMITED"
    assert await count(world, sign_in_events, sign_in_events.c.outcome == "FAILED") == 5


async def test_a_code_lifts_a_session_that_was_opened_without(world: World) -> None:
    who = await make_account(world)
    other = world.caller((await world.caller().do("signIn", "token", **ADA))["token"])
    _, codes = await make_two_factor(who)
    lifted: dict[str, Any] = await other.do("reauthenticate", "session { authLevel }", password=PASSWORD, code=codes[0])
    assert lifted["session"] == {"authLevel": "MFA"}


async def _is_wanted(who: Caller) -> bool:
    """Whether something sensitive is refused for want of it, and not because there is no second factor."""
    refusal = await who.refused("disableTwoFactor")
    assert refusal["code"] in ("FORBIDDEN", "WRONG_STATE")
    return bool(refusal["path"] == ["reauthentication"])
