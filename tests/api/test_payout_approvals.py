"""Payouts that wait for a second person."""

from datetime import timedelta
from typing import Any

from domain.permissions import Role, StaffRole
from tests.makers.colleagues import colleague
from tests.makers.payouts import (
    earner,
    figures,
    make_payout_method,
    request_payout,
    states_of_payouts,
    wrong_books,
)
from tests.makers.traces import actors_of
from tests.world import Person, World


async def approve(person: Person, payout: dict[str, Any]) -> dict[str, Any]:
    key = person.world.key()
    return await person.attempt(
        "approve",
        "approval { status payout { id status } }",
        approvalId=payout["approval"]["id"],
        idempotencyKey=key,
    )


async def test_a_thousand_waits_for_another_member_and_less_does_not(world: World) -> None:
    owner = await earner(world, 300_000)
    finance = await colleague(world, owner, Role.FINANCE)
    assert (await request_payout(owner, 99_999))["approval"] is None
    payout = await request_payout(owner, 100_000)
    assert (payout["status"], payout["approval"]["status"]) == ("PENDING_APPROVAL", "PENDING")
    await world.settle()
    assert await states_of_payouts(world) == ["PAID", "PENDING_APPROVAL"]
    staff = await world.staff(StaffRole.FINANCE)
    assert (await approve(owner, payout))["code"] == "FORBIDDEN"
    assert (await approve(staff, payout))["code"] == "FORBIDDEN"
    agreed = await approve(finance, payout)
    assert agreed["approval"] == {"status": "APPROVED", "payout": {"id": payout["id"], "status": "PENDING"}}
    await world.settle()
    assert await states_of_payouts(world) == ["PAID", "PAID"]
    assert await figures(owner) == {"available": 100_001, "paidOut": 199_999, "earned": 300_000}
    assert await actors_of(world, "payout.approved") == [finance.user_id]
    assert await wrong_books(world) == []


async def test_where_nobody_else_can_staff_agree(world: World) -> None:
    solo = await earner(world, 150_000)
    payout = await request_payout(solo, 150_000)
    staff = await world.staff(StaffRole.FINANCE)
    assert (await approve(staff, payout))["approval"]["status"] == "APPROVED"
    await world.settle()
    assert await states_of_payouts(world) == ["PAID"]


async def test_a_payout_that_is_rejected_or_lapses_gives_its_money_back(world: World) -> None:
    owner = await earner(world, 300_000)
    finance = await colleague(world, owner, Role.FINANCE)
    rejected, lapsed = await request_payout(owner, 100_000), await request_payout(owner, 200_000)
    assert await figures(owner) == {"held": 300_000, "earned": 300_000}
    await finance.do("reject", "approval { status }", approvalId=rejected["approval"]["id"], reason="Too early")
    assert await figures(owner) == {"available": 100_000, "held": 200_000, "earned": 300_000}
    world.clock.advance(timedelta(hours=72))
    await world.settle()
    assert await states_of_payouts(world) == ["CANCELED", "CANCELED"]
    assert await figures(owner) == {"available": 300_000, "earned": 300_000}
    assert (await approve(finance, lapsed))["code"] == "WRONG_STATE"
    assert await wrong_books(world) == []


async def test_a_payout_that_is_taken_back_waits_for_nobody_any_more(world: World) -> None:
    owner = await earner(world, 100_000)
    finance = await colleague(world, owner, Role.FINANCE)
    payout = await request_payout(owner, 100_000)
    await owner.do("cancelPayout", "payout { status }", payoutId=payout["id"], idempotencyKey=world.key())
    assert (await approve(finance, payout))["code"] == "WRONG_STATE"
    assert await figures(owner) == {"available": 100_000, "earned": 100_000}
    assert await states_of_payouts(world) == ["CANCELED"]


async def test_a_large_payout_to_a_new_method_needs_both(world: World) -> None:
    owner = await earner(world, 200_000)
    replacement = await make_payout_method(owner)
    payout = await request_payout(owner, 150_000, methodId=replacement)
    assert (payout["status"], payout["holdReason"]) == ("PENDING_APPROVAL", "NEW_METHOD")
    staff = await world.staff(StaffRole.FINANCE)
    await approve(staff, payout)
    assert await states_of_payouts(world) == ["HELD"]
    await staff.do("clearPayoutHold", "payout { status }", payoutId=payout["id"], idempotencyKey=world.key())
    await world.settle()
    assert await states_of_payouts(world) == ["PAID"]
