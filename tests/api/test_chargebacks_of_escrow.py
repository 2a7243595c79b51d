"""Chargebacks of money that is still held, through the API."""

from datetime import timedelta
from typing import Any

import pytest

from domain.permissions import StaffRole
from tests.makers.escrow import HOLD, fund, hold_of, invoices_of, make_delivered_project, release, rule, sums_of
from tests.makers.invariants import broken
from tests.makers.payment_methods import make_method
from tests.makers.payments import balances, postings
from tests.makers.projects import Made, approve
from tests.world import World

HELD = {"provider_cash": 100_000, "escrow": -100_000}


async def disputed(world: World) -> tuple[Made, str, str]:
    """A delivered project whose client's bank takes the held money back; the hold and the chargeback."""
    made, hold = await make_delivered_project(world, token="sim_chargeback")
    return made, hold, await heard_of(world, made)


async def heard_of(world: World, made: Made, status: str = "NEEDS_RESPONSE") -> str:
    """The chargeback, a day after the bank was asked for the money."""
    world.clock.advance(timedelta(days=1, minutes=10))
    await world.settle()
    listed = await made.freelancer.ask("{ chargebacks { nodes { id status } } }")
    [chargeback] = listed["chargebacks"]["nodes"]
    assert chargeback["status"] == status
    return str(chargeback["id"])


def answer(world: World, chargeback: str, **more: Any) -> dict[str, Any]:
    return {"chargebackId": chargeback, "idempotencyKey": world.key(), **more}


async def win(world: World, made: Made, chargeback: str) -> None:
    evidence = answer(world, chargeback, evidence="The work is done.")
    await made.freelancer.do("submitChargebackEvidence", "chargeback { id }", **evidence)
    await world.settle()
    world.clock.advance(timedelta(days=3))
    await world.settle()


async def lose(world: World, made: Made, chargeback: str) -> None:
    await made.freelancer.do("acceptChargeback", "chargeback { status }", **answer(world, chargeback))


async def test_held_money_that_a_bank_takes_is_frozen_until_it_is_won(world: World) -> None:
    made, hold, chargeback = await disputed(world)
    assert await balances(world) == {"chargeback_reserve": 100_000, "escrow": -100_000}
    assert (await hold_of(made.freelancer, hold, "isFrozen")) == {"isFrozen": True}
    approval = {"taskId": made.task, "revision": 1, "idempotencyKey": world.key()}
    refusal = await made.client.refused("approveTask", **approval)
    assert (refusal["code"], refusal["from"]) == ("WRONG_STATE", "CHARGED_BACK")
    await win(world, made, chargeback)
    assert (await balances(world), await postings(world)) == (HELD, ["P6", "P17", "REVERSAL"])
    await made.client.do("approveTask", "task { status }", **approval)
    assert (await balances(world))["wallet_available"] == -95_000
    assert await broken(world) == []


async def test_held_money_that_is_lost_leaves_the_hold(world: World) -> None:
    made, hold, chargeback = await disputed(world)
    await lose(world, made, chargeback)
    shown = await hold_of(made.freelancer, hold, f"{HOLD} isFrozen")
    assert (shown["status"], shown["remaining"], shown["isFrozen"]) == ("REFUNDED", {"decimal": "0.00"}, False)
    assert (await balances(world), await postings(world)) == ({}, ["P6", "P17", "P17"])
    assert await broken(world) == []


@pytest.mark.parametrize("is_won", [True, False], ids=["won", "lost"])
async def test_of_a_partly_released_hold_the_bank_takes_both_parts(world: World, *, is_won: bool) -> None:
    made, hold = await make_delivered_project(world, token="sim_chargeback")
    await release(made, hold, 40_000)
    chargeback = await heard_of(world, made)
    fee = {"platform_fee": -2_000}
    assert await balances(world) == fee | {"chargeback_reserve": 100_000, "escrow": -60_000, "wallet_held": -38_000}
    if is_won:
        await win(world, made, chargeback)
        assert await balances(world) == fee | {"provider_cash": 100_000, "escrow": -60_000, "wallet_available": -38_000}
        assert await sums_of(made.client, hold) == ["PARTIALLY_RELEASED", "400.00", "0.00", "600.00"]
    else:
        await lose(world, made, chargeback)
        assert await balances(world) == {"receivable": 40_000, "billed": -40_000}
        assert await sums_of(made.client, hold) == ["REFUNDED", "400.00", "600.00", "0.00"]
        assert await invoices_of(made) == [("ADVANCE", "400.00", "400.00", "OPEN")]
        assert await broken(world) == []
        await make_method(made.client, "sim_ok")
        [advance] = (await made.client.ask("{ invoices { nodes { id } } }"))["invoices"]["nodes"]
        await made.client.do("payInvoice", "payment { id }", invoiceId=advance["id"], idempotencyKey=world.key())
        await world.settle()
        assert await balances(world) == fee | {"provider_cash": 40_000, "wallet_available": -38_000}
    assert await broken(world) == []


