"""Setting another password: with a mailed token, or signed in."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from domain.users import UserStatus
from persistence.tables.credentials import account_requests
from persistence.tables.identity import one_time_tokens, users
from persistence.tables.platform import outbox
from tests.api.test_sessions import _is_signed_in as is_signed_in
from tests.client import Client, Faulted
from tests.makers.identity import PASSWORD, letters, make_account, make_two_factor, make_unverified, token_in
from tests.makers.rows import count, rows, write
from tests.world import Caller, World

ADA, NEW = "ada@example.com", "an even longer sentence"


async def _sign_in(world: World, password: str) -> Caller:
    return world.caller((await world.caller().do("signIn", "token", email=ADA, password=password))["token"])


async def _reset_token(world: World) -> str:
    await world.caller().do("requestPasswordReset", "accepted", email=ADA)
    await world.settle()
    return token_in([one for one in letters(world, ADA) if one["Subject"] == "Set another password"][-1])


async def _earlier(world: World, by: timedelta) -> None:
    """As if all requests had been made earlier: their limits follow real time, which no test can move."""
    await write(world, update(account_requests).values(at=account_requests.c.at - by))


async def test_a_reset_sets_the_password_and_ends_every_session(world: World) -> None:
    first = await make_account(world)
    second = await _sign_in(world, PASSWORD)
    token = await _reset_token(world)
    assert await world.caller().do("resetPassword", "accepted", token=token, newPassword=NEW) == {"accepted": True}
    assert [await is_signed_in(who) for who in (first, second)] == [False, False]
    assert (await world.caller().refused("signIn", email=ADA, password=PASSWORD))["code"] == "INVALID"
    third = await _sign_in(world, NEW)
    ended = await rows(world, select(outbox.c.type).where(outbox.c.type == "session.revoked"))
    assert len(ended) == 2
    assert (await third.ask("{ sessions { totalCount } }"))["sessions"]["totalCount"] == 1
    await world.settle()
    assert letters(world, ADA)[-1]["Subject"] == "Your password has changed"


async def test_of_twenty_who_use_a_reset_token_at_once_one_succeeds(world: World) -> None:
    await make_account(world)
    token = await _reset_token(world)
    anyone = world.caller()
    used = [
        anyone.attempt("resetPassword", "accepted", token=token, newPassword=f"{NEW} {number}") for number in range(20)
    ]
    answers = [(await one).get("code") for one in asyncio.as_completed(used)]
    assert sorted(answers, key=str) == ["INVALID"] * 19 + [None]


async def test_a_new_reset_token_voids_the_older_one_and_each_ends_after_30_minutes(world: World) -> None:
    await make_account(world)
    old, new = await _reset_token(world), await _reset_token(world)
    refusal = await world.caller().refused("resetPassword", token=old, newPassword=NEW)
    assert (refusal["code"], refusal["path"]) == ("INVALID", ["token"])
    ago = timedelta(minutes=30)
    await write(world, update(one_time_tokens).values(expires_at=one_time_tokens.c.expires_at - ago))
    assert (await world.caller().refused("resetPassword", token=new, newPassword=NEW))["code"] == "INVALID"


async def test_a_weak_password_is_refused_and_leaves_the_token_good(world: World) -> None:
    await make_account(world)
    token = await _reset_token(world)
    for weak in ("too short", "password1234"):
        refusal = await world.caller().refused("resetPassword", token=token, newPassword=weak)
        assert (refusal["code"], refusal["path"]) == ("INVALID", ["newPassword"])
    await world.caller().do("resetPassword", "accepted", token=token, newPassword=NEW)


async def test_whether_an_address_is_known_changes_nothing_that_its_asker_could_see(world: World) -> None:
    await make_account(world)
    statements = []
    for email in (ADA, "nobody@example.com"):
        before = world.client.statements
        await world.caller().do("requestPasswordReset", "accepted", email=email)
        statements.append(world.client.statements - before)
    assert statements[0] == statements[1] > 0
    assert await count(world, one_time_tokens, one_time_tokens.c.purpose == "RESET_PASSWORD") == 0
    before_mail = len(letters(world))
    await world.settle()
    assert [letter["To"] for letter in letters(world)[before_mail:]] == [ADA]


async def test_the_suspended_get_no_mail_and_the_unverified_do(world: World) -> None:
    await make_unverified(world)
    token = await _reset_token(world)
    await write(world, update(users).values(status=UserStatus.SUSPENDED))
    refusal = await world.caller().refused("resetPassword", token=token, newPassword=NEW)
    assert (refusal["code"], refusal["path"]) == ("INVALID", ["token"])
    before = len(letters(world))
    await world.caller().do("requestPasswordReset", "accepted", email=ADA)
    await world.settle()
    assert len(letters(world)) == before


async def test_the_sixth_request_for_an_address_in_15_minutes_has_to_wait_known_or_not(world: World) -> None:
    await make_account(world)
    anyone = world.caller()
    for email in (ADA, "nobody@example.com"):
        answers = await asyncio.gather(
            *(anyone.attempt("requestPasswordReset", "accepted", email=email) for _ in "123456")
        )
        assert sorted((one.get("code") for one in answers), key=str) == [None] * 5 + ["RATE_LIMITED"]
    await _earlier(world, timedelta(minutes=15))
    await anyone.do("requestPasswordReset", "accepted", email=ADA)


async def test_outside_of_sandboxes_a_place_may_ask_twenty_times_in_15_minutes(world: World) -> None:
    async with Client.serving(world.database, world.clock, is_sandbox=False) as client:
        query = "mutation($input: RequestPasswordResetInput!) { r: requestPasswordReset(input: $input) { __typename } }"
        for number in range(21):
            answer = await client.post(query, {"input": {"email": f"guess{number}@example.com"}})
            kind = "RequestPasswordResetPayload" if number < 20 else "Refusal"
            assert answer["data"]["r"]["__typename"] == kind, answer


async def test_a_signed_in_person_changes_their_password_and_keeps_this_session_only(world: World) -> None:
    await make_account(world)
    first, second = await _sign_in(world, PASSWORD), await _sign_in(world, PASSWORD)
    token = await _reset_token(world)
    assert (await second.do("changePassword", "revokedCount", newPassword=NEW))["revokedCount"] == 2
    assert [await is_signed_in(who) for who in (first, second)] == [False, True]
    assert (await world.caller().refused("resetPassword", token=token, newPassword=NEW))["code"] == "INVALID"
    await _sign_in(world, NEW)


async def test_a_session_that_a_mail_opened_has_to_show_the_password_before_it_changes_it(world: World) -> None:
    who = await make_account(world)
    refusal = await who.refused("changePassword", newPassword=NEW)
    assert (refusal["code"], refusal["path"]) == ("FORBIDDEN", ["reauthentication"])
    await who.do("reauthenticate", "session { id }", password=PASSWORD)
    await who.do("changePassword", "revokedCount", newPassword=NEW)


async def test_a_challenge_that_the_old_password_has_won_leads_nowhere_after_a_reset(world: World) -> None:
    who = await make_account(world)
    _, codes = await make_two_factor(who)
    asked = await world.caller().do("signIn", "challenge { challengeId }", email=ADA, password=PASSWORD)
    token = await _reset_token(world)
    await world.caller().do("resetPassword", "accepted", token=token, newPassword=NEW)
    refusal = await world.caller().refused("completeSignIn", **asked["challenge"], code=codes[0])
    assert (refusal["code"], refusal["path"]) == ("INVALID", ["challengeId"])


async def test_nobody_changes_a_password_without_a_session(world: World) -> None:
    with pytest.raises(Faulted, match="UNAUTHENTICATED"):
        await world.caller().refused("changePassword", newPassword=NEW)
