"""Signing in through the API."""

import asyncio
from datetime import timedelta
from uuid import uuid4

from sqlalchemy import select, update

from domain.sign_ins import SignInOutcome
from domain.users import UserStatus
from integrations.passwords import Cost, Passwords
from persistence.tables.identity import sessions, sign_in_events, users
from persistence.tables.platform import idempotency_records
from tests.makers.identity import PASSWORD, make_account
from tests.makers.rows import count, rows, write
from tests.world import World

ADA = {"email": "ada@example.com", "password": PASSWORD}
WRONG = ADA | {"password": "not the right sentence"}


async def _earlier(world: World, by: timedelta) -> None:
    """As if all attempts had been made earlier: their limits follow real time, which no test can move."""
    await write(world, update(sign_in_events).values(at=sign_in_events.c.at - by))


async def _outcomes(world: World) -> list[SignInOutcome]:
    return [outcome for (outcome,) in await rows(world, select(sign_in_events.c.outcome).order_by(sign_in_events.c.at))]


async def test_signing_in_opens_a_session_for_the_bearer_of_its_token(world: World) -> None:
    await make_account(world)
    signed_in = await world.caller().do(
        "signIn",
        "token session { id isCurrent organization { name } ip userAgent revokedAt }"
        " viewer { user { displayName } session { id } organization { name } permissions }",
        **ADA,
    )
    assert signed_in["session"] | {"id": None} == {
        "id": None,
        "isCurrent": True,
        "organization": {"name": "Analytical Engines"},
        "ip": "127.0.0.1",
        "userAgent": signed_in["session"]["userAgent"],
        "revokedAt": None,
    }
    assert signed_in["viewer"]["session"]["id"] == signed_in["session"]["id"]
    again = (await world.caller(signed_in["token"]).ask("{ viewer { user { displayName } permissions } }"))["viewer"]
    assert again["user"] == signed_in["viewer"]["user"] == {"displayName": "Ada Lovelace"}
    assert again["permissions"] == signed_in["viewer"]["permissions"]
    assert await _outcomes(world) == [SignInOutcome.SUCCEEDED]


async def test_whatever_is_wrong_the_answer_is_the_same(world: World) -> None:
    await make_account(world)
    anyone, before = world.caller(), await count(world, sessions)
    refusals = [
        await anyone.refused("signIn", **WRONG),
        await anyone.refused("signIn", **ADA | {"email": "nobody@example.com"}),
        await anyone.refused("signIn", **ADA | {"email": "no address at all"}),
        await anyone.refused("signIn", **ADA | {"password": ""}),
    ]
    await write(world, update(users).values(status=UserStatus.SUSPENDED))
    refusals.append(await anyone.refused("signIn", **ADA))
    assert [refusal["code"] for refusal in refusals] == ["INVALID"] * 5
    assert all(refusal == refusals[0] for refusal in refusals)
    assert await count(world, sessions) == before
    assert await _outcomes(world) == [SignInOutcome.FAILED] * 5


async def test_what_cannot_be_stored_is_refused_like_any_other_wrong_field(world: World) -> None:
    refusal = await world.caller().refused("signIn", **ADA | {"email": "ada\u0000@example.com"})
    assert (refusal["code"], [problem["path"] for problem in refusal["problems"]]) == ("INVALID", [["email"]])


async def test_after_five_failures_even_the_right_password_has_to_wait(world: World) -> None:
    await make_account(world)
    await make_account(world, "bob@example.com")
    anyone, before = world.caller(), await count(world, sessions)
    for _ in range(5):
        assert (await anyone.refused("signIn", **WRONG))["code"] == "INVALID"
        await _earlier(world, timedelta(minutes=1))
    limited = await anyone.refused("signIn", **ADA | {"email": "Ada@example.com"})
    assert limited["code"] == "RATE_LIMITED"
    assert 0 < limited["retryAfter"] <= 10 * 60
    assert await count(world, sessions) == before
    await anyone.do("signIn", "token", **ADA | {"email": "bob@example.com"})
    await _earlier(world, timedelta(minutes=10, seconds=1))
    await anyone.do("signIn", "token", **ADA)
    succeeded, limited_ = SignInOutcome.SUCCEEDED, SignInOutcome.LIMITED
    assert await _outcomes(world) == [SignInOutcome.FAILED] * 5 + [limited_, succeeded, succeeded]


