"""Held, released, given back and paid out in currencies without decimals, or with three."""

import pytest

from domain.terms import FundingMode
from tests.makers.credits import given_back
from tests.makers.escrow import fund, hold_of
from tests.makers.invariants import broken
from tests.makers.payment_methods import make_method
from tests.makers.payments import balances
from tests.makers.payouts import figures, make_payout_method, request_payout
from tests.makers.projects import approve, make_project, submit
from tests.makers.simulator import kept
from tests.world import World


@pytest.mark.parametrize(
    ("currency", "amount", "fee", "net"), [("JPY", "20011", "1001", "19010"), ("KWD", "20.011", "1.001", "19.010")]
)
async def test_money_goes_all_its_ways_with_other_decimals(
    world: World, currency: str, amount: str, fee: str, net: str
) -> None:
    client, freelancer = await world.client_side(), await world.freelancer_side()
    await make_method(client, "sim_ok", currency)
    terms = {"currency": currency, "budget_minor": 40_022, "funding_mode": FundingMode.ESCROW}
    made = await make_project(world, "MILESTONE", (1, 1), client=client, freelancer=freelancer, **terms)
    first, second = [(await fund(made, number))["hold"] for number in (0, 1)]
    shown = await hold_of(freelancer, first["id"])
    assert (shown["amount"], shown["fee"]) == ({"decimal": amount}, {"decimal": fee})
    await world.settle()
    advance = {"holdId": first["id"], "amount": {"amountMinor": "3333", "currency": currency}}
    await client.do("releaseEscrow", "invoice { id }", **advance, idempotencyKey=world.key())
    assert (await balances(world))["platform_fee"] == -167
    await submit(made, made.task)
    done = await approve(made, made.task, select="invoice { total { decimal } }")
    assert done["invoice"]["total"] == {"decimal": amount}
    giving_back = {"holdId": second["id"], "reason": "Too busy.", "idempotencyKey": world.key()}
    await freelancer.do("refundEscrow", "hold { status }", **giving_back)
    await world.settle()
    assert await given_back(world, currency) == 20_011
    wallets = (await freelancer.ask("{ wallets { nodes { available { decimal } } } }"))["wallets"]["nodes"]
    assert wallets == [{"available": {"decimal": net}}]
    await make_payout_method(freelancer, currency=currency)
    payout = await request_payout(freelancer, 19_010, currency=currency)
    staff = await world.staff()
    await staff.do("approve", "approval { status }", approvalId=payout["approval"]["id"], idempotencyKey=world.key())
    await world.settle()
    assert await figures(freelancer, currency) == {"paidOut": 19_010, "earned": 19_010}
    assert await balances(world) == {"provider_cash": 1_001, "platform_fee": -1_001}
    assert await kept(world, currency) == 1_001
    assert await broken(world) == []
