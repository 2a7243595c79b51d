"""Frozen holds and rulings through the API: what stops, who gets what, and what becomes of the milestone."""

import asyncio
from datetime import timedelta
from typing import Any

from domain.permissions import StaffRole
from tests.makers.approvals import another_of_staff, two_of_staff
from tests.makers.colleagues import also_joins
from tests.makers.escrow import (
    fund,
    hold_of,
    invoices_of,
    make_delivered_project,
    make_escrow_project,
    make_funded_project,
    release,
    rule,
    sound,
    sums_of,
    wallet_of,
)
from tests.makers.invoices import money
from tests.makers.payments import balances
from tests.makers.projects import Made, approve
from tests.world import Person, World

PROJECT = """query($id: ID!) { project(id: $id) { status reduction { decimal } milestones {
  workStatus approvedVia amount { decimal } } } }"""


async def frozen(staff: Person, hold: str) -> None:
    await staff.do("freezeEscrow", "hold { isFrozen }", holdId=hold)


async def project_of(made: Made) -> Any:
    return (await made.client.ask(PROJECT, id=made.id))["project"]


async def test_nothing_moves_a_frozen_hold_and_all_clocks_stop(world: World) -> None:
    made, hold = await make_delivered_project(world)
    staff = await world.staff(StaffRole.TRUST)
    await frozen(staff, hold)
    key = world.key()
    refusals = [
        await made.client.refused("releaseEscrow", holdId=hold, idempotencyKey=key),
        await made.freelancer.refused("refundEscrow", holdId=hold, reason="Too busy.", idempotencyKey=key),
        await made.client.refused("approveMilestone", milestoneId=made.milestone, idempotencyKey=key),
        await made.client.refused("approveTask", taskId=made.task, revision=1, idempotencyKey=key),
        await made.client.refused("fundMilestone", milestoneId=made.milestone, idempotencyKey=key),
    ]
    assert [one["code"] for one in refusals] == ["DISPUTED"] * 5
    world.clock.advance(timedelta(days=20))
    await world.settle()
    assert await sums_of(made.client, hold) == ["HELD", "0.00", "0.00", "1000.00"]

    await staff.do("unfreezeEscrow", "hold { isFrozen }", holdId=hold)
    world.clock.advance(timedelta(days=13))
    await world.settle()
    assert (await sums_of(made.client, hold))[0] == "HELD"
    world.clock.advance(timedelta(days=1))
    await world.settle()
    assert (await sums_of(made.client, hold))[0] == "RELEASED"


async def test_only_staff_for_disputes_freeze_and_rule(world: World) -> None:
    made, hold = await make_funded_project(world)
    finance = await world.staff(StaffRole.FINANCE)
    for person in (made.client, made.freelancer, finance):
        assert (await person.refused("freezeEscrow", holdId=hold))["code"] == "FORBIDDEN"
    assert (await made.client.refused("unfreezeEscrow", holdId=hold))["code"] == "FORBIDDEN"


async def test_staff_who_belong_to_a_side_neither_freeze_nor_thaw_nor_rule(world: World) -> None:
    made, hold = await make_funded_project(world, budget_minor=80_000)
    neutral, partisan = await two_of_staff(world, StaffRole.TRUST)
    await also_joins(world, partisan, made.freelancer.organization_id)
    ruling = {
        "freelancerAmount": money(80_000),
        "clientAmount": money(0),
        "rationale": "Mine.",
        "idempotencyKey": world.key(),
    }
    assert (await partisan.refused("freezeEscrow", holdId=hold))["code"] == "FORBIDDEN"
    await frozen(neutral, hold)
    assert (await partisan.refused("unfreezeEscrow", holdId=hold))["code"] == "FORBIDDEN"
    assert (await partisan.refused("ruleEscrow", holdId=hold, **ruling))["code"] == "FORBIDDEN"


