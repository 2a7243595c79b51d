"""Release policies through the API: delays, second persons and checks between approval and payment."""

from datetime import datetime, timedelta
from typing import Any

from domain.permissions import Role, StaffRole
from tests.makers.approvals import another_of_staff
from tests.makers.colleagues import also_joins, colleague
from tests.makers.escrow import (
    hold_of,
    invoices_of,
    make_delivered_project,
    make_funded_project,
    release,
    rule,
    sound,
    sums_of,
    wallet_of,
)
from tests.makers.invoices import money
from tests.makers.projects import approve
from tests.makers.traces import actors_of
from tests.world import Person, World

WAITING = "scheduledReleaseAt releaseAmount { decimal } awaitsApproval awaitsClearance releaseInvoice { status }"


async def write(person: Person, **terms: Any) -> dict[str, Any]:
    """A policy of the person's organization or, for staff, of the platform."""
    own = terms.pop("own", True)
    organization = f"org_{person.organization_id.hex}" if own else None
    given = {"position": 1, "status": "ACTIVE", **terms}
    done = await person.do(
        "upsertReleasePolicy", "policy { id version status delayHours }", organizationId=organization, terms=given
    )
    made: dict[str, Any] = done["policy"]
    return made


async def test_a_delay_keeps_the_release_back_while_the_invoice_is_open(world: World) -> None:
    made, hold = await make_delivered_project(world)
    await write(made.client, delayHours=48)
    begun = world.clock.now()
    done = await approve(made, made.task, select="invoice { status awaitsRelease } project { status }")
    assert done == {"invoice": {"status": "OPEN", "awaitsRelease": True}, "project": {"status": "COMPLETED"}}
    shown = await hold_of(made.client, hold, f"status {WAITING}")
    due = datetime.fromisoformat(shown.pop("scheduledReleaseAt"))
    assert timedelta(hours=48) <= due - begun <= world.clock.now() - begun + timedelta(hours=48)
    assert shown == {
        "status": "HELD",
        "releaseAmount": {"decimal": "1000.00"},
        "awaitsApproval": False,
        "awaitsClearance": False,
        "releaseInvoice": {"status": "OPEN"},
    }
    assert await sound(world)
    world.clock.advance(timedelta(hours=47))
    await world.settle()
    assert await wallet_of(made.freelancer) is None
    world.clock.advance(timedelta(hours=1))
    await world.settle()
    assert (await sums_of(made.client, hold), await wallet_of(made.freelancer)) == (
        ["RELEASED", "1000.00", "0.00", "0.00"],
        "950.00",
    )
    assert (await invoices_of(made), await sound(world)) == ([("MILESTONE", "1000.00", "0.00", "PAID")], True)


async def test_an_invoice_that_held_money_pays_is_not_paid_twice(world: World) -> None:
    made, _ = await make_delivered_project(world)
    await write(made.client, delayHours=48)
    invoice = (await approve(made, made.task, select="invoice { id }"))["invoice"]["id"]
    refused = await made.client.refused("payInvoice", invoiceId=invoice, idempotencyKey=world.key())
    assert (refused["code"], refused["from"]) == ("WRONG_STATE", "AWAITS_RELEASE")


async def test_an_invoice_is_not_credited_while_held_money_waits_to_pay_it(world: World) -> None:
    made, hold = await make_delivered_project(world)
    await write(made.client, delayHours=48)
    invoice = (await approve(made, made.task, select="invoice { id }"))["invoice"]["id"]
    refused = await made.freelancer.refused("createCreditNote", invoiceId=invoice, reason="Less was done.")
    assert (refused["code"], refused["from"]) == ("WRONG_STATE", "AWAITS_RELEASE")
    world.clock.advance(timedelta(hours=48))
    await world.settle()
    assert await sums_of(made.client, hold) == ["RELEASED", "1000.00", "0.00", "0.00"]
    await made.freelancer.do("createCreditNote", "creditNote { status }", invoiceId=invoice, reason="Less was done.")
    assert await sound(world)


async def test_a_second_person_of_the_client_lets_the_release_go(world: World) -> None:
    made, hold = await make_delivered_project(world)
    second = await colleague(world, made.client, Role.ADMIN)
    await write(made.client, needsApproval=True)
    await approve(made, made.task)
    query = "{ approvals { nodes { id kind status hold { id } amount { decimal } } } }"
    (waiting,) = (await second.ask(query))["approvals"]["nodes"]
    assert (waiting["kind"], waiting["hold"], waiting["amount"]) == ("RELEASE", {"id": hold}, {"decimal": "1000.00"})
    approval = {"approvalId": waiting["id"], "idempotencyKey": world.key()}
    assert (await made.client.refused("approve", **approval))["code"] == "FORBIDDEN"
    assert (await made.freelancer.refused("approve", **approval))["code"] == "NOT_FOUND"
    assert await wallet_of(made.freelancer) is None
    await second.do("approve", "approval { status }", **approval)
    assert await wallet_of(made.freelancer) == "950.00"
    assert await actors_of(world, "escrow.approved") == [second.user_id]
    assert await sound(world)


