"""Parked organizations and the hourly look at the books, through the API."""

from datetime import timedelta
from typing import Any

import asyncpg

from domain.invoices import CollectionMode
from domain.parking import GOES_ON, PAYS_OWED, STANDS_STILL
from domain.permissions import Permission, StaffRole
from resolvers.guards import Needs, permissions_of
from tests.contract.inputs import mutations
from tests.makers.approvals import another_of_staff
from tests.makers.colleagues import also_joins
from tests.makers.escrow import make_delivered_project, sums_of
from tests.makers.keys import make_key
from tests.makers.payments import Claim, make_claim, unsound
from tests.makers.payouts import earner, figures, request_payout, states_of_payouts
from tests.world import Person, World

_MONEY = frozenset(
    {
        Permission.MONEY_MOVE,
        Permission.MONEY_APPROVE,
        Permission.INVOICES_WRITE,
        Permission.BILLING_MANAGE,
        Permission.CREDITS_SPEND,
        Permission.CREDITS_PURCHASE,
        Permission.CREDITS_MANAGE,
    }
)
EXCEPTIONS = "{ moneyExceptions { nodes { kind subjectId expected actual organization { name } } } }"


def test_every_mutation_about_money_either_stands_still_or_goes_on() -> None:
    rules = {one.name: one.needs for one in mutations() if not isinstance(one.needs, Needs)}
    of_money = {name for name, rule in rules.items() if not _MONEY.isdisjoint(permissions_of(rule))}
    verified = {one.name for one in mutations() if one.needs in (Needs.VERIFIED, Needs.PERSON)}
    assert set() == STANDS_STILL & GOES_ON
    assert PAYS_OWED < STANDS_STILL
    assert of_money <= STANDS_STILL | GOES_ON
    assert of_money | verified >= STANDS_STILL | GOES_ON


async def park(world: World, person: Person, staff: Person) -> dict[str, Any]:
    input = {"organizationId": f"org_{person.organization_id.hex}", "reason": "Something is odd."}
    return await staff.do("parkOrganization", "organization { parkedAt parkReason }", **input)


async def test_a_parked_organization_moves_no_money_but_pays_what_it_owes(world: World) -> None:
    claim, staff = await make_claim(world, token="sim_ok"), await world.staff(StaffRole.FINANCE)
    for person in (claim.issuer, claim.payer):
        await park(world, person, staff)
    recording = {
        "invoiceId": claim.id,
        "amount": {"amountMinor": "5", "currency": "EUR"},
        "receivedOn": world.clock.now().date().isoformat(),
        "method": "CASH",
        "idempotencyKey": world.key(),
    }
    refusal = await claim.issuer.refused("recordPayment", **recording)
    assert (refusal["code"], refusal["from"], refusal["allowed"]) == ("WRONG_STATE", "PARKED", ["ACTIVE"])
    assert refusal["message"] == (
        "Your organization is parked while its books are looked into: money does not move, but for paying what is owed."
    )
    await claim.pay()
    await world.settle()
    assert await claim.payments() == ["SUCCEEDED"]
    unparked = await staff.do(
        "unparkOrganization",
        "organization { parkedAt parkReason }",
        organizationId=f"org_{claim.issuer.organization_id.hex}",
        reason="All is well.",
    )
    assert unparked["organization"] == {"parkedAt": None, "parkReason": None}
    other = await make_claim(world, sides=claim)
    await claim.issuer.do("recordPayment", "invoice { id }", **recording | {"invoiceId": other.id})
    assert await unsound(world) == []


async def test_nothing_is_charged_by_itself_while_the_payer_is_parked(world: World) -> None:
    sides, staff = await make_claim(world, token="sim_ok"), await world.staff()
    await park(world, sides.payer, staff)
    claim = await make_claim(world, mode=CollectionMode.AUTO, sides=sides)
    world.clock.advance(timedelta(hours=5))
    await world.settle()
    assert await claim.payments() == []
    await _unpark(sides.payer, staff)
    await world.settle()
    assert await claim.payments() == ["SUCCEEDED"]


