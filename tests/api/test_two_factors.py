"""The second factor: setting it up, signing in with it, and what organizations that require one are closed to."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select, update

from domain.sessions import AuthLevel
from integrations.vault import Vault, new_key
from persistence.tables.credentials import recovery_codes, sign_in_challenges, two_factors
from persistence.tables.identity import sessions, sign_in_events
from tests.client import Client, Faulted
from tests.makers.identity import PASSWORD, SIGNED_IN, code_of, letters, make_account, make_two_factor
from tests.makers.rows import count, rows, write
from tests.world import Caller, World

VAT = {"name": "VAT", "rateBps": 1800}
ADA = {"email": "ada@example.com", "password": PASSWORD}


async def _challenged(world: World, **input: Any) -> str:
    asked = await world.caller().do(
        "signIn", f"{SIGNED_IN} viewer {{ permissions }} challenge {{ challengeId }}", **ADA, **input
    )
    assert [asked[name] for name in ("token", "refreshToken", "session", "viewer")] == [None] * 4
    return str(asked["challenge"]["challengeId"])


async def _wrong(world: World, challenge: str, code: str) -> dict[str, Any]:
    return await world.caller().refused("completeSignIn", challengeId=challenge, code=code)


async def _outcomes(world: World) -> list[str]:
    found = await rows(world, select(sign_in_events.c.outcome).order_by(sign_in_events.c.at))
    return [outcome.name for (outcome,) in found]


async def test_signing_in_with_a_second_factor_takes_a_password_and_a_code(world: World) -> None:
    secret, _ = await make_two_factor(await make_account(world))
    challenge = await _challenged(world, kind="APP")
    code = code_of(secret, 1)
    done = await world.caller().do("completeSignIn", SIGNED_IN, challengeId=challenge, code=f"{code[:3]} {code[3:]}")
    assert (done["session"]["authLevel"], done["session"]["kind"]) == ("MFA", "APP")
    assert done["refreshToken"] is not None
    assert (await world.caller(done["token"]).ask("{ viewer { session { id } } }"))["viewer"]["session"]
    assert await _outcomes(world) == ["CHALLENGED", "SUCCEEDED"]


async def test_a_code_works_once_and_the_next_one_after_it(world: World) -> None:
    secret, _ = await make_two_factor(await make_account(world))
    await world.caller().do("completeSignIn", "token", challengeId=await _challenged(world), code=code_of(secret, 1))
    refusal = await _wrong(world, await _challenged(world), code_of(secret, 1))
    assert (refusal["code"], refusal["path"]) == ("INVALID", ["code"])
    assert (await _wrong(world, await _challenged(world), code_of(secret, 0)))["code"] == "INVALID"
    await write(world, update(two_factors).values(last_used_step=two_factors.c.last_used_step - 1))
    await world.caller().do("completeSignIn", "token", challengeId=await _challenged(world), code=code_of(secret, 1))


@pytest.mark.parametrize("is_recovery", [False, True])
async def test_of_twenty_who_use_a_code_at_once_one_succeeds(world: World, is_recovery: bool) -> None:
    secret, codes = await make_two_factor(await make_account(world))
    challenges = [await _challenged(world) for _ in range(20)]
    code = codes[3] if is_recovery else code_of(secret, 1)
    tried = (world.caller().attempt("completeSignIn", "token", challengeId=one, code=code) for one in challenges)
    answers = [one.get("code") for one in await asyncio.gather(*tried)]
    # Whoever is first wins; five more are told that it was used, and the rest that there were too many failures.
    assert sorted(answers, key=str) == ["INVALID"] * 5 + [None] + ["RATE_LIMITED"] * 14


async def test_of_twenty_who_answer_one_challenge_at_once_one_succeeds(world: World) -> None:
    _, codes = await make_two_factor(await make_account(world))
    challenge = await _challenged(world)
    tried = (
        world.caller().attempt("completeSignIn", "token", challengeId=challenge, code=codes[number % 8])
        for number in range(20)
    )
    answers = [one.get("code") for one in await asyncio.gather(*tried)]
    assert sorted(answers, key=str) == ["INVALID"] * 19 + [None]
    assert await count(world, recovery_codes, recovery_codes.c.used_at.is_not(None)) == 1


async def test_a_recovery_code_takes_the_place_of_the_app_however_it_is_typed(world: World) -> None:
    _, codes = await make_two_factor(await make_account(world))
    assert len(set(codes)) == 8
    typed = f" {codes[0][:5].upper()}-{codes[0][5:]} "
    await world.caller().do("completeSignIn", "token", challengeId=await _challenged(world), code=typed)
    assert (await _wrong(world, await _challenged(world), codes[0]))["path"] == ["code"]


async def test_after_five_wrong_codes_the_account_has_to_wait(world: World) -> None:
    secret, _ = await make_two_factor(await make_account(world))
    challenge = await _challenged(world)
    for _ in range(5):
        assert (await _wrong(world, challenge, "000000"))["path"] == ["code"]
    assert (await _wrong(world, challenge, code_of(secret, 1)))["path"] == ["challengeId"]
    assert (await world.caller().refused("signIn", **ADA))["code"] == "RATE_LIMITED"


async def test_a_challenge_ends_after_five_minutes_and_none_can_be_made_up(world: World) -> None:
    secret, _ = await make_two_factor(await make_account(world))
    challenge = await _challenged(world)
    await write(world, update(sign_in_challenges).values(expires_at=datetime.now(UTC)))
    for one in (challenge, "made up", ""):
        refusal = await _wrong(world, one, code_of(secret, 1))
        assert (refusal["code"], refusal["path"]) == ("INVALID", ["challengeId"])


async def test_nothing_changes_before_the_first_code_confirms_the_app(world: World) -> None:
    who = await make_account(world)
    await who.do("beginTwoFactor", "secret")
    begun = await who.do("beginTwoFactor", "secret uri", accountName="Ada at work")
    assert begun["uri"].startswith("otpauth://totp/Milepost%3AAda%20at%20work?")
    assert f"secret={begun['secret']}&" in begun["uri"]
    refusal = await who.refused("confirmTwoFactor", code="000000")
    assert (refusal["code"], refusal["path"]) == ("INVALID", ["code"])
    assert (await world.caller().do("signIn", SIGNED_IN, **ADA))["session"]["authLevel"] == "PASSWORD"


async def test_there_is_one_second_factor_at_a_time(world: World) -> None:
    who = await make_account(world)
    assert (await who.refused("confirmTwoFactor", code="000000"))["code"] == "WRONG_STATE"
    secret, _ = await make_two_factor(who)
    assert (await who.refused("beginTwoFactor"))["code"] == "WRONG_STATE"
    assert (await who.refused("confirmTwoFactor", code=code_of(secret, 1)))["code"] == "WRONG_STATE"


async def test_neither_the_secret_nor_a_recovery_code_stands_in_the_database(world: World) -> None:
    secret, codes = await make_two_factor(await make_account(world))
    ((sealed,),) = await rows(world, select(two_factors.c.sealed_secret))
    hashes = [code_hash for (code_hash,) in await rows(world, select(recovery_codes.c.code_hash))]
    assert secret.hex() not in sealed
    assert len(set(hashes)) == 8
    assert not {code.encode() for code in codes} & set(hashes)


async def test_a_new_set_of_recovery_codes_deletes_the_old_one(world: World) -> None:
    who = await make_account(world)
    secret, old = await make_two_factor(who)
    assert (await who.refused("regenerateRecoveryCodes"))["path"] == ["reauthentication"]
    await who.do("reauthenticate", "session { authLevel }", password=PASSWORD, code=code_of(secret, 1))
    new = (await who.do("regenerateRecoveryCodes", "recoveryCodes"))["recoveryCodes"]
    assert not set(new) & set(old)
    assert (await _wrong(world, await _challenged(world), old[0]))["path"] == ["code"]
    await world.caller().do("completeSignIn", "token", challengeId=await _challenged(world), code=new[0])


async def test_giving_it_up_takes_showing_who_one_is_with_a_code(world: World) -> None:
    who = await make_account(world)
    secret, _ = await make_two_factor(who)
    other = await world.caller().do(
        "completeSignIn", "token", challengeId=await _challenged(world), code=code_of(secret, 1)
    )
    assert (await who.refused("disableTwoFactor"))["path"] == ["reauthentication"]
    refusal = await who.refused("reauthenticate", password=PASSWORD)
    assert (refusal["code"], refusal["path"]) == ("INVALID", ["code"])
    fresh = world.caller(other["token"])
    await fresh.do("disableTwoFactor", "viewer { session { authLevel } }", revokeOtherSessions=True)
    assert (await fresh.ask("{ sessions { nodes { authLevel } } }"))["sessions"]["nodes"] == [{"authLevel": "PASSWORD"}]
    assert [await count(world, table) for table in (two_factors, recovery_codes)] == [0, 0]
    assert (await fresh.refused("disableTwoFactor"))["code"] == "WRONG_STATE"
    assert (await world.caller().do("signIn", SIGNED_IN, **ADA))["token"] is not None


async def test_whoever_has_one_hears_of_every_change_of_it(world: World) -> None:
    who = await make_account(world)
    _, codes = await make_two_factor(who)
    await who.do("reauthenticate", "session { id }", password=PASSWORD, code=codes[0])
    await who.do("regenerateRecoveryCodes", "recoveryCodes")
    await who.do("disableTwoFactor", "viewer { permissions }")
    await world.settle()
    assert [letter["Subject"] for letter in letters(world, "ada@example.com")[1:]] == [
        "Your second factor is on",
        "You have new recovery codes",
        "Your second factor is off",
    ]


async def test_an_organization_that_requires_one_gives_no_rights_without(world: World) -> None:
    who = await make_account(world)
    organization = (await who.ask("{ viewer { organization { id } } }"))["viewer"]["organization"]
    required = await who.do(
        "updateOrganization",
        "organization { requiresTwoFactor }",
        organizationId=organization["id"],
        requiresTwoFactor=True,
    )
    assert required == {"organization": {"requiresTwoFactor": True}}
    refusal = await who.refused("createTaxType", **VAT)
    assert (refusal["code"], refusal["path"]) == ("FORBIDDEN", ["twoFactor"])
    with pytest.raises(Faulted, match="FORBIDDEN: Your organization requires a second factor"):
        await who.ask("{ taxTypes { totalCount } }")
    assert (await who.ask("{ viewer { permissions } }"))["viewer"]["permissions"] == []
    secret, _ = await make_two_factor(who)
    await who.do("createTaxType", "taxType { id }", **VAT)
    other = await world.caller().do(
        "completeSignIn", "token", challengeId=await _challenged(world), code=code_of(secret, 1)
    )
    assert (await world.caller(other["token"]).ask("{ viewer { permissions } }"))["viewer"]["permissions"] != []


async def test_staff_have_no_rights_without_a_second_factor(world: World) -> None:
    staff = await world.staff()
    assert await _permissions(staff) != []
    await write(world, update(sessions).values(auth_level=AuthLevel.PASSWORD))
    for _ in range(500):
        if not await _permissions(staff):
            break
        await asyncio.sleep(0.002)
    assert await _permissions(staff) == []
    refusal = await staff.refused("advanceClock", to="2040-01-01T00:00:00Z")
    assert (refusal["code"], refusal["path"]) == ("FORBIDDEN", ["twoFactor"])


async def _permissions(who: Caller) -> list[str]:
    """Seen through what is remembered of callers, which a notification empties."""
    permissions: list[str] = (await who.ask("{ viewer { permissions } }"))["viewer"]["permissions"]
    return permissions


async def test_a_secret_moves_to_a_newer_key_when_it_is_used(world: World) -> None:
    who, old, new = await make_account(world), f"old:{new_key()}", f"new:{new_key()}"
    async with Client.serving(world.database, world.clock, vault=Vault.of(old)) as client:
        secret, codes = await make_two_factor(replace(who, world=replace(world, client=client)))
    async with Client.serving(world.database, world.clock, vault=Vault.of(f"{new},{old}")) as client:
        later = replace(world, client=client)
        for code, key in ((codes[0], "old"), (code_of(secret, 1), "new")):
            challenge = await _challenged(later)
            await later.caller().do("completeSignIn", "token", challengeId=challenge, code=code)
            ((sealed,),) = await rows(world, select(two_factors.c.sealed_secret))
            assert sealed.startswith(f"{key}:")