async def test_a_ruling_over_the_threshold_waits_for_another_member_of_staff(world: World) -> None:
    made, hold = await make_funded_project(world)
    asker, approver = await two_of_staff(world, StaffRole.TRUST)
    await frozen(asker, hold)
    asked = await rule(asker, hold, 60_000, 40_000, "approval { id status kind } hold { isFrozen }")
    assert (asked["approval"]["status"], asked["approval"]["kind"], asked["hold"]["isFrozen"]) == (
        "PENDING",
        "RULING",
        True,
    )
    approval = {"approvalId": asked["approval"]["id"], "idempotencyKey": world.key()}
    assert (await asker.refused("approve", **approval))["code"] == "FORBIDDEN"
    assert (await made.client.refused("approve", **approval))["code"] == "NOT_FOUND"
    done = await approver.do("approve", "approval { status hold { status isFrozen } }", **approval)
    assert done["approval"] == {"status": "APPROVED", "hold": {"status": "REFUNDED", "isFrozen": False}}

    assert await invoices_of(made) == [("MILESTONE", "600.00", "0.00", "PAID")]
    assert await wallet_of(made.freelancer) == "570.00"
    assert await balances(world) == {
        "provider_cash": 100_000,
        "wallet_available": -57_000,
        "platform_fee": -3_000,
        "refund_payable": -40_000,
    }
    assert await project_of(made) == {
        "status": "COMPLETED",
        "reduction": {"decimal": "400.00"},
        "milestones": [{"workStatus": "APPROVED", "approvedVia": "RULING", "amount": {"decimal": "600.00"}}],
    }
    await world.settle()
    assert (await balances(world))["provider_cash"] == 60_000
    assert await sound(world)


async def test_a_split_takes_the_fee_once_at_the_rate_that_was_frozen(world: World) -> None:
    money_staff = await world.staff(StaffRole.FINANCE)
    start = (world.clock.now() + timedelta(hours=1)).isoformat()
    await money_staff.do("createFeePolicy", "feePolicy { id }", scope="PROJECT", bps=400, effectiveFrom=start)
    world.clock.advance(timedelta(hours=2))
    made, hold = await make_funded_project(world, budget_minor=80_000)
    staff = await another_of_staff(world, money_staff, StaffRole.TRUST)
    await frozen(staff, hold)
    done = await rule(staff, hold, 50_000, 30_000, "approval { id } hold { status remaining { decimal } }")
    assert done == {"approval": None, "hold": {"status": "REFUNDED", "remaining": {"decimal": "0.00"}}}
    assert await wallet_of(made.freelancer) == "480.00"
    assert (await balances(world))["platform_fee"] == -2_000
    assert await sound(world)


async def test_of_two_rulings_at_once_one_is_posted(world: World) -> None:
    made, hold = await make_funded_project(world, budget_minor=80_000)
    staff = await world.staff(StaffRole.TRUST)
    await frozen(staff, hold)
    parts = {"freelancerAmount": money(50_000), "clientAmount": money(30_000), "rationale": "Half of it is there."}
    answers = await asyncio.gather(
        *(
            staff.attempt("ruleEscrow", "hold { id }", holdId=hold, idempotencyKey=world.key(), **parts)
            for _ in range(5)
        )
    )
    assert sorted(answer.get("code", "DONE") for answer in answers) == ["DONE", *["WRONG_STATE"] * 4]
    assert await sums_of(made.client, hold) == ["REFUNDED", "500.00", "300.00", "0.00"]
    assert await sound(world)


async def test_what_the_client_gets_back_altogether_cancels_the_milestone_and_ends_the_project(world: World) -> None:
    made, hold = await make_delivered_project(world, budget_minor=80_000)
    staff = await world.staff(StaffRole.TRUST)
    await frozen(staff, hold)
    await rule(staff, hold, 0, 80_000)
    assert await project_of(made) == {
        "status": "COMPLETED",
        "reduction": {"decimal": "800.00"},
        "milestones": [{"workStatus": "CANCELLED", "approvedVia": None, "amount": {"decimal": "800.00"}}],
    }
    assert (await invoices_of(made), await wallet_of(made.freelancer)) == ([], None)
    await world.settle()
    assert (await balances(world), await sound(world)) == ({}, True)


