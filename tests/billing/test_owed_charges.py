"""What is owed apart from periods, like the fee of a contract: tried again, told of, and paid on a page or at once."""

from datetime import timedelta
from typing import Any

from domain.permissions import Role
from schema.ids import global_id
from tests.billing.test_contracts import from_january, signed
from tests.makers.colleagues import colleague
from tests.makers.identity import letters
from tests.makers.invariants import broken
from tests.makers.subscriptions import Subscribed, move_to, pay_with
from tests.world import Person, World

OWED = "id status title total { amountMinor currency } nextAttemptAt failureCode url subscription { id }"
DAY = timedelta(days=1)
MOMENT = timedelta(minutes=5)


async def ended_early(world: World, token: str = "sim_decline") -> tuple[Subscribed, Person]:
    """A contract of 20.00 a year for two years that staff have ended: half of the second year is owed."""
    subscribed = await from_january(world)
    staff, contract = await signed(subscribed, termMonths=24)
    await pay_with(subscribed.buyer, token)
    await staff.do(
        "terminateContract",
        "contract { status }",
        contractId=contract["id"],
        reason="They close.",
        idempotencyKey=world.key(),
    )
    await world.settle()
    return subscribed, staff


async def owed(person: Person) -> dict[str, Any]:
    [charge] = (await person.ask(f"{{ owedCharges {{ nodes {{ {OWED} }} }} }}"))["owedCharges"]["nodes"]
    return dict(charge)


def told(world: World) -> list[str]:
    return [one.get_content() for one in letters(world) if one["Subject"] == "What you owe could not be charged"]


async def test_a_fee_that_could_not_be_charged_stays_owed_with_a_page_to_pay_it_on(world: World) -> None:
    subscribed, staff = await ended_early(world)
    charge = await owed(subscribed.buyer)
    assert (charge["status"], charge["total"]) == ("PENDING", {"amountMinor": "1000", "currency": "EUR"})
    assert charge["title"].startswith("Early end of the contract for Starter")
    assert "/checkout/" in charge["url"]
    assert charge["failureCode"] is not None
    [letter] = told(world)
    assert charge["url"] in letter
    assert (await owed(staff))["url"] is None
    reader = await colleague(world, subscribed.buyer, Role.VIEWER)
    assert (await owed(reader))["url"] is None


async def test_it_is_tried_again_like_a_period_and_told_of_each_time(world: World) -> None:
    subscribed, _ = await ended_early(world)
    began = world.clock.now()
    for days in (2, 7, 14, 21):
        await move_to(world, began + days * DAY + MOMENT)
    charge = await owed(subscribed.buyer)
    assert (charge["status"], charge["nextAttemptAt"], len(told(world))) == ("PENDING", None, 5)
    await move_to(world, began + 60 * DAY)
    assert len(told(world)) == 5
    assert await broken(world) == []


async def test_a_try_that_succeeds_pays_and_earns_it(world: World) -> None:
    subscribed, _ = await ended_early(world)
    await pay_with(subscribed.buyer, "sim_ok")
    await move_to(world, world.clock.now() + 2 * DAY + MOMENT)
    charge = await owed(subscribed.buyer)
    assert (charge["status"], charge["nextAttemptAt"], charge["url"]) == ("PAID", None, None)
    assert len(told(world)) == 1
    assert await broken(world) == []


async def test_what_the_customer_tries_uses_up_no_try_and_is_paid_once(world: World) -> None:
    subscribed, staff = await ended_early(world)
    buyer, before = subscribed.buyer, await owed(subscribed.buyer)
    wanted = {"owedChargeId": before["id"], "idempotencyKey": world.key()}
    await buyer.do("payOwedCharge", "owedCharge { status } payment { status }", **wanted)
    busy = await staff.refused("payOwedCharge", **wanted | {"idempotencyKey": world.key()})
    assert busy["code"] == "CONFLICT"
    await world.settle()
    after = await owed(buyer)
    assert (after["status"], after["nextAttemptAt"]) == ("PENDING", before["nextAttemptAt"])
    await pay_with(buyer, "sim_ok")
    await buyer.do("payOwedCharge", "payment { id }", **wanted | {"idempotencyKey": world.key()})
    await world.settle()
    assert (await owed(buyer))["status"] == "PAID"
    again = await buyer.refused("payOwedCharge", **wanted | {"idempotencyKey": world.key()})
    assert (again["code"], again["from"]) == ("WRONG_STATE", "PAID")


async def test_what_is_owed_is_nobody_elses(world: World) -> None:
    subscribed, _ = await ended_early(world)
    stranger = await world.client_side("Elsewhere")
    assert (await stranger.ask("{ owedCharges { nodes { id } } }"))["owedCharges"]["nodes"] == []
    charge = await owed(subscribed.buyer)
    refusal = await stranger.refused("payOwedCharge", owedChargeId=charge["id"], idempotencyKey=world.key())
    assert refusal["code"] == "NOT_FOUND"


async def test_an_organization_is_not_closed_while_it_owes(world: World) -> None:
    subscribed, staff = await ended_early(world)
    subscription, key = global_id("BillingSubscription", subscribed.id), world.key()
    await staff.do(
        "cancelSubscription", "subscription { id }", subscriptionId=subscription, when="NOW", idempotencyKey=key
    )
    wanted = {"organizationId": global_id("Organization", subscribed.buyer.organization_id)}
    refusal = await subscribed.buyer.refused("closeOrganization", **wanted)
    assert refusal["code"] == "WRONG_STATE"
    assert "1 charge that is owed" in " ".join(one["message"] for one in refusal["problems"])