async def test_unknown_addresses_are_limited_like_known_ones(world: World) -> None:
    anyone = world.caller()
    answers = [(await anyone.refused("signIn", **ADA))["code"] for _ in range(6)]
    assert answers == ["INVALID"] * 5 + ["RATE_LIMITED"]


async def test_of_many_guesses_at_once_no_more_are_answered_than_one_after_the_other(world: World) -> None:
    await make_account(world)
    anyone = world.caller()
    answers = await asyncio.gather(*(anyone.refused("signIn", **WRONG) for _ in range(12)))
    assert sorted(answer["code"] for answer in answers) == ["INVALID"] * 5 + ["RATE_LIMITED"] * 7
    assert sorted(await _outcomes(world), key=str) == [SignInOutcome.FAILED] * 5 + [SignInOutcome.LIMITED] * 7


async def test_many_right_passwords_at_once_are_all_let_in(world: World) -> None:
    await make_account(world)
    await asyncio.gather(*(world.caller().do("signIn", "token", **ADA) for _ in range(8)))
    assert await _outcomes(world) == [SignInOutcome.SUCCEEDED] * 8


async def test_twenty_failures_from_one_place_limit_every_address(world: World) -> None:
    await make_account(world)
    anyone = world.caller()
    for number in range(20):
        await anyone.refused("signIn", **ADA | {"email": f"guess{number}@example.com"})
    assert (await anyone.refused("signIn", **ADA))["code"] == "RATE_LIMITED"
    await write(world, update(sign_in_events).values(ip="192.0.2.1"))
    await anyone.do("signIn", "token", **ADA)


async def test_one_signs_in_for_the_given_organization_or_the_last_one(world: World) -> None:
    who, stranger = await make_account(world), await world.client_side()
    second = await who.do("createOrganization", "organization { id }", kind="CLIENT", name="Second")
    anyone, select_ = world.caller(), "viewer { organization { name } membership { role } }"
    assert (await anyone.do("signIn", select_, **ADA))["viewer"]["organization"] == {"name": "Analytical Engines"}
    given = await anyone.do("signIn", select_, **ADA, organizationId=second["organization"]["id"])
    assert given["viewer"] == {"organization": {"name": "Second"}, "membership": {"role": "OWNER"}}
    assert (await anyone.do("signIn", select_, **ADA))["viewer"]["organization"] == {"name": "Second"}
    before = await count(world, sessions)
    foreign = await anyone.refused("signIn", **ADA, organizationId=f"org_{stranger.organization_id.hex}")
    unknown = await anyone.refused("signIn", **ADA, organizationId=f"org_{uuid4().hex}")
    assert foreign == unknown
    assert (foreign["code"], foreign["path"]) == ("NOT_FOUND", ["organizationId"])
    assert await count(world, sessions) == before


async def test_an_organization_of_others_does_not_tell_whether_the_password_was_right(world: World) -> None:
    await make_account(world)
    refusal = await world.caller().refused("signIn", **WRONG, organizationId=f"org_{uuid4().hex}")
    assert refusal["code"] == "INVALID"


async def test_a_cheap_old_hash_is_renewed_when_its_owner_signs_in(world: World) -> None:
    await make_account(world)
    old = await Passwords(cost=Cost(memory_kib=1024, passes=1)).hashed(PASSWORD)
    await write(world, update(users).values(password_hash=old))
    await world.caller().do("signIn", "token", **ADA)
    ((renewed,),) = await rows(world, select(users.c.password_hash))
    assert renewed.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    await world.caller().do("signIn", "token", **ADA)
    assert await rows(world, select(users.c.password_hash)) == [(renewed,)]


async def test_an_idempotency_key_on_signing_in_keeps_nothing(world: World) -> None:
    who = await make_account(world)
    query = {
        "query": "mutation($input: SignInInput!) { signIn(input: $input) { ... on SignInPayload { token } } }",
        "variables": {"input": ADA},
    }
    headers = {"idempotency-key": str(uuid4()), "authorization": f"Bearer {who.token}"}
    tokens = []
    for _ in range(2):
        answer = (await world.client.http.post("/graphql", json=query, headers=headers)).json()
        tokens.append(answer["data"]["signIn"]["token"])
    assert tokens[0] != tokens[1]
    assert await count(world, idempotency_records) == 0