async def test_while_a_bank_only_asks_nothing_leaves_the_hold(world: World) -> None:
    made, hold = await make_delivered_project(world, token="sim_chargeback_warning")
    await heard_of(world, made, "WARNING")
    key = world.key()
    for refusal in (
        await made.client.refused("releaseEscrow", holdId=hold, idempotencyKey=key),
        await made.freelancer.refused("refundEscrow", holdId=hold, reason="Too busy.", idempotencyKey=key),
    ):
        assert (refusal["code"], refusal["from"]) == ("WRONG_STATE", "CHARGED_BACK")
    assert (await balances(world), await postings(world)) == (HELD, ["P6"])
    frozen = "query { escrowHolds(filter: {isFrozen: true}) { nodes { id isFrozen } } }"
    assert (await made.client.ask(frozen))["escrowHolds"]["nodes"] == [{"id": hold, "isFrozen": True}]


async def test_what_staff_froze_stays_frozen_when_the_bank_has_decided(world: World) -> None:
    made, hold, chargeback = await disputed(world)
    staff = await world.staff(StaffRole.TRUST)
    await staff.do("freezeEscrow", "hold { isFrozen }", holdId=hold)
    ruling = {"rationale": "Half of it.", "idempotencyKey": world.key(), "holdId": hold}
    parts = {name: {"amountMinor": "10000", "currency": "EUR"} for name in ("freelancerAmount", "clientAmount")}
    assert (await staff.refused("ruleEscrow", **ruling, **parts))["from"] == "CHARGED_BACK"
    await win(world, made, chargeback)
    assert await hold_of(made.freelancer, hold, "isFrozen") == {"isFrozen": True}
    refusal = await made.client.refused("releaseEscrow", holdId=hold, idempotencyKey=world.key())
    assert refusal["code"] == "DISPUTED"
    await rule(staff, hold, 10_000, 10_000)
    assert await sums_of(made.client, hold) == ["PARTIALLY_RELEASED", "100.00", "100.00", "800.00"]
    assert await broken(world) == []


async def test_when_the_bank_has_taken_all_of_a_frozen_hold_nothing_is_left_to_dispute_about(world: World) -> None:
    made, hold, chargeback = await disputed(world)
    await (await world.staff(StaffRole.TRUST)).do("freezeEscrow", "hold { isFrozen }", holdId=hold)
    await lose(world, made, chargeback)
    assert await hold_of(made.freelancer, hold, "status isFrozen") == {"status": "REFUNDED", "isFrozen": False}
    await make_method(made.client, "sim_ok")
    assert (await fund(made, select="milestone { fundingStatus }"))["milestone"] == {"fundingStatus": "FUNDING"}
    assert await broken(world) == []


async def test_an_invoice_that_waited_for_money_which_the_bank_took_is_paid_otherwise(world: World) -> None:
    made, _ = await make_delivered_project(world, token="sim_chargeback")
    organization = f"org_{made.client.organization_id.hex}"
    terms = {"position": 1, "status": "ACTIVE", "delayHours": 720}
    await made.client.do("upsertReleasePolicy", "policy { id }", organizationId=organization, terms=terms)
    invoice = (await approve(made, made.task, select="invoice { id awaitsRelease }"))["invoice"]
    assert invoice["awaitsRelease"] is True
    await lose(world, made, await heard_of(world, made))
    assert await broken(world) == []
    await make_method(made.client, "sim_ok")
    paying = {"invoiceId": invoice["id"], "idempotencyKey": world.key()}
    await made.client.do("payInvoice", "payment { status }", **paying)
    await world.settle()
    assert await invoices_of(made) == [("MILESTONE", "1000.00", "0.00", "PAID")]
    assert await broken(world) == []
