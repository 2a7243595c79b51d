"""Limits that staff set, keys with limits of their own, and how fast payments and invitations may be started."""

import asyncio
from typing import Any

from domain.permissions import StaffRole
from domain.rate_limits import DEFAULTS, Allowance
from resolvers.rate_limits import RateLimits
from tests.api.test_rate_limits import Watch, limited
from tests.client import Client
from tests.makers.keys import make_key
from tests.makers.payments import make_claim
from tests.world import Caller, World

SETTING = (
    "setting { caller operationsPerMinute cost refillPerSecond documentsPerMinute paymentsPerMinute setBy { email } }"
)


async def _left(caller: Caller) -> dict[str, Any]:
    query = "{ rateLimit { operationsPerMinute limit refillPerSecond documentsPerMinute paymentsPerMinute } }"
    left: dict[str, Any] = (await caller.ask(query))["rateLimit"]
    return left


async def _payments_left(caller: Caller) -> int:
    return int((await caller.ask("{ rateLimit { paymentsLeft } }"))["rateLimit"]["paymentsLeft"])


async def test_the_viewer_tells_of_their_limits_as_the_query_does(world: World) -> None:
    person = await world.client_side()
    both = await person.ask("{ viewer { rateLimit { limit available } } rateLimit { limit available } }")
    assert both["viewer"]["rateLimit"] == both["rateLimit"]


async def test_keys_have_more_than_people(world: World) -> None:
    key = await make_key(await world.client_side())
    limits = RateLimits(DEFAULTS)
    async with Client.serving(world.database, world.clock, rate_limits=limits) as client:
        world.client = client
        assert await _left(key) == {
            "operationsPerMinute": 6_000,
            "limit": 20_000,
            "refillPerSecond": 1_000,
            "documentsPerMinute": 60,
            "paymentsPerMinute": 60,
        }
        assert (await client.post("{ __typename }", token=key.token))["extensions"]["cost"]["limit"] == 20_000


async def test_what_staff_set_counts_in_every_process_within_seconds_and_survives_them(world: World) -> None:
    staff, person = await world.staff(StaffRole.ADMIN), await world.client_side()
    here, limits = world.client, RateLimits(DEFAULTS)
    async with Client.serving(world.database, world.clock, rate_limits=limits) as elsewhere:
        world.client = elsewhere
        before = await _left(person)
        assert (before["operationsPerMinute"], before["limit"]) == (300, 5_000)
        world.client = here
        done = await staff.do("setRateLimit", SETTING, caller="SESSION", cost=7_000, operationsPerMinute=900)
        world.client = elsewhere
        for _ in range(500):
            if (await _left(person))["limit"] == 7_000:
                break
            await asyncio.sleep(0.01)
        after = await _left(person)
    assert done["setting"].items() >= {"caller": "SESSION", "cost": 7_000, "operationsPerMinute": 900}.items()
    assert done["setting"]["setBy"] == {"email": staff.email}
    assert (after["operationsPerMinute"], after["limit"]) == (900, 7_000)
    async with Client.serving(world.database, world.clock, rate_limits=RateLimits(DEFAULTS)) as started_later:
        world.client = started_later
        found = await _left(person)
    assert (found["operationsPerMinute"], found["limit"]) == (900, 7_000)


async def test_numbers_that_are_none_are_refused_together(world: World) -> None:
    staff = await world.staff(StaffRole.ADMIN)
    refusal = await staff.refused("setRateLimit", caller="API_KEY", cost=0, paymentsPerMinute=-1)
    assert (refusal["code"], [one["path"] for one in refusal["problems"]]) == (
        "INVALID",
        [["cost"], ["paymentsPerMinute"]],
    )


async def test_nobody_is_kept_out_by_limits_that_staff_set(world: World) -> None:
    staff = await world.staff(StaffRole.ADMIN)
    least = {"operationsPerMinute": 10, "cost": 100, "refillPerSecond": 1, "documentsPerMinute": 5}
    refusal = await staff.refused("setRateLimit", caller="SESSION", **{name: n - 1 for name, n in least.items()})
    assert (refusal["code"], {one["path"][0] for one in refusal["problems"]}) == ("INVALID", set(least))
    done = await staff.do("setRateLimit", SETTING, caller="API_KEY", **least)
    assert done["setting"].items() >= least.items()


async def test_payments_are_started_at_a_pace_that_counts_those_that_are_started(world: World) -> None:
    claim = await make_claim(world, token="sim_ok")
    payer, input = claim.payer, {"invoiceId": claim.id, "amount": {"amountMinor": "1000", "currency": "EUR"}}
    twice = Allowance(1_000, 1_000, 10, 1_000, payments_per_minute=2)
    async with limited(world, Watch(), session=twice) as client:
        world.client = client
        first = input | {"idempotencyKey": world.key()}
        assert not (await payer.do("payInvoice", "replayed", **first))["replayed"]
        assert (await payer.do("payInvoice", "replayed", **first))["replayed"]
        assert (await payer.refused("payInvoice", **input, idempotencyKey=world.key()))["code"] == "CONFLICT"
        assert await _payments_left(payer) == 1
        await world.settle()
        await claim.pay(amount_minor=1000)
        await world.settle()
        refusal = await payer.refused("payInvoice", **input, idempotencyKey=world.key())
        assert (refusal["code"], refusal["retryAfter"]) == ("RATE_LIMITED", 30)
        assert len(await claim.payments()) == 2


async def test_an_organization_invites_at_most_fifty_people_in_a_day(world: World) -> None:
    owner = await world.client_side()
    invite = "mutation($input: InviteMemberInput!) { inviteMember(input: $input) { __typename } }"
    for number in range(50):
        await owner.ask(invite, input={"email": f"person-{number}@example.com", "role": "VIEWER"})
    refusal = await owner.refused("inviteMember", email="another@example.com", role="VIEWER")
    assert refusal["code"] == "RATE_LIMITED"
    assert 86_000 < refusal["retryAfter"] <= 86_400