async def test_only_staff_for_money_park_and_unpark_and_never_the_platform(world: World) -> None:
    person, staff = await world.freelancer_side(), await world.staff()
    input = {"organizationId": f"org_{person.organization_id.hex}", "reason": "Odd."}
    assert (await person.refused("parkOrganization", **input))["code"] == "FORBIDDEN"
    assert (await staff.refused("unparkOrganization", **input))["allowed"] == ["PARKED"]
    empty = await staff.refused("parkOrganization", **input | {"reason": " "})
    assert (empty["code"], empty["path"]) == ("INVALID", ["reason"])
    parked = await park(world, person, staff)
    assert parked["organization"]["parkReason"] == "Something is odd."
    twice = await staff.refused("parkOrganization", **input)
    assert (twice["code"], twice["from"]) == ("WRONG_STATE", "PARKED")
    own = await another_of_staff(world, staff, StaffRole.FINANCE)
    await also_joins(world, own, person.organization_id)
    assert (await own.refused("unparkOrganization", **input))["code"] == "FORBIDDEN"
    platform = f"org_{staff.organization_id.hex}"
    assert (await staff.refused("parkOrganization", **input | {"organizationId": platform}))["code"] == "NOT_FOUND"


async def test_a_broken_rule_is_found_within_the_hour_and_parks_whom_it_concerns(world: World) -> None:
    claim, staff = await make_claim(world, token="sim_ok"), await world.staff()
    bystander = await make_claim(world, token="sim_ok")
    await claim.pay()
    await world.settle()
    await _corrupt(claim)
    world.clock.advance(timedelta(hours=1))
    await world.settle()
    found = (await staff.ask(EXCEPTIONS))["moneyExceptions"]["nodes"]
    assert found == [
        {
            "kind": "INVARIANT",
            "subjectId": claim.id,
            "expected": "INVOICE_PAID: 99999",
            "actual": "100000",
            "organization": {"name": "Ada Lovelace"},
        }
    ]
    assert [await _is_parked(one) for one in (claim.issuer, claim.payer, bystander.issuer)] == [True, False, False]
    world.clock.advance(timedelta(hours=1))
    await world.settle()
    assert len((await staff.ask(EXCEPTIONS))["moneyExceptions"]["nodes"]) == 1


async def test_while_a_side_is_parked_held_money_is_not_released_and_nothing_that_would_is_approved(
    world: World,
) -> None:
    made, hold = await make_delivered_project(world)
    staff = await world.staff()
    await park(world, made.freelancer, staff)
    approval = {"taskId": made.task, "revision": 1, "idempotencyKey": world.key()}
    refusals = [
        await made.client.refused("releaseEscrow", holdId=hold, idempotencyKey=world.key()),
        await made.client.refused("approveTask", **approval),
    ]
    assert [(one["code"], one["from"]) for one in refusals] == [("WRONG_STATE", "PARKED")] * 2
    assert await sums_of(made.client, hold) == ["HELD", "0.00", "0.00", "1000.00"]
    await _unpark(made.freelancer, staff)
    await made.client.do("approveTask", "task { status }", **approval)
    assert await sums_of(made.client, hold) == ["RELEASED", "1000.00", "0.00", "0.00"]


async def test_what_a_parked_organization_has_scheduled_or_asked_for_is_paid_out_afterwards(world: World) -> None:
    freelancer, staff = await earner(world, 50_000), await world.staff()
    await request_payout(freelancer, 20_000)
    weekly = {"currency": "EUR", "frequency": "WEEKLY", "weekday": "MONDAY"}
    await freelancer.do("setPayoutSchedule", "schedule { id }", **weekly)
    await park(world, freelancer, staff)
    world.clock.advance(timedelta(days=8))
    await world.settle()
    assert await states_of_payouts(world) == ["PENDING"]
    assert await figures(freelancer) == {"available": 30_000, "held": 20_000, "earned": 50_000}
    await _unpark(freelancer, staff)
    await world.settle()
    assert await states_of_payouts(world) == ["PAID", "PAID"]
    assert await figures(freelancer) == {"paidOut": 50_000, "earned": 50_000}