async def test_a_lapsed_request_is_made_anew_by_the_client(world: World) -> None:
    made, hold = await make_delivered_project(world)
    second = await colleague(world, made.client, Role.ADMIN)
    await write(made.client, needsApproval=True)
    await approve(made, made.task)
    again = {"holdId": hold, "idempotencyKey": world.key()}
    assert (await made.client.refused("releaseEscrow", **again))["code"] == "CONFLICT"
    world.clock.advance(timedelta(hours=73))
    await world.settle()
    asked = await made.client.do("releaseEscrow", "approval { id status } invoice { id }", **again)
    assert (asked["approval"]["status"], asked["invoice"]) == ("PENDING", None)
    await second.do("approve", "approval { status }", approvalId=asked["approval"]["id"], idempotencyKey=world.key())
    assert await wallet_of(made.freelancer) == "950.00"


async def test_a_freeze_takes_the_request_back_and_its_end_asks_anew(world: World) -> None:
    made, hold = await make_delivered_project(world)
    second = await colleague(world, made.client, Role.ADMIN)
    await write(made.client, needsApproval=True)
    await approve(made, made.task)
    staff = await world.staff(StaffRole.TRUST)
    await staff.do("freezeEscrow", "hold { id }", holdId=hold)
    query = "{ approvals { nodes { id status } } }"
    assert [one["status"] for one in (await second.ask(query))["approvals"]["nodes"]] == ["CANCELLED"]
    await staff.do("unfreezeEscrow", "hold { id }", holdId=hold)
    waiting, _ = (await second.ask(query))["approvals"]["nodes"]
    await second.do("approve", "approval { status }", approvalId=waiting["id"], idempotencyKey=world.key())
    assert (await wallet_of(made.freelancer), await sound(world)) == ("950.00", True)


async def test_staff_check_large_releases_after_the_delay_or_before(world: World) -> None:
    staff = await world.staff(StaffRole.FINANCE)
    await write(staff, own=False, needsCompliance=True, delayHours=1, currency="EUR", minAmount=money(50_000))
    made, hold = await make_delivered_project(world)
    await approve(made, made.task)
    world.clock.advance(timedelta(hours=2))
    await world.settle()
    assert (await sums_of(made.client, hold))[0] == "HELD"
    assert (await made.client.refused("clearEscrowRelease", holdId=hold))["code"] == "FORBIDDEN"
    done = await staff.do("clearEscrowRelease", "hold { status } invoice { status }", holdId=hold)
    assert done == {"hold": {"status": "RELEASED"}, "invoice": {"status": "PAID"}}
    refused = await staff.refused("clearEscrowRelease", holdId=hold)
    assert (refused["code"], refused["from"]) == ("WRONG_STATE", "RELEASED")

    small, other = await make_delivered_project(world, budget_minor=49_999)
    await approve(small, small.task)
    assert (await sums_of(small.client, other))[0] == "RELEASED"
    assert await sound(world)


async def test_what_a_second_person_and_staff_agree_to_waits_while_a_side_is_parked(world: World) -> None:
    staff = await world.staff(StaffRole.FINANCE)
    partisan = await another_of_staff(world, staff, StaffRole.FINANCE)
    made, hold = await make_delivered_project(world)
    second = await colleague(world, made.client, Role.ADMIN)
    await also_joins(world, partisan, made.freelancer.organization_id)
    await write(made.client, needsApproval=True, needsCompliance=True)
    await approve(made, made.task)
    payee = {"organizationId": f"org_{made.freelancer.organization_id.hex}", "reason": "Something is odd."}
    await staff.do("parkOrganization", "organization { id }", **payee)
    (waiting,) = (await second.ask("{ approvals { nodes { id } } }"))["approvals"]["nodes"]
    assert (await partisan.refused("clearEscrowRelease", holdId=hold))["code"] == "FORBIDDEN"
    await staff.do("clearEscrowRelease", "hold { status }", holdId=hold)
    await second.do("approve", "approval { status }", approvalId=waiting["id"], idempotencyKey=world.key())
    await world.settle()
    assert await wallet_of(made.freelancer) is None
    await staff.do("unparkOrganization", "organization { id }", **payee)
    await world.settle()
    assert await wallet_of(made.freelancer) == "950.00"
    assert await sound(world)


