"""Fee policies and tiers through the API: quotes, plans, and what invoices freeze."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from domain.permissions import Role, StaffRole
from tests.client import Faulted
from tests.makers.colleagues import colleague
from tests.makers.invoices import line_input, make_customer, make_draft, opened
from tests.makers.payment_methods import make_method
from tests.makers.proposals import eur
from tests.world import Person, World

POLICIES = """query($filter: FeePolicyFilter) { feePolicies(filter: $filter) { totalCount nodes {
  scope bps effectiveFrom effectiveTo minimumFees { amountMinor currency } tiers { bps } } } }"""
QUOTE = """query($amount: MoneyInput!, $scope: FeeScope, $provider: Provider) {
  quoteFee(amount: $amount, scope: $scope, provider: $provider) { ... on FeeQuote {
    bps fee { amountMinor currency } net { amountMinor } flat { amountMinor } policy { scope } }
  ... on Refusal { code path } } }"""
FEE = "query($id: ID!) { invoice(id: $id) { fee { amountMinor } net { amountMinor } } }"


async def plan(world: World, staff: Person, days: int = 1, **fields: Any) -> str:
    """A policy that begins in so many days."""
    start = (world.clock.now() + timedelta(days=days)).isoformat()
    made = await staff.do(
        "createFeePolicy", "feePolicy { id }", **{"scope": "PROJECT", "bps": 500, "effectiveFrom": start, **fields}
    )
    return str(made["feePolicy"]["id"])


async def quoted(person: Person, minor: int, **rest: Any) -> tuple[str, str]:
    quote = (await person.ask(QUOTE, amount=eur(minor), **{"scope": "PROJECT", **rest}))["quoteFee"]
    return quote["fee"]["amountMinor"], quote["net"]["amountMinor"]


def tier(least: int, bps: int, flat: int = 0, **rest: Any) -> dict[str, Any]:
    return {"minAmount": eur(least), "bps": bps, "flat": eur(flat), **rest}


async def test_a_quote_says_what_five_percent_come_to(world: World) -> None:
    issuer = await world.freelancer_side()
    assert (await issuer.ask(QUOTE, amount=eur(333_333), scope="PROJECT"))["quoteFee"] == {
        "bps": 500,
        "fee": {"amountMinor": "16667", "currency": "EUR"},
        "net": {"amountMinor": "316666"},
        "flat": {"amountMinor": "0"},
        "policy": {"scope": "PROJECT"},
    }
    assert await quoted(issuer, 39_600) == ("1980", "37620")
    assert await quoted(issuer, 39_600, scope="STANDARD") == ("0", "39600")


async def test_a_tier_of_2_9_percent_and_30_cents_keeps_29_30_of_1000(world: World) -> None:
    staff, issuer = await world.staff(StaffRole.FINANCE), await world.freelancer_side()
    policy = await plan(world, staff)
    tiers = [tier(100_000, 290, 30, provider="SIMULATOR"), tier(50_000, 400, maxAmount=eur(99_999))]
    made = await staff.do(
        "setFeeTiers",
        "feePolicy { bps tiers { provider bps minAmount { amountMinor } maxAmount { amountMinor }"
        " flat { amountMinor } } }",
        feePolicyId=policy,
        tiers=tiers,
    )
    simulator, anybody = (
        {
            "provider": "SIMULATOR",
            "bps": 290,
            "minAmount": {"amountMinor": "100000"},
            "maxAmount": None,
            "flat": {"amountMinor": "30"},
        },
        {
            "provider": None,
            "bps": 400,
            "minAmount": {"amountMinor": "50000"},
            "maxAmount": {"amountMinor": "99999"},
            "flat": {"amountMinor": "0"},
        },
    )
    assert made["feePolicy"] == {"bps": 500, "tiers": [simulator, anybody]}
    assert await quoted(issuer, 100_000, provider="SIMULATOR") == ("5000", "95000")
    world.clock.advance(timedelta(days=1))
    assert await quoted(issuer, 100_000, provider="SIMULATOR") == ("2930", "97070")
    assert await quoted(issuer, 100_000) == ("5000", "95000")
    assert await quoted(issuer, 99_999, provider="SIMULATOR") == ("4000", "95999")
    assert await quoted(issuer, 49_999) == ("2500", "47499")


async def test_a_policy_in_force_keeps_its_tiers(world: World) -> None:
    staff = await world.staff(StaffRole.FINANCE)
    policy = await plan(world, staff)
    world.clock.advance(timedelta(days=1))
    refusal = await staff.refused("setFeeTiers", feePolicyId=policy, tiers=[tier(1, 290)])
    assert (refusal["code"], refusal["from"], refusal["allowed"]) == ("WRONG_STATE", "IN_FORCE", ["FUTURE"])


async def test_policies_follow_each_other_without_a_gap(world: World) -> None:
    staff = await world.staff(StaffRole.FINANCE)
    await plan(world, staff, days=20, bps=300)
    await plan(world, staff, days=10, bps=400, minimumFees=[eur(50), {"amountMinor": "60", "currency": "JPY"}])
    found = (await staff.ask(POLICIES, filter={"scope": ["PROJECT"]}))["feePolicies"]
    newest, middle, first = found["nodes"]
    assert [one["bps"] for one in (newest, middle, first)] == [300, 400, 500]
    assert middle["minimumFees"] == [{"amountMinor": "50", "currency": "EUR"}, {"amountMinor": "60", "currency": "JPY"}]
    assert (first["effectiveTo"], middle["effectiveTo"]) == (middle["effectiveFrom"], newest["effectiveFrom"])
    assert newest["effectiveTo"] is None
    assert (await staff.ask(POLICIES))["feePolicies"]["totalCount"] == 4


async def test_of_two_policies_for_one_instant_the_second_is_refused(world: World) -> None:
    staff = await world.staff(StaffRole.FINANCE)
    start = (world.clock.now() + timedelta(days=1)).isoformat()
    fields = {"scope": "PROJECT", "bps": 300, "effectiveFrom": start}
    answers = await asyncio.gather(*(staff.attempt("createFeePolicy", "feePolicy { bps }", **fields) for _ in range(2)))
    assert sorted(answer.get("code", "made") for answer in answers) == ["CONFLICT", "made"]
    assert (await staff.ask(POLICIES))["feePolicies"]["totalCount"] == 3


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"days": 0}, ["effectiveFrom"]),
        ({"bps": 10_001}, ["bps"]),
        ({"bps": -1}, ["bps"]),
        ({"minimumFees": [eur(0)]}, ["minimumFees", "0", "amountMinor"]),
        ({"minimumFees": [eur(5), eur(6)]}, ["minimumFees"]),
    ],
)
async def test_a_policy_that_makes_no_sense_is_refused(world: World, fields: dict[str, Any], path: list[str]) -> None:
    staff = await world.staff(StaffRole.FINANCE)
    start = (world.clock.now() + timedelta(days=fields.pop("days", 1))).isoformat()
    refusal = await staff.refused("createFeePolicy", **{"scope": "PROJECT", "bps": 1, "effectiveFrom": start, **fields})
    assert (refusal["code"], [problem["path"] for problem in refusal["problems"]]) == ("INVALID", [path])


@pytest.mark.parametrize(
    ("tiers", "path"),
    [
        ([tier(1, 290), tier(5, 300)], ["tiers", "1", "minAmount"]),
        ([tier(1, 290, maxAmount=eur(5)), tier(5, 300)], ["tiers", "1", "minAmount"]),
        ([tier(5, 290, maxAmount=eur(4))], ["tiers", "0", "maxAmount", "amountMinor"]),
        ([tier(1, 290) | {"flat": {"amountMinor": "1", "currency": "USD"}}], ["tiers", "0", "flat", "currency"]),
        ([tier(1, 10_001)], ["tiers", "0", "bps"]),
    ],
)
async def test_tiers_that_make_no_sense_are_refused(world: World, tiers: list[Any], path: list[str]) -> None:
    staff = await world.staff(StaffRole.FINANCE)
    policy = await plan(world, staff)
    refusal = await staff.refused("setFeeTiers", feePolicyId=policy, tiers=tiers)
    assert (refusal["code"], [problem["path"] for problem in refusal["problems"]]) == ("INVALID", [path])


async def test_an_invoice_keeps_the_fee_it_was_opened_with(world: World) -> None:
    staff, issuer, client = (
        await world.staff(StaffRole.FINANCE),
        await world.freelancer_side(),
        await world.client_side(),
    )
    policy = await plan(world, staff, scope="STANDARD", bps=1_000)
    await staff.do(
        "setFeeTiers", "feePolicy { id }", feePolicyId=policy, tiers=[tier(1, 290, 30, provider="SIMULATOR")]
    )
    customer = await make_customer(issuer, client)
    drafts = [await make_draft(issuer, customer, line_input(100_000)) for _ in range(3)]
    await opened(world, issuer, drafts[0])
    world.clock.advance(timedelta(days=1))
    await opened(world, issuer, drafts[1])
    await make_method(client)
    await opened(world, issuer, drafts[2])
    found = [(await issuer.ask(FEE, id=draft))["invoice"] for draft in drafts]
    assert [(one["fee"]["amountMinor"], one["net"]["amountMinor"]) for one in found] == [
        ("0", "100000"),
        ("10000", "90000"),
        ("2930", "97070"),
    ]


async def test_whoever_may_not_read_money_sees_no_fees(world: World) -> None:
    member = await colleague(world, await world.freelancer_side(), Role.MEMBER)
    for document, variables in ((POLICIES, {}), (QUOTE, {"amount": eur(1), "scope": "PROJECT"})):
        with pytest.raises(Faulted) as fault:
            await member.ask(document, **variables)
        assert fault.value.errors[0]["extensions"]["code"] == "FORBIDDEN"


async def test_a_quote_begins_no_transaction(world: World) -> None:
    issuer = await world.freelancer_side()
    await quoted(issuer, 39_600)
    begun: list[str] = []

    def note(connection: Any) -> None:
        if connection.get_execution_options().get("isolation_level") != "AUTOCOMMIT":
            begun.append("begin")

    engine = world.database.engine.sync_engine
    event.listen(engine, "begin", note)
    try:
        assert await quoted(issuer, 39_600) == ("1980", "37620")
    finally:
        event.remove(engine, "begin", note)
    assert begun == []


async def test_a_quote_of_nothing_is_refused(world: World) -> None:
    issuer = await world.freelancer_side()
    assert (await issuer.ask(QUOTE, amount=eur(0), scope="PROJECT"))["quoteFee"] == {
        "code": "INVALID",
        "path": ["amount", "amountMinor"],
    }
