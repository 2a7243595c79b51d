"""Signing up and verifying an address through the API."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select, text, update

from domain.users import UserStatus
from persistence.tables import metadata
from persistence.tables.identity import memberships, one_time_tokens, organizations, users
from persistence.tables.platform import idempotency_records, outbox
from tests.client import Faulted
from tests.makers.identity import PASSWORD, letters, make_account, make_unverified, sign_up_input, token_in
from tests.makers.rows import count, rows, write
from tests.world import Person, World

VIEWER = """{ viewer {
    user { email displayName status } organization { name kind country timeZone billingEmail status }
    membership { role status } memberships { organization { name } } permissions invitations { id }
} }"""


async def counts(world: World) -> list[int]:
    """How many users, organizations, memberships, tokens and events there are."""
    tables = (users, organizations, memberships, one_time_tokens, outbox)
    return [await count(world, table) for table in tables]


async def test_signing_up_makes_a_person_an_organization_and_its_ownership_but_no_rights(world: World) -> None:
    who = await make_unverified(world)
    viewer = (await who.ask(VIEWER))["viewer"]
    assert viewer == {
        "user": {"email": "ada@example.com", "displayName": "Ada Lovelace", "status": "PENDING_VERIFICATION"},
        "organization": {
            "name": "Analytical Engines",
            "kind": "AGENCY",
            "country": "GB",
            "timeZone": "Europe/London",
            "billingEmail": None,
            "status": "ACTIVE",
        },
        "membership": {"role": "OWNER", "status": "ACTIVE"},
        "memberships": [{"organization": {"name": "Analytical Engines"}}],
        "permissions": [],
        "invitations": [],
    }
    events = await rows(world, select(outbox.c.type).order_by(outbox.c.written))
    assert sorted(type_ for (type_,) in events) == [
        "member.joined",
        "one_time_token.requested",
        "organization.created",
        "session.created",
        "user.signed_up",
    ]


async def test_before_verification_everything_but_the_viewer_is_forbidden(world: World) -> None:
    who = await make_unverified(world)
    for query in ("{ gigs { totalCount } }", "{ sessions { totalCount } }", "{ members { totalCount } }"):
        with pytest.raises(Faulted, match="FORBIDDEN: Verify"):
            await who.ask(query)
    with pytest.raises(Faulted, match="FORBIDDEN: Verify"):
        await who.ask("query($id: ID!) { organization(id: $id) { name } }", id=f"org_{uuid4().hex}")
    refusal = await who.refused("createGig", title="A website", currency="EUR")
    assert (refusal["code"], refusal["path"]) == ("FORBIDDEN", ["email"])
    assert (await who.refused("createOrganization", kind="CLIENT", name="Second"))["code"] == "FORBIDDEN"
    await who.do("signOut", "session { revokeReason }")


async def test_every_wrong_field_of_a_sign_up_is_named_at_once_and_nothing_is_made(world: World) -> None:
    refusal = await world.caller().refused(
        "signUp",
        email="ada at example.com",
        password="short",
        displayName=" ",
        kind="PLATFORM",
        organizationName="Two\nlines",
        timeZone="Moon/Crater",
        country="Wonderland",
    )
    assert refusal["code"] == "INVALID"
    assert sorted(problem["path"][0] for problem in refusal["problems"]) == [
        "country",
        "displayName",
        "email",
        "kind",
        "organizationName",
        "password",
        "timeZone",
    ]
    assert await counts(world) == [0, 0, 0, 0, 0]


@pytest.mark.parametrize("password", ["eleven char", "x" * 129, "qwertyuiop123", "PasswordPassword"])
async def test_a_password_has_12_to_128_characters_and_is_in_no_known_breach(world: World, password: str) -> None:
    refusal = await world.caller().refused("signUp", **sign_up_input(password=password))
    assert [problem["path"] for problem in refusal["problems"]] == [["password"]]


async def test_a_password_is_the_same_however_its_characters_are_composed(world: World) -> None:
    await make_unverified(world, password="caf\u00e9 au lait 12")
    signed_in = await world.caller().do(
        "signIn", "viewer { user { email } }", email=" ADA@Example.com ", password="cafe\u0301 au lait 12"
    )
    assert signed_in["viewer"]["user"]["email"] == "ada@example.com"


async def test_a_known_address_gets_the_same_answer_and_its_owner_a_mail(world: World) -> None:
    owner = await make_account(world)
    before = await counts(world)
    stranger = world.caller()
    known = await stranger.attempt("signUp", "__typename accepted", **sign_up_input(displayName="Mallory"))
    unknown = await stranger.attempt("signUp", "__typename accepted", **sign_up_input("eve@example.com"))
    assert known == unknown == {"__typename": "SignUpPayload", "accepted": True}
    await world.settle()
    assert [letter["Subject"] for letter in letters(world, "ada@example.com")] == [
        "Verify your address",
        "You have an account already",
    ]
    assert (await owner.ask("{ viewer { user { displayName } } }"))["viewer"]["user"]["displayName"] == "Ada Lovelace"
    assert (await counts(world))[:4] == [count + 1 for count in before[:4]]


async def test_the_owner_of_a_known_address_is_not_told_over_and_over(world: World) -> None:
    await make_account(world)
    for _ in range(3):
        await world.caller().do("signUp", "accepted", **sign_up_input())
    await world.settle()
    assert len(letters(world)) == 2


async def test_two_sign_ups_at_once_with_one_address_make_one_account(world: World) -> None:
    anyone = world.caller()
    answers = await asyncio.gather(*(anyone.do("signUp", "accepted", **sign_up_input()) for _ in range(5)))
    assert answers == [{"accepted": True}] * 5
    assert (await counts(world))[:4] == [1, 1, 1, 1]


async def test_verifying_gives_rights_and_a_session(world: World) -> None:
    await make_unverified(world)
    await world.settle()
    (letter,) = letters(world)
    assert (letter["To"], letter["Subject"]) == ("ada@example.com", "Verify your address")
    verified = await world.caller().do(
        "verifyEmail",
        "token session { isCurrent organization { name billingEmail } } viewer { user { status } permissions }",
        token=token_in(letter),
    )
    assert verified["session"] == {
        "isCurrent": True,
        "organization": {"name": "Analytical Engines", "billingEmail": "ada@example.com"},
    }
    assert verified["viewer"]["user"]["status"] == "ACTIVE"
    assert {"org:close", "members:manage", "work:write"} <= set(verified["viewer"]["permissions"])
    who = world.caller(verified["token"])
    assert (await who.ask("{ members { nodes { role user { email } } } }"))["members"]["nodes"] == [
        {"role": "OWNER", "user": {"email": "ada@example.com"}}
    ]
    history = "{ viewer { organization { history { nodes { action from to user { email } } } } } }"
    assert (await who.ask(history))["viewer"]["organization"]["history"]["nodes"] == [
        {"action": "signUp", "from": None, "to": "ACTIVE", "user": {"email": "ada@example.com"}}
    ]


async def test_a_verification_token_works_once_whoever_comes_first(world: World) -> None:
    await make_unverified(world)
    await world.settle()
    token = token_in(letters(world)[0])
    anyone = world.caller()
    answers = await asyncio.gather(*(anyone.attempt("verifyEmail", "token", token=token) for _ in range(20)))
    assert sum("token" in answer for answer in answers) == 1
    assert [answer["code"] for answer in answers if "token" not in answer] == ["INVALID"] * 19
    assert await rows(world, select(users.c.status)) == [(UserStatus.ACTIVE,)]
    assert await count(world, outbox, outbox.c.type == "user.verified") == 1


async def test_an_unknown_an_old_and_a_replaced_token_are_invalid_alike(world: World) -> None:
    who = await make_unverified(world)
    await world.settle()
    replaced = token_in(letters(world)[0])
    await _earlier(world, timedelta(minutes=2))
    await who.do("resendVerification", "accepted")
    await world.settle()
    old = token_in(letters(world)[1])
    now = datetime.now(UTC)
    await write(world, update(one_time_tokens).where(one_time_tokens.c.expires_at > now).values(expires_at=now))
    refusals = [await world.caller().refused("verifyEmail", token=token) for token in ("unknown", replaced, old)]
    assert [refusal["code"] for refusal in refusals] == ["INVALID"] * 3
    assert refusals[0] == refusals[1] == refusals[2]
    assert await rows(world, select(users.c.status)) == [(UserStatus.PENDING_VERIFICATION,)]


async def test_verification_mails_are_60_seconds_apart_and_at_most_5_a_day(world: World) -> None:
    who = await make_unverified(world)
    early = await who.refused("resendVerification")
    assert early["code"] == "RATE_LIMITED"
    assert 0 < early["retryAfter"] <= 60
    for _ in range(4):
        await _earlier(world, timedelta(minutes=2))
        await who.do("resendVerification", "accepted", email="Ada@example.com")
    await _earlier(world, timedelta(minutes=2))
    sixth = await who.refused("resendVerification")
    assert sixth["code"] == "RATE_LIMITED"
    assert 60 < sixth["retryAfter"] <= 86_400 - 600
    assert (await counts(world))[3] == 5
    await _earlier(world, timedelta(days=1))
    await who.do("resendVerification", "accepted")


async def _earlier(world: World, by: timedelta) -> None:
    """As if all tokens had been asked for earlier: their limits follow real time, which no test can move."""
    await write(world, update(one_time_tokens).values(created_at=one_time_tokens.c.created_at - by))


async def test_only_the_own_unverified_address_gets_another_mail(world: World) -> None:
    who = await make_unverified(world)
    assert (await who.refused("resendVerification", email="eve@example.com"))["path"] == ["email"]
    verified: Person = await world.client_side()
    assert (await verified.refused("resendVerification"))["code"] == "WRONG_STATE"
    with pytest.raises(Faulted, match="UNAUTHENTICATED"):
        await world.caller().refused("resendVerification")
    assert (await counts(world))[3] == 1


async def test_of_several_requests_only_the_latest_gets_a_letter(world: World) -> None:
    who = await make_unverified(world)
    await _earlier(world, timedelta(minutes=2))
    await who.do("resendVerification", "accepted")
    await world.settle()
    assert len(letters(world)) == 1
    await world.caller().do("verifyEmail", "token", token=token_in(letters(world)[0]))


async def test_the_database_holds_no_password_and_no_token_in_clear(world: World) -> None:
    answer = await world.client.http.post(
        "/graphql",
        json={
            "query": "mutation($input: SignUpInput!) { signUp(input: $input) { __typename } }",
            "variables": {"input": sign_up_input()},
        },
        headers={"idempotency-key": str(uuid4())},
    )
    assert answer.json()["data"] == {"signUp": {"__typename": "SignUpPayload"}}
    await world.settle()
    mailed = token_in(letters(world)[0])
    who = world.caller((await world.caller().do("verifyEmail", "token", token=mailed))["token"])
    await who.do("inviteMember", "invitation { id }", email="bob@example.com", role="MEMBER")
    await world.settle()
    invited = token_in(letters(world, "bob@example.com")[0])
    stored = await _everything(world)
    for secret in (PASSWORD, mailed, invited, who.token):
        assert secret is not None
        assert secret not in stored
        assert secret.encode().hex() not in stored
    assert await rows(world, select(idempotency_records.c.id)) == []


async def _everything(world: World) -> str:
    """All rows of all tables as text; bytes show as hex digits."""
    found = []
    async with world.database.connection() as connection:
        for table in metadata.sorted_tables:
            statement = text(f"SELECT coalesce(json_agg(t), '[]') FROM {table.name} t")
            found.append(json.dumps((await connection.execute(statement)).scalar_one()))
    return "\n".join(found)


async def test_the_sixth_sign_up_with_an_address_in_15_minutes_has_to_wait_known_or_not(world: World) -> None:
    anyone = world.caller()
    for _ in range(5):
        await anyone.do("signUp", "accepted", **sign_up_input())
    refusal = await anyone.refused("signUp", **sign_up_input("Ada@example.com"))
    assert refusal["code"] == "RATE_LIMITED"
    assert 0 < refusal["retryAfter"] <= 15 * 60
    await anyone.do("signUp", "accepted", **sign_up_input("bob@example.com"))
