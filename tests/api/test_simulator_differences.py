"""Differences that staff have the simulator report, to rehearse reconciliation."""

from typing import Any

import pytest

from domain.provider_reports import LineKind
from tests.makers.payments import make_claim
from tests.makers.payouts import earner, request_payout
from tests.makers.providers import simulator
from tests.world import World

Line = tuple[LineKind, int, str, int]


async def lines(world: World) -> list[Line]:
    """The lines of today."""
    now = world.clock.now()
    report = await simulator(world).report(now.date(), now)
    return [(line.kind, line.amount.amount_minor, line.amount.currency, line.fee_minor) for line in report.lines]


async def balances(world: World) -> dict[str, int]:
    now = world.clock.now()
    return dict((await simulator(world).report(now.date(), now)).balances)


async def differ(world: World, difference: str, **about: Any) -> str:
    staff = await world.staff()
    made = await staff.do("simulateDifference", "externalId", difference=difference, **about)
    return str(made["externalId"])


CHARGE: Line = (LineKind.CHARGE, 100_000, "EUR", 0)


@pytest.mark.parametrize(
    ("difference", "expected", "kept"),
    [
        ("MISSING", [], {}),
        ("DUPLICATE", [CHARGE, CHARGE], {"EUR": 200_000}),
        ("AMOUNT", [(LineKind.CHARGE, 100_001, "EUR", 0)], {"EUR": 100_001}),
        ("CURRENCY", [(LineKind.CHARGE, 100_000, "USD", 0)], {"USD": 100_000}),
        ("FEE", [(LineKind.CHARGE, 100_000, "EUR", 7)], {"EUR": 99_993}),
        ("GIVEN_BACK", [CHARGE, (LineKind.CHARGEBACK, 100_000, "EUR", 0)], {"EUR": 0}),
    ],
)
async def test_the_line_of_a_payment_differs(
    world: World, difference: str, expected: list[Line], kept: dict[str, int]
) -> None:
    claim = await make_claim(world, token="sim_ok")
    payment = await claim.pay()
    await world.settle()
    assert (await lines(world), await balances(world)) == ([CHARGE], {"EUR": 100_000})
    assert (await differ(world, difference, paymentId=payment)).startswith("sim_")
    assert (await lines(world), await balances(world)) == (expected, kept)
    assert await claim.payments() == ["SUCCEEDED"]


async def test_the_line_of_a_payout_may_be_given_back(world: World) -> None:
    freelancer = await earner(world, 50_000)
    payout = await request_payout(freelancer, 20_000)
    await world.settle()
    await differ(world, "GIVEN_BACK", payoutId=payout["id"])
    moved = [(kind, amount) for kind, amount, *_ in await lines(world)]
    assert moved == [(LineKind.PAYOUT, 20_000), (LineKind.PAYOUT_RETURNED, 20_000)]


@pytest.mark.parametrize(
    ("difference", "expected", "kept"),
    [
        ("UNKNOWN_CHARGE", [(LineKind.CHARGE, 1_234, "EUR", 0)], 1_234),
        ("UNKNOWN_REFUND", [(LineKind.REFUND, 1_234, "EUR", 0)], -1_234),
        ("UNKNOWN_PAYOUT", [(LineKind.PAYOUT, 1_234, "EUR", 0)], -1_234),
        ("DRIFT", [], 1_234),
    ],
)
async def test_money_moves_that_nobody_knows_of(world: World, difference: str, expected: list[Line], kept: int) -> None:
    await differ(world, difference, amount={"amountMinor": "1234", "currency": "EUR"})
    assert (await lines(world), await balances(world)) == (expected, {"EUR": kept})


async def test_what_differs_has_to_be_named(world: World) -> None:
    staff = await world.staff()
    claim = await make_claim(world, token="sim_decline")
    payment = await claim.pay()
    await world.settle()
    amount = {"amountMinor": "1", "currency": "EUR"}
    for about in ({}, {"paymentId": payment, "amount": amount}):
        refusal = await staff.refused("simulateDifference", difference="MISSING", **about)
        assert (refusal["code"], refusal["path"]) == ("INVALID", ["difference"])
    refusal = await staff.refused("simulateDifference", difference="DRIFT")
    assert (refusal["code"], refusal["path"]) == ("INVALID", ["amount"])
    refusal = await staff.refused("simulateDifference", difference="MISSING", paymentId=payment)
    assert refusal["code"] == "WRONG_STATE"
