"""Chargebacks of money that is still held, through the API."""

from datetime import timedelta

from tests.makers.escrow import HOLD, hold_of, make_delivered_project
from tests.makers.invariants import broken
from tests.makers.payments import balances, postings
from tests.makers.projects import Made
from tests.world import World

HELD = {"provider_cash": 100_000, "escrow": -100_000}


async def disputed(world: World) -> tuple[Made, str, str]:
    """A delivered project whose client's bank takes the held money back; the hold and the chargeback."""
    made, hold = await make_delivered_project(world, token="sim_chargeback")
    world.clock.advance(timedelta(days=1, minutes=10))
    await world.settle()
    listed = await made.freelancer.ask("{ chargebacks { nodes { id status } } }")
    [chargeback] = listed["chargebacks"]["nodes"]
    assert chargeback["status"] == "NEEDS_RESPONSE"
    return made, hold, chargeback["id"]


async def test_held_money_that_a_bank_takes_is_frozen_until_it_is_won(world: World) -> None:
    made, hold, chargeback = await disputed(world)
    assert await balances(world) == {"chargeback_reserve": 100_000, "escrow": -100_000}
    assert (await hold_of(made.freelancer, hold, "isFrozen")) == {"isFrozen": True}
    approval = {"taskId": made.task, "revision": 1, "idempotencyKey": world.key()}
    assert (await made.client.refused("approveTask", **approval))["code"] == "DISPUTED"
    await made.freelancer.do(
        "submitChargebackEvidence",
        "chargeback { id }",
        chargebackId=chargeback,
        evidence="The work is done.",
        idempotencyKey=world.key(),
    )
    await world.settle()
    world.clock.advance(timedelta(days=3))
    await world.settle()
    assert (await balances(world), await postings(world)) == (HELD, ["P6", "P17", "REVERSAL"])
    await made.client.do("approveTask", "task { status }", **approval)
    assert (await balances(world))["wallet_available"] == -95_000
    assert await broken(world) == []


async def test_held_money_that_is_lost_leaves_the_hold(world: World) -> None:
    made, hold, chargeback = await disputed(world)
    await made.freelancer.do(
        "acceptChargeback", "chargeback { status }", chargebackId=chargeback, idempotencyKey=world.key()
    )
    shown = await hold_of(made.freelancer, hold, f"{HOLD} isFrozen")
    assert (shown["status"], shown["remaining"], shown["isFrozen"]) == ("REFUNDED", {"decimal": "0.00"}, False)
    assert (await balances(world), await postings(world)) == ({}, ["P6", "P17", "P17"])
    assert await broken(world) == []
