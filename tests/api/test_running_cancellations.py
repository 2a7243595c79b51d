"""Staff end a project that has begun: what is open is over, what is approved is billed, what is held goes back."""

from domain.permissions import StaffRole
from tests.makers.approvals import another_of_staff
from tests.makers.colleagues import also_joins
from tests.makers.credits import given_back
from tests.makers.escrow import fund, invoices_of, make_delivered_project, release, sums_of
from tests.makers.invariants import broken
from tests.makers.payments import balances
from tests.makers.projects import Made, approve, make_submitted_project, submit
from tests.makers.traces import nothing_changes
from tests.world import Person, World

PARTS = """query($id: ID!) { project(id: $id) { status cancelReason milestones { workStatus tasks { status } } } }"""


async def cancel(staff: Person, made: Made) -> None:
    key = staff.world.key()
    await staff.do("cancelProject", "project { id }", projectId=made.id, reason="They parted.", idempotencyKey=key)


async def test_what_was_approved_stays_and_what_is_held_for_the_rest_goes_back(world: World) -> None:
    made, first = await make_delivered_project(world, tasks=(1, 1), budget_minor=200_000)
    second = (await fund(made, 1))["hold"]["id"]
    await world.settle()
    await approve(made, made.task)
    await submit(made, made.tasks[1][0])
    await release(made, second, 30_000)
    await cancel(await world.staff(StaffRole.TRUST), made)
    await world.settle()
    project = (await made.freelancer.ask(PARTS, id=made.id))["project"]
    assert project == {
        "status": "CANCELLED",
        "cancelReason": "They parted.",
        "milestones": [
            {"workStatus": "APPROVED", "tasks": [{"status": "APPROVED"}]},
            {"workStatus": "CANCELLED", "tasks": [{"status": "CANCELLED"}]},
        ],
    }
    assert await sums_of(made.client, first) == ["RELEASED", "1000.00", "0.00", "0.00"]
    assert await sums_of(made.client, second) == ["REFUNDED", "300.00", "700.00", "0.00"]
    assert await invoices_of(made) == [("MILESTONE", "1000.00", "0.00", "PAID"), ("ADVANCE", "300.00", "0.00", "PAID")]
    assert await given_back(world) == 70_000
    assert await balances(world) == {"provider_cash": 130_000, "wallet_available": -123_500, "platform_fee": -6_500}
    assert await broken(world) == []


async def test_approved_work_without_an_invoice_is_billed_by_itself(world: World) -> None:
    made, _ = await make_delivered_project(world, "COMPLETION", (1, 1), upfront_bps=0)
    await approve(made, made.task)
    await cancel(await world.staff(StaffRole.TRUST), made)
    assert await invoices_of(made) == [("INTERIM", "500.00", "0.00", "PAID")]
    assert await broken(world) == []


async def test_approved_work_that_is_paid_directly_is_collected_all_the_same(world: World) -> None:
    made = await make_submitted_project(world, "COMPLETION", (1, 1), budget_minor=200_000, upfront_bps=1_000)
    await approve(made, made.task)
    await cancel(await world.staff(StaffRole.TRUST), made)
    await world.settle()
    assert await invoices_of(made) == [("UPFRONT", "200.00", "0.00", "PAID"), ("INTERIM", "900.00", "0.00", "PAID")]
    assert await broken(world) == []


async def test_neither_side_ends_it_nor_staff_of_a_side_nor_anybody_while_it_is_disputed(world: World) -> None:
    made, hold = await make_delivered_project(world)
    staff = await world.staff(StaffRole.TRUST)
    input = {"projectId": made.id, "reason": "They parted.", "idempotencyKey": world.key()}
    for person in (made.client, made.freelancer):
        refusal = await person.refused("cancelProject", **input)
        assert (refusal["code"], refusal["from"]) == ("WRONG_STATE", "ACTIVE")
    finance, partisan = [await another_of_staff(world, staff, role) for role in (StaffRole.FINANCE, StaffRole.TRUST)]
    await also_joins(world, partisan, made.client.organization_id)
    for person in (finance, partisan):
        assert (await person.refused("cancelProject", **input))["code"] == "FORBIDDEN"
    await staff.do("freezeEscrow", "hold { isFrozen }", holdId=hold)
    async with nothing_changes(world):
        assert (await staff.refused("cancelProject", **input))["code"] == "DISPUTED"