async def test_the_clients_own_policies_come_before_the_platforms(world: World) -> None:
    staff = await world.staff(StaffRole.FINANCE)
    await write(staff, own=False, needsCompliance=True)
    made, hold = await make_delivered_project(world)
    await write(made.client, position=9)
    await approve(made, made.task)
    assert (await sums_of(made.client, hold))[0] == "RELEASED"


async def test_a_part_that_is_kept_back_leaves_the_rest_until_it_has_gone(world: World) -> None:
    made, hold = await make_delivered_project(world)
    await write(made.client, delayHours=24)
    paid = await release(made, hold, 30_000, "invoice { kind status } approval { id }")
    assert paid == {"invoice": {"kind": "ADVANCE", "status": "OPEN"}, "approval": None}
    refused = await made.client.refused("approveMilestone", milestoneId=made.milestone, idempotencyKey=world.key())
    assert (refused["code"], refused["from"]) == ("WRONG_STATE", "RELEASE_WAITING")
    world.clock.advance(timedelta(hours=24))
    await world.settle()
    assert await sums_of(made.client, hold) == ["PARTIALLY_RELEASED", "300.00", "0.00", "700.00"]
    await approve(made, made.task)
    world.clock.advance(timedelta(hours=24))
    await world.settle()
    assert (await wallet_of(made.freelancer), await sound(world)) == ("950.00", True)


async def test_a_ruling_on_approved_work_credits_its_invoice_and_pays_the_rest(world: World) -> None:
    made, hold = await make_delivered_project(world, budget_minor=80_000)
    await write(made.client, delayHours=24)
    await approve(made, made.task)
    staff = await world.staff(StaffRole.TRUST)
    await staff.do("freezeEscrow", "hold { id }", holdId=hold)
    world.clock.advance(timedelta(hours=48))
    await world.settle()
    assert (await sums_of(made.client, hold))[0] == "HELD"
    await rule(staff, hold, 50_000, 30_000)
    assert await sums_of(made.client, hold) == ["REFUNDED", "500.00", "300.00", "0.00"]
    assert await invoices_of(made) == [("MILESTONE", "800.00", "0.00", "PAID")]
    assert await wallet_of(made.freelancer) == "475.00"
    await world.settle()
    assert await sound(world)


async def test_policies_are_written_by_those_who_may_and_within_limits(world: World) -> None:
    client = await world.client_side()
    policy = await write(client, delayHours=24, status="DRAFT")
    member = await colleague(world, client, Role.MEMBER)
    terms = {"position": 1, "status": "ACTIVE"}
    assert (await member.refused("upsertReleasePolicy", policyId=policy["id"], terms=terms))["code"] == "NOT_FOUND"
    assert (await client.refused("upsertReleasePolicy", terms=terms))["code"] == "FORBIDDEN"
    stranger = await world.client_side()
    assert (await stranger.refused("upsertReleasePolicy", policyId=policy["id"], terms=terms))["code"] == "NOT_FOUND"
    outdated = {"policyId": policy["id"], "terms": terms, "expectedVersion": 2}
    assert (await client.refused("upsertReleasePolicy", **outdated))["code"] == "CONFLICT"
    bad = {"position": 0, "delayHours": -1, "minAmount": money(0), "status": "ACTIVE"}
    refused = await client.refused("upsertReleasePolicy", organizationId=f"org_{client.organization_id.hex}", terms=bad)
    assert [problem["path"] for problem in refused["problems"]] == [
        ["terms", "position"],
        ["terms", "delayHours"],
        ["terms", "currency"],
        ["terms", "minAmount", "amountMinor"],
    ]
    changed = await client.do(
        "upsertReleasePolicy", "policy { version status }", policyId=policy["id"], terms=terms, expectedVersion=1
    )
    assert changed["policy"] == {"version": 2, "status": "ACTIVE"}
    query = "{ releasePolicies { nodes { id status } } }"
    assert (await client.ask(query))["releasePolicies"]["nodes"] == [{"id": policy["id"], "status": "ACTIVE"}]
    assert (await stranger.ask(query))["releasePolicies"]["nodes"] == []


async def test_a_policy_that_asks_for_nothing_yet_keeps_nothing_back(world: World) -> None:
    made, hold = await make_funded_project(world)
    await write(made.client, delayHours=24, status="DRAFT")
    await release(made, hold, 10_000)
    assert (await sums_of(made.client, hold))[1] == "100.00"
