"""Credit disputes through the API: opened, taken, decided and appealed; credits go back with the decision."""

from datetime import timedelta
from typing import Any

from domain.permissions import Role, StaffRole
from persistence.books import check_books
from tests.makers.colleagues import also_joins, colleague
from tests.makers.credit_control import (
    DISPUTE,
    available,
    dispute_input,
    dispute_of,
    give_credits,
    make_dispute,
    spend_some,
)
from tests.makers.identity import letters
from tests.makers.staff import another_of_the_staff
from tests.world import Person, World

GET = """query($id: ID!) { creditDispute(id: $id) { status level isOverdue outcome resolvedQuantity
 history { nodes { action } } } }"""


async def take(staff: Person, dispute: str) -> dict[str, Any]:
    return await staff.attempt("takeCreditDispute", DISPUTE, disputeId=dispute)


async def resolve(staff: Person, dispute: str, outcome: str, quantity: int | None = None) -> dict[str, Any]:
    said = {"outcome": outcome, "quantity": quantity, "notes": "We have looked into it."}
    key = staff.world.key()
    return await staff.attempt("resolveCreditDispute", DISPUTE, disputeId=dispute, idempotencyKey=key, **said)


async def shown(person: Person, dispute: str) -> dict[str, Any] | None:
    found: dict[str, Any] | None = (await person.ask(GET, id=dispute))["creditDispute"]
    return found


async def test_a_dispute_in_favour_gives_the_credits_back_to_their_lots(world: World) -> None:
    owner, staff = await world.client_side(), await world.staff(StaffRole.FINANCE)
    dispute = await make_dispute(owner, 30)
    assert await available(world, owner.organization_id) == 70
    taken = (await take(staff, dispute))["dispute"]
    assert (taken["status"], taken["assignee"]["id"]) == ("UNDER_REVIEW", f"usr_{staff.user_id.hex}")
    decided = (await resolve(staff, dispute, "FULL_REFUND"))["dispute"]
    assert (decided["status"], decided["outcome"], decided["resolvedQuantity"]) == ("RESOLVED", "FULL_REFUND", "30")
    assert await available(world, owner.organization_id) == 100
    assert await check_books(world.database, world.clock.now()) == []


async def test_a_second_undecided_dispute_of_a_spend_is_a_conflict(world: World) -> None:
    owner, staff = await world.client_side(), await world.staff(StaffRole.FINANCE)
    await give_credits(world, owner.organization_id, 50)
    spent = await spend_some(world, owner.organization_id, 20)
    dispute = await dispute_of(owner, spent, 5)
    assert (await owner.refused("openCreditDispute", **dispute_input(world, spent, 5)))["code"] == "CONFLICT"
    await take(staff, dispute)
    await resolve(staff, dispute, "PARTIAL_REFUND", 5)
    beyond = await owner.refused("openCreditDispute", **dispute_input(world, spent, 16))
    assert (beyond["code"], beyond["path"]) == ("INVALID", ["requested"])
    await dispute_of(owner, spent, 15)


async def test_credits_are_disputed_within_30_days_and_by_whoever_manages_them(world: World) -> None:
    owner = await world.client_side()
    member, stranger = await colleague(world, owner, Role.MEMBER), await world.client_side("Southwind")
    await give_credits(world, owner.organization_id, 50)
    spent = await spend_some(world, owner.organization_id, 20)
    assert (await member.refused("openCreditDispute", **dispute_input(world, spent, 5)))["code"] == "FORBIDDEN"
    assert (await stranger.refused("openCreditDispute", **dispute_input(world, spent, 5)))["code"] == "NOT_FOUND"
    world.clock.advance(timedelta(days=30, seconds=1))
    late = await owner.refused("openCreditDispute", **dispute_input(world, spent, 5))
    assert (late["code"], late["from"]) == ("WRONG_STATE", "POSTED")


async def test_an_appeal_is_decided_by_somebody_else(world: World) -> None:
    owner, first = await world.client_side(), await world.staff(StaffRole.FINANCE)
    second = await another_of_the_staff(world, StaffRole.ADMIN)
    dispute = await make_dispute(owner, 30)
    await take(first, dispute)
    await first.do("rejectCreditDispute", "dispute { id }", disputeId=dispute, reason="It was one job.")
    appealed = await owner.do("appealCreditDispute", DISPUTE, disputeId=dispute, reason="It was certainly two jobs.")
    assert (appealed["dispute"]["status"], appealed["dispute"]["level"]) == ("APPEALED", 2)
    assert (await take(first, dispute))["code"] == "FORBIDDEN"
    await take(second, dispute)
    assert (await resolve(first, dispute, "FULL_REFUND"))["code"] == "FORBIDDEN"
    assert (await resolve(second, dispute, "PARTIAL_REFUND", 12))["dispute"]["resolvedQuantity"] == "12"
    assert await available(world, owner.organization_id) == 82
    again = await owner.refused("appealCreditDispute", disputeId=dispute, reason="It was certainly two jobs.")
    assert again["code"] == "WRONG_STATE"


async def test_whoever_belongs_to_the_organization_does_not_take_its_dispute(world: World) -> None:
    owner, staff = await world.client_side(), await world.staff(StaffRole.ADMIN)
    dispute = await make_dispute(owner)
    await also_joins(world, staff, owner.organization_id)
    assert (await take(staff, dispute))["code"] == "FORBIDDEN"


async def test_a_dispute_nobody_decides_in_48_hours_is_told_to_the_lead_and_stays_undecided(world: World) -> None:
    owner, lead = await world.client_side(), await world.staff(StaffRole.ADMIN)
    dispute = await make_dispute(owner)
    world.clock.advance(timedelta(hours=47, minutes=59))
    await world.settle()
    assert (await shown(owner, dispute) or {})["isOverdue"] is False
    world.clock.advance(timedelta(minutes=1))
    await world.settle()
    found = await shown(owner, dispute) or {}
    assert (found["status"], found["isOverdue"]) == ("PENDING", True)
    assert [letter["Subject"] for letter in letters(world, lead.email)] == ["A credit dispute is overdue"]


async def test_disputes_are_seen_by_their_organization_and_by_staff_for_credits(world: World) -> None:
    owner, staff, stranger = await world.client_side(), await world.staff(StaffRole.FINANCE), await world.client_side()
    dispute = await make_dispute(owner)
    listed = "{ creditDisputes(filter: { status: [PENDING] }) { nodes { id } } }"
    for reader in (owner, staff):
        assert (await reader.ask(listed))["creditDisputes"]["nodes"] == [{"id": dispute}]
    assert (await stranger.ask(listed))["creditDisputes"]["nodes"] == []
    assert await shown(stranger, dispute) is None