async def test_a_suspended_organization_takes_no_money_out_until_it_may_act_again(world: World) -> None:
    freelancer, staff = await earner(world, 50_000), await world.staff(StaffRole.ADMIN)
    await request_payout(freelancer, 20_000)
    weekly = {"currency": "EUR", "frequency": "WEEKLY", "weekday": "MONDAY"}
    await freelancer.do("setPayoutSchedule", "schedule { id }", **weekly)
    mine = {"organizationId": f"org_{freelancer.organization_id.hex}", "reason": "Fake documents."}
    key = await make_key(freelancer)
    await staff.do("suspendOrganization", "organization { id }", **mine)
    amount = {"amountMinor": "1000", "currency": "EUR"}
    refusals = [
        await freelancer.refused("requestPayout", amount=amount, idempotencyKey=world.key()),
        await key.refused("requestPayout", amount=amount, idempotencyKey=world.key()),
        await freelancer.refused("setPayoutSchedule", **weekly),
        await freelancer.refused("convertWallet", quoteId=f"wcv_{'0' * 32}", idempotencyKey=world.key()),
    ]
    assert {(one["code"], one["message"]) for one in refusals} == {
        ("FORBIDDEN", "Your organization is suspended: of its money it can only pay what it owes.")
    }
    world.clock.advance(timedelta(days=8))
    await world.settle()
    assert await states_of_payouts(world) == ["PENDING"]
    assert await figures(freelancer) == {"available": 30_000, "held": 20_000, "earned": 50_000}
    await staff.do("reactivateOrganization", "organization { id }", **mine)
    await world.settle()
    assert await states_of_payouts(world) == ["PAID", "PAID"]


async def test_a_suspended_client_neither_funds_nor_releases_nor_returns_what_is_held(world: World) -> None:
    made, hold = await make_delivered_project(world)
    staff = await world.staff(StaffRole.ADMIN)
    suspended = {"organizationId": f"org_{made.client.organization_id.hex}", "reason": "Fake documents."}
    await staff.do("suspendOrganization", "organization { id }", **suspended)
    for mutation, input in (
        ("releaseEscrow", {"holdId": hold}),
        ("refundEscrow", {"holdId": hold, "reason": "No more."}),
        ("fundMilestone", {"milestoneId": made.milestone}),
    ):
        refusal = await made.client.refused(mutation, **input, idempotencyKey=world.key())
        assert refusal["code"] == "FORBIDDEN", mutation
    assert await sums_of(made.client, hold) == ["HELD", "0.00", "0.00", "1000.00"]


async def test_a_parked_freelancer_takes_no_money_out(world: World) -> None:
    freelancer = await world.freelancer_side()
    await park(world, freelancer, await world.staff())
    refusal = await freelancer.refused(
        "requestPayout",
        amount={"amountMinor": "1000", "currency": "EUR"},
        idempotencyKey=world.key(),
    )
    assert (refusal["code"], refusal["from"]) == ("WRONG_STATE", "PARKED")


async def _unpark(person: Person, staff: Person) -> None:
    input = {"organizationId": f"org_{person.organization_id.hex}", "reason": "All is well."}
    await staff.do("unparkOrganization", "organization { id }", **input)


async def _is_parked(person: Person) -> bool:
    id_ = f"org_{person.organization_id.hex}"
    seen = await person.ask("query($id: ID!) { organization(id: $id) { parkedAt } }", id=id_)
    return seen["organization"]["parkedAt"] is not None


async def _corrupt(claim: Claim) -> None:
    """Changes an invoice behind the back of everything that guards it."""
    connection = await asyncpg.connect(claim.world.database.url)
    try:
        await connection.execute("SET session_replication_role = replica")
        await connection.execute(
            "UPDATE invoices SET written_off_minor = 1, paid_minor = paid_minor - 1 WHERE id = $1", claim.invoice_id
        )
    finally:
        await connection.close()
