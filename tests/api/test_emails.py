"""Moving an account to another address."""

import asyncio
from datetime import timedelta

from sqlalchemy import update

from persistence.tables.identity import one_time_tokens
from tests.makers.identity import PASSWORD, letters, make_account, token_in
from tests.makers.rows import write
from tests.world import Caller, World

ADA, NEW = "ada@example.com", "ada@lovelace.example"


async def _fresh(world: World) -> Caller:
    """Somebody who has just signed in."""
    await make_account(world)
    return world.caller((await world.caller().do("signIn", "token", email=ADA, password=PASSWORD))["token"])


async def _token(world: World, who: Caller, email: str = NEW) -> str:
    await who.do("changeEmail", "accepted", newEmail=email)
    await world.settle()
    return token_in(letters(world, email.lower())[-1])


async def _email(who: Caller) -> str:
    return str((await who.ask("{ viewer { user { email } } }"))["viewer"]["user"]["email"])


async def test_a_new_address_takes_effect_when_somebody_answers_from_there_and_the_old_one_is_told(
    world: World,
) -> None:
    who = await _fresh(world)
    token = await _token(world, who, "Ada@Lovelace.example")
    assert await _email(who) == ADA
    assert await world.caller().do("confirmEmail", "accepted", token=token) == {"accepted": True}
    await world.settle()
    assert await _email(who) == NEW
    assert letters(world)[-1]["To"] == ADA
    assert letters(world)[-1]["Subject"] == "Your account has moved to another address"
    assert (await world.caller().refused("signIn", email=ADA, password=PASSWORD))["code"] == "INVALID"
    await world.caller().do("signIn", "token", email=NEW, password=PASSWORD)


async def test_of_twenty_who_confirm_an_address_at_once_one_succeeds(world: World) -> None:
    token = await _token(world, await _fresh(world))
    answers = await asyncio.gather(
        *(world.caller().attempt("confirmEmail", "accepted", token=token) for _ in range(20))
    )
    assert sorted((one.get("code") for one in answers), key=str) == ["INVALID"] * 19 + [None]


async def test_whether_somebody_else_has_the_address_is_told_to_nobody(world: World) -> None:
    who = await _fresh(world)
    await make_account(world, NEW)
    token = await _token(world, who)
    refusal = await world.caller().refused("confirmEmail", token=token)
    assert refusal == await world.caller().refused("confirmEmail", token="made up")
    assert (refusal["code"], refusal["path"]) == ("INVALID", ["token"])
    assert await _email(who) == ADA


async def test_a_token_for_another_purpose_confirms_nothing(world: World) -> None:
    await make_account(world)
    await world.caller().do("requestPasswordReset", "accepted", email=ADA)
    await world.settle()
    assert (await world.caller().refused("confirmEmail", token=token_in(letters(world, ADA)[-1])))["code"] == "INVALID"


async def test_what_is_no_new_address_is_refused(world: World) -> None:
    who = await _fresh(world)
    for email in (ADA, "ADA@example.com", "nowhere"):
        refusal = await who.refused("changeEmail", newEmail=email)
        assert (refusal["code"], refusal["path"]) == ("INVALID", ["newEmail"])


async def test_a_mail_follows_a_minute_after_the_last_one_and_voids_it(world: World) -> None:
    who = await _fresh(world)
    first = await _token(world, who)
    assert (await who.refused("changeEmail", newEmail="other@example.com"))["code"] == "RATE_LIMITED"
    earlier = one_time_tokens.c.created_at - timedelta(minutes=1)
    await write(world, update(one_time_tokens).values(created_at=earlier))
    second = await _token(world, who, "other@example.com")
    assert (await world.caller().refused("confirmEmail", token=first))["code"] == "INVALID"
    await world.caller().do("confirmEmail", "accepted", token=second)
    assert await _email(who) == "other@example.com"
