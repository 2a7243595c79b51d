"""Payouts through the API."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from domain.permissions import Role, StaffRole
from tests.makers.colleagues import also_joins, colleague
from tests.makers.payments import balances, postings
from tests.makers.payouts import (
    earner,
    figures,
    make_payout_method,
    request_payout,
    states_of_payouts,
    wrong_books,
)
from tests.makers.simulator import lose_webhooks
from tests.makers.traces import events
from tests.world import Person, World

GET = """query($id: ID!) { payout(id: $id) { status amount { amountMinor currency } failureCode cancelReason holdReason
  trigger method { last4 } requestedBy { id } history { nodes { action to } }
  availableActions { action allowed reason } approval { id status payout { id } } } }"""


async def payout_of(person: Person, payout_id: str) -> dict[str, Any]:
    found: dict[str, Any] = (await person.ask(GET, id=payout_id))["payout"]
    return found


def euros(amount_minor: int) -> dict[str, str]:
    return {"amountMinor": str(amount_minor), "currency": "EUR"}


async def test_a_payout_leaves_the_wallet_when_it_is_asked_for_and_arrives(world: World) -> None:
    freelancer = await earner(world, 95_000)
    payout = await request_payout(freelancer, 60_000)
    assert (payout["status"], payout["approval"]) == ("PENDING", None)
    assert await figures(freelancer) == {"available": 35_000, "held": 60_000, "earned": 95_000}
    await world.settle()
    assert await figures(freelancer) == {"available": 35_000, "paidOut": 60_000, "earned": 95_000}
    found = await payout_of(freelancer, payout["id"])
    assert (found["status"], found["amount"], found["trigger"]) == ("PAID", euros(60_000), "PERSON")
    assert found["requestedBy"] == {"id": f"usr_{freelancer.user_id.hex}"}
    assert [(step["action"], step["to"]) for step in found["history"]["nodes"]] == [
        ("requestPayout", "REQUESTED"),
        ("passPayout", "PENDING"),
        ("sendPayout", "IN_TRANSIT"),
        ("confirmPayout", "PAID"),
    ]
    assert await postings(world) == ["P1", "P3", "P12", "P12", "P12"]
    assert await balances(world) == {"provider_cash": 35_000, "wallet_available": -35_000}
    assert await events(world, "payout.") == ["payout.requested", "payout.sent", "payout.paid"]
    assert await wrong_books(world) == []


async def test_what_a_refused_payout_took_is_back_in_the_wallet(world: World) -> None:
    freelancer = await earner(world, 50_000, token="sim_bank_decline")
    payout = await request_payout(freelancer, 50_000)
    await world.settle()
    found = await payout_of(freelancer, payout["id"])
    assert (found["status"], found["failureCode"]) == ("FAILED", "METHOD_UNUSABLE")
    assert await figures(freelancer) == {"available": 50_000, "earned": 50_000}
    assert await postings(world) == ["P1", "P3", "P12", "P12", "P13"]
    assert await wrong_books(world) == []


async def test_what_came_back_after_it_had_arrived_is_in_the_wallet_again(world: World) -> None:
    freelancer = await earner(world, 50_000, token="sim_bank_returned")
    payout = await request_payout(freelancer, 20_000)
    await world.settle()
    assert await figures(freelancer) == {"available": 30_000, "paidOut": 20_000, "earned": 50_000}
    for _ in range(3):
        world.clock.advance(timedelta(hours=25))
        await world.settle()
    found = await payout_of(freelancer, payout["id"])
    assert (found["status"], found["failureCode"]) == ("REVERSED", "ACCOUNT_CLOSED")
    assert await figures(freelancer) == {"available": 50_000, "earned": 50_000}
    assert (await balances(world)) == {"provider_cash": 50_000, "wallet_available": -50_000}
    assert await wrong_books(world) == []


async def test_a_payout_without_an_answer_stays_on_its_way_until_the_provider_has_said(world: World) -> None:
    await lose_webhooks(world)
    freelancer = await earner(world, 50_000, token="sim_bank_timeout_paid")
    await request_payout(freelancer, 20_000)
    await world.settle()
    assert await states_of_payouts(world) == ["IN_TRANSIT"]
    assert await figures(freelancer) == {"available": 30_000, "inTransit": 20_000, "earned": 50_000}
    world.clock.advance(timedelta(minutes=6))
    await world.settle()
    assert await states_of_payouts(world) == ["PAID"]
    assert await wrong_books(world) == []


async def test_a_payout_that_never_arrived_fails_when_the_provider_has_said_so_twice(world: World) -> None:
    freelancer = await earner(world, 50_000, token="sim_bank_timeout_not_paid")
    payout = await request_payout(freelancer, 20_000)
    for _ in range(4):
        world.clock.advance(timedelta(minutes=11))
        await world.settle()
    found = await payout_of(freelancer, payout["id"])
    assert (found["status"], found["failureCode"]) == ("FAILED", "NEVER_ARRIVED")
    assert await figures(freelancer) == {"available": 50_000, "earned": 50_000}


async def test_a_payout_that_takes_its_time_arrives_later(world: World) -> None:
    freelancer = await earner(world, 50_000, token="sim_bank_late")
    await request_payout(freelancer, 20_000)
    for _ in range(3):
        await world.settle()
        assert await states_of_payouts(world) == ["IN_TRANSIT"]
        world.clock.advance(timedelta(minutes=15))
    world.clock.advance(timedelta(hours=7))
    await world.settle()
    assert await states_of_payouts(world) == ["PAID"]


@pytest.mark.parametrize("amount_minor", [-5, 0, 999])
async def test_less_than_the_minimum_is_not_paid_out(world: World, amount_minor: int) -> None:
    freelancer = await earner(world)
    refusal = await freelancer.refused("requestPayout", amount=euros(amount_minor), idempotencyKey=world.key())
    assert (refusal["code"], refusal["path"]) == ("INVALID", ["amount", "amountMinor"])
    assert await states_of_payouts(world) == []


async def test_more_than_is_there_is_not_paid_out(world: World) -> None:
    freelancer = await earner(world, 50_000)
    query = """mutation($input: RequestPayoutInput!) { requestPayout(input: $input) { ... on Refusal {
      code message required { amountMinor } available { amountMinor } } } }"""
    input = {"amount": euros(50_001), "idempotencyKey": world.key()}
    refusal = (await freelancer.ask(query, input=input))["requestPayout"]
    assert refusal == {
        "code": "INSUFFICIENT_FUNDS",
        "message": "This needs 500.01 EUR; the wallet has 500.00 EUR.",
        "required": {"amountMinor": "50001"},
        "available": {"amountMinor": "50000"},
    }
    assert await figures(freelancer) == {"available": 50_000, "earned": 50_000}


async def test_a_payout_needs_a_verified_method_of_its_currency(world: World) -> None:
    freelancer = await earner(world, token="sim_bank_unverified")
    for method, code in (
        (None, "INVALID"),
        (await make_payout_method(freelancer, currency="USD"), "INVALID"),
        (await make_payout_method(await earner(world)), "NOT_FOUND"),
    ):
        refusal = await freelancer.refused(
            "requestPayout", amount=euros(5_000), methodId=method, idempotencyKey=world.key()
        )
        assert (refusal["code"], refusal["path"]) == (code, ["methodId"])
    without = await earner(world, token=None)
    refusal = await without.refused("requestPayout", amount=euros(5_000), idempotencyKey=world.key())
    assert "There is no default payout method in EUR" in refusal["message"]


async def test_money_moves_only_with_the_right_to_move_it(world: World) -> None:
    freelancer = await earner(world)
    for role in (Role.MEMBER, Role.VIEWER):
        member = await colleague(world, freelancer, role)
        refusal = await member.refused("requestPayout", amount=euros(5_000), idempotencyKey=world.key())
        assert refusal["code"] == "FORBIDDEN"
    finance = await colleague(world, freelancer, Role.FINANCE)
    assert (await request_payout(finance, 5_000))["status"] == "PENDING"


async def test_the_same_key_pays_out_once(world: World) -> None:
    freelancer = await earner(world)
    key = world.key()
    first = await request_payout(freelancer, 10_000, idempotencyKey=key)
    again = await request_payout(freelancer, 10_000, idempotencyKey=key)
    assert again["id"] == first["id"]
    refusal = await freelancer.refused("requestPayout", amount=euros(10_001), idempotencyKey=key)
    assert refusal["code"] == "IDEMPOTENCY_KEY_REUSED"
    assert await states_of_payouts(world) == ["PENDING"]


async def test_fifty_payouts_at_once_never_take_more_than_there_is(world: World) -> None:
    freelancer = await earner(world, 20_000)

    async def ask() -> dict[str, Any]:
        return await freelancer.attempt(
            "requestPayout", "payout { id }", amount=euros(1_500), idempotencyKey=world.key()
        )

    outcomes = await asyncio.gather(*(ask() for _ in range(50)))
    codes = [outcome["code"] for outcome in outcomes if "code" in outcome]
    assert (len(outcomes) - len(codes), set(codes)) == (13, {"INSUFFICIENT_FUNDS"})
    assert await figures(freelancer) == {"available": 500, "held": 19_500, "earned": 20_000}
    await world.settle()
    assert await states_of_payouts(world) == ["PAID"] * 13
    assert await figures(freelancer) == {"available": 500, "paidOut": 19_500, "earned": 20_000}
    assert await wrong_books(world) == []


async def test_what_was_not_sent_can_be_taken_back(world: World) -> None:
    freelancer = await earner(world, 50_000)
    payout = await request_payout(freelancer, 20_000)
    canceled = await freelancer.do(
        "cancelPayout", "payout { status }", payoutId=payout["id"], idempotencyKey=world.key()
    )
    assert canceled["payout"] == {"status": "CANCELED"}
    assert await figures(freelancer) == {"available": 50_000, "earned": 50_000}
    await world.settle()
    assert await states_of_payouts(world) == ["CANCELED"]
    sent = await request_payout(freelancer, 20_000)
    await world.settle()
    refusal = await freelancer.refused("cancelPayout", payoutId=sent["id"], idempotencyKey=world.key())
    assert (refusal["code"], refusal["from"]) == ("WRONG_STATE", "PAID")
    assert await wrong_books(world) == []


async def test_payouts_to_a_method_that_replaced_another_wait_for_staff(world: World) -> None:
    freelancer = await earner(world, 50_000)
    replacement = await make_payout_method(freelancer)
    held = await request_payout(freelancer, 20_000, methodId=replacement)
    assert (held["status"], held["holdReason"]) == ("HELD", "NEW_METHOD")
    assert (await request_payout(freelancer, 5_000))["status"] == "PENDING"
    await world.settle()
    assert await states_of_payouts(world) == ["HELD", "PAID"]
    refusal = await freelancer.refused("clearPayoutHold", payoutId=held["id"], idempotencyKey=world.key())
    assert refusal["code"] == "FORBIDDEN"
    staff = await world.staff(StaffRole.FINANCE)
    await staff.do("clearPayoutHold", "payout { status }", payoutId=held["id"], idempotencyKey=world.key())
    await world.settle()
    assert await states_of_payouts(world) == ["PAID", "PAID"]
    world.clock.advance(timedelta(hours=72))
    assert (await request_payout(freelancer, 5_000, methodId=replacement))["status"] == "PENDING"


async def test_staff_do_not_decide_about_payouts_of_an_organization_that_they_belong_to(world: World) -> None:
    freelancer, staff = await earner(world, 50_000), await world.staff(StaffRole.FINANCE)
    held = await request_payout(freelancer, 20_000, methodId=await make_payout_method(freelancer))
    await also_joins(world, staff, freelancer.organization_id)
    about = {"payoutId": held["id"], "idempotencyKey": world.key()}
    assert (await staff.refused("clearPayoutHold", **about))["code"] == "FORBIDDEN"
    assert (await staff.refused("rejectPayout", **about, reason="Not now."))["code"] == "FORBIDDEN"
    assert await states_of_payouts(world) == ["HELD"]


async def test_staff_can_refuse_a_held_payout_with_a_reason(world: World) -> None:
    freelancer = await earner(world, 50_000)
    held = await request_payout(freelancer, 20_000, methodId=await make_payout_method(freelancer))
    staff = await world.staff(StaffRole.FINANCE)
    key = world.key()
    refusal = await staff.refused("rejectPayout", payoutId=held["id"], reason=" ", idempotencyKey=key)
    assert (refusal["code"], refusal["path"]) == ("INVALID", ["reason"])
    await staff.do(
        "rejectPayout", "payout { status }", payoutId=held["id"], reason="Not the owner's", idempotencyKey=key
    )
    found = await payout_of(freelancer, held["id"])
    assert (found["status"], found["cancelReason"]) == ("CANCELED", "Not the owner's")
    assert await figures(freelancer) == {"available": 50_000, "earned": 50_000}


async def test_a_method_in_use_is_not_detached(world: World) -> None:
    freelancer = await earner(world, 50_000, token=None)
    method = await make_payout_method(freelancer)
    await request_payout(freelancer, 20_000)
    assert (await freelancer.refused("detachPayoutMethod", methodId=method))["code"] == "CONFLICT"
    await world.settle()
    detached = await freelancer.do("detachPayoutMethod", "method { status isDefault }", methodId=method)
    assert detached["method"] == {"status": "DETACHED", "isDefault": False}
    refusal = await freelancer.refused(
        "requestPayout", amount=euros(5_000), methodId=method, idempotencyKey=world.key()
    )
    assert (refusal["code"], refusal["from"]) == ("WRONG_STATE", "DETACHED")


async def test_payouts_are_listed_for_their_own_organization_and_staff(world: World) -> None:
    freelancer, other = await earner(world), await earner(world)
    await request_payout(freelancer, 20_000)
    await request_payout(freelancer, 30_000)
    query = (
        """query($filter: PayoutFilter) { payouts(filter: $filter) { totalCount nodes { amount { amountMinor } } } }"""
    )
    mine = (await freelancer.ask(query))["payouts"]
    assert [one["amount"]["amountMinor"] for one in mine["nodes"]] == ["30000", "20000"]
    assert (await other.ask(query))["payouts"]["totalCount"] == 0
    paid = {"status": ["PAID"]}
    assert (await freelancer.ask(query, filter=paid))["payouts"]["totalCount"] == 0
    staff = await world.staff(StaffRole.FINANCE)
    assert (await staff.ask(query))["payouts"]["totalCount"] == 2
