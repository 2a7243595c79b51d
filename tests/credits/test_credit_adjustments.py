"""Adjustments of credits: one person alone up to a thousand a day, above that a second one."""

from datetime import timedelta
from typing import Any

from domain.permissions import StaffRole
from persistence.books import check_books
from tests.makers.credit_control import adjust, available, give_credits
from tests.makers.staff import another_of_the_staff
from tests.world import Person, World

LIST = "{ creditAdjustments { nodes { status delta requestedBy { id } approval { decidedBy { id } } } } }"


async def decide(person: Person, mutation: str, approval: str, **more: Any) -> dict[str, Any]:
    if mutation == "approve":
        more["idempotencyKey"] = person.world.key()
    return await person.attempt(mutation, "approval { status }", approvalId=approval, **more)


async def test_credits_example_9_adding_900_posts_at_once_and_200_more_wait_for_a_second_person(world: World) -> None:
    owner, staff = await world.client_side(), await world.staff(StaffRole.FINANCE)
    second = await another_of_the_staff(world, StaffRole.ADMIN)
    await give_credits(world, owner.organization_id, 1)
    assert (await adjust(staff, owner.organization_id, 900))["status"] == "POSTED"
    world.clock.advance(timedelta(hours=2))
    waiting = await adjust(staff, owner.organization_id, 200)
    assert (waiting["status"], waiting["approval"]["status"]) == ("PENDING_APPROVAL", "PENDING")
    assert await available(world, owner.organization_id) == 901
    approval = waiting["approval"]["id"]
    assert (await decide(second, "approve", approval))["approval"]["status"] == "APPROVED"
    assert await available(world, owner.organization_id) == 1_101
    assert await check_books(world.database, world.clock.now()) == []
    nodes = (await staff.ask(LIST))["creditAdjustments"]["nodes"]
    people = [(one["requestedBy"]["id"], (one["approval"] or {}).get("decidedBy")) for one in nodes]
    assert people == [
        (f"usr_{staff.user_id.hex}", {"id": f"usr_{second.user_id.hex}"}),
        (f"usr_{staff.user_id.hex}", None),
    ]


async def test_credits_invariant_10_nobody_approves_what_they_have_asked_for(world: World) -> None:
    owner, staff = await world.client_side(), await world.staff(StaffRole.FINANCE)
    await another_of_the_staff(world, StaffRole.ADMIN)
    approval = (await adjust(staff, owner.organization_id, 1_001))["approval"]["id"]
    assert (await decide(staff, "approve", approval))["code"] == "FORBIDDEN"
    assert await available(world, owner.organization_id) == 0


async def test_a_day_later_one_person_may_adjust_alone_again(world: World) -> None:
    owner, staff = await world.client_side(), await world.staff(StaffRole.FINANCE)
    await give_credits(world, owner.organization_id, 1)
    await adjust(staff, owner.organization_id, 1_000)
    world.clock.advance(timedelta(hours=24))
    assert (await adjust(staff, owner.organization_id, -1_000))["status"] == "POSTED"
    assert await available(world, owner.organization_id) == 1


async def test_an_adjustment_that_is_rejected_or_lapses_posts_nothing(world: World) -> None:
    owner, staff = await world.client_side(), await world.staff(StaffRole.FINANCE)
    second = await another_of_the_staff(world, StaffRole.FINANCE)
    await give_credits(world, owner.organization_id, 1)
    rejected = (await adjust(staff, owner.organization_id, 1_001))["approval"]["id"]
    await decide(second, "reject", rejected, reason="Not agreed.")
    await adjust(staff, owner.organization_id, 1_002)
    world.clock.advance(timedelta(hours=72))
    await world.settle()
    statuses = [one["status"] for one in (await staff.ask(LIST))["creditAdjustments"]["nodes"]]
    assert statuses == ["EXPIRED", "REJECTED"]
    assert await available(world, owner.organization_id) == 1


async def test_no_more_is_taken_than_there_is(world: World) -> None:
    owner, staff = await world.client_side(), await world.staff(StaffRole.FINANCE)
    second = await another_of_the_staff(world, StaffRole.FINANCE)
    await give_credits(world, owner.organization_id, 1_500)
    assert (await adjust(staff, owner.organization_id, -1_501))["code"] == "INSUFFICIENT_CREDITS"
    waiting = await adjust(staff, owner.organization_id, -1_500)
    await adjust(second, owner.organization_id, -1)
    assert await available(world, owner.organization_id) == 1_500
    spare = await decide(second, "approve", waiting["approval"]["id"])
    assert spare["approval"]["status"] == "APPROVED"
    assert await available(world, owner.organization_id) == 0


async def test_only_staff_for_credits_who_do_not_belong_to_the_organization_adjust(world: World) -> None:
    owner, support = await world.client_side(), await world.staff(StaffRole.SUPPORT)
    await give_credits(world, owner.organization_id, 1)
    for other in (owner, support):
        assert (await adjust(other, owner.organization_id, 5))["code"] == "FORBIDDEN"
        assert other is owner or (await other.world.client.post(LIST, {}, other.token))["errors"]