async def test_what_remains_after_a_ruling_goes_its_normal_course(world: World) -> None:
    made, hold = await make_delivered_project(world)
    staff = await world.staff(StaffRole.TRUST)
    await frozen(staff, hold)
    await rule(staff, hold, 20_000, 10_000)
    assert await sums_of(made.client, hold) == ["PARTIALLY_RELEASED", "200.00", "100.00", "700.00"]
    assert (await project_of(made))["milestones"] == [
        {"workStatus": "SUBMITTED", "approvedVia": None, "amount": {"decimal": "900.00"}}
    ]
    await approve(made, made.task)
    assert await invoices_of(made) == [("ADVANCE", "200.00", "0.00", "PAID"), ("MILESTONE", "900.00", "0.00", "PAID")]
    assert await wallet_of(made.freelancer) == "855.00"
    assert await sound(world)


async def test_money_that_was_paid_in_advance_counts_when_the_rest_goes_back(world: World) -> None:
    made, hold = await make_funded_project(world, budget_minor=80_000)
    await release(made, hold, 20_000)
    staff = await world.staff(StaffRole.TRUST)
    await frozen(staff, hold)
    await rule(staff, hold, 0, 60_000)
    assert await invoices_of(made) == [("ADVANCE", "200.00", "0.00", "PAID"), ("MILESTONE", "200.00", "0.00", "PAID")]
    assert (await project_of(made))["milestones"] == [
        {"workStatus": "APPROVED", "approvedVia": "RULING", "amount": {"decimal": "200.00"}}
    ]
    assert await sound(world)


async def test_a_ruling_under_completion_leaves_the_rest_to_the_final_invoice(world: World) -> None:
    made = await make_escrow_project(world, "COMPLETION", (1, 1), budget_minor=100_000, upfront_bps=0)
    hold = (await fund(made))["hold"]["id"]
    await fund(made, 1)
    await world.settle()
    staff = await world.staff(StaffRole.TRUST)
    await frozen(staff, hold)
    await rule(staff, hold, 30_000, 20_000)
    await made.freelancer.do("submitTask", "task { id }", taskId=made.tasks[1][0], note="Here it is.")
    await approve(made, made.tasks[1][0])
    assert await invoices_of(made) == [("INTERIM", "300.00", "0.00", "PAID"), ("FINAL", "500.00", "0.00", "PAID")]
    assert (await project_of(made))["status"] == "COMPLETED"
    assert await sound(world)


async def test_a_ruling_divides_what_is_there_between_both_sides_and_nothing_else(world: World) -> None:
    _, hold = await make_funded_project(world, budget_minor=80_000)
    staff = await world.staff(StaffRole.TRUST)
    ruling = {"holdId": hold, "rationale": "Half of it is there.", "idempotencyKey": world.key()}
    halves = {"freelancerAmount": money(40_000), "clientAmount": money(40_000)}
    not_frozen = await staff.refused("ruleEscrow", **ruling, **halves)
    assert (not_frozen["code"], not_frozen["from"]) == ("WRONG_STATE", "HELD")
    await frozen(staff, hold)
    for freelancer, client in ((0, 0), (80_001, 0), (40_000, 40_001), (-1, 80_000)):
        parts = {"freelancerAmount": money(freelancer), "clientAmount": money(client)}
        assert (await staff.refused("ruleEscrow", **ruling, **parts))["code"] == "INVALID"
    dollars = {"freelancerAmount": money(40_000, "USD"), "clientAmount": money(40_000)}
    assert (await staff.refused("ruleEscrow", **ruling, **dollars))["code"] == "INVALID"
    assert (await hold_of(staff, hold, "isFrozen remaining { decimal }")) == {
        "isFrozen": True,
        "remaining": {"decimal": "800.00"},
    }
