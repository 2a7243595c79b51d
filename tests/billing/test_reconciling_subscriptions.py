"""Reconciling subscriptions with Stripe: what differs is found, mended once, and left to people where it cannot be."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from domain.actors import SYSTEM
from domain.billing_reconciliations import ReconciliationTrigger
from domain.billing_subscriptions import BillingSubscription, SubscriptionStatus
from domain.cash_findings import LINE
from domain.money_exceptions import MoneyException, MoneyExceptionStatus
from domain.products import ProductKind
from domain.reconciliation_findings import ReconciliationFindingKind
from jobs.billing_reconciliation import reconcile
from persistence.tables.subscriptions import billing_subscriptions
from persistence.unit import unit_of_work
from standins.faults import Fault
from standins.stripe import billing_clock, refunds, subscriptions
from standins.stripe.world import Call
from tests.makers.invariants import broken
from tests.makers.mirrored import Mirrored, sold_at_stripe, subscribed
from tests.makers.subscriptions import make_plan, move_to
from tests.providers.companies import Stripe
from tests.world import World

_S = SubscriptionStatus
RUNS = """{ reconciliationRuns { nodes { dryRun trigger status objectCount differingCount findingCount repairedCount
  findings { nodes { kind resolution subjectType subjectId local remote exception { kind } } } } } }"""


async def run(company: Stripe, *, is_dry: bool = False) -> dict[str, Any]:
    """The run that staff have begun, once it is over."""
    key = company.world.key()
    begun = (await company.staff.do("runReconciliation", "run { status }", dryRun=is_dry, idempotencyKey=key))["run"]
    assert begun == {"status": "RUNNING"}
    await company.settle()
    return await last(company)


async def last(company: Stripe) -> dict[str, Any]:
    found: dict[str, Any] = (await company.staff.ask(RUNS))["reconciliationRuns"]["nodes"][0]
    assert found["status"] == "COMPLETED"
    return found


def kinds(run: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one["kind"], one["resolution"]) for one in run["findings"]["nodes"]]


async def exceptions(world: World) -> list[tuple[str, str]]:
    """What people are asked about subscriptions; the night compares money by itself."""
    async with world.database.reader() as session:
        found = (await session.scalars(select(MoneyException).order_by(MoneyException.id))).all()
    asked = [one for one in found if one.status is MoneyExceptionStatus.OPEN and one.subject_type != LINE]
    return [(one.kind.name, one.subject_type) for one in asked]


async def keep_silent(company: Stripe) -> None:
    """From now on Stripe tells nothing."""
    await company.settle()
    company.courier.url = None


async def write(world: World, **values: object) -> None:
    """What somebody has made of the only subscription, past all rules."""
    async with world.database.connection() as connection:
        await connection.execute(update(billing_subscriptions).values(**values))


async def changed_in_silence(company: Stripe) -> Mirrored:
    """A subscription that differs in everything from how it stands there."""
    mirrored = await subscribed(company)
    await keep_silent(company)
    end = (await mirrored.now()).current_period_end
    assert end is not None
    refunds.create(company.stripe, Call(account="", fields={"charge": company.stripe.all("charge")[0]["id"]}))
    company.world.clock.advance(end - company.world.clock.now())
    billing_clock.move_on(company.stripe)
    item = mirrored.there["items"]["data"][0]
    fields = {
        "subscription_exposed_id": mirrored.there["id"],
        "cancel_at_period_end": True,
        "items": [{"id": item["id"], "price": item["price"]["id"], "quantity": 3}],
        "proration_behavior": "none",
    }
    subscriptions.update(company.stripe, Call(account="", fields=fields))
    async with unit_of_work(company.world.database, by=SYSTEM, at=end) as db:
        one = await db.session.get_one(BillingSubscription, mirrored.id)
        one.move_to("followIntoArrears", by=SYSTEM, at=end)
        one.past_due_at = end
    return mirrored


async def test_all_that_differs_is_found_mended_and_found_no_more(company: Stripe) -> None:
    mirrored = await changed_in_silence(company)
    found = ["STATUS", "PERIOD", "CANCEL_FLAG", "QUANTITY", "AMOUNT", "REFUND"]

    dry = await run(company, is_dry=True)
    assert kinds(dry) == [(kind, "LEFT") for kind in found]
    assert (dry["dryRun"], dry["repairedCount"]) == (True, 0)
    assert (await mirrored.now()).status is _S.PAST_DUE
    assert await exceptions(company.world) == []

    wet = await run(company)
    assert kinds(wet) == [(kind, "REPAIRED") for kind in found]
    assert (wet["objectCount"], wet["differingCount"], wet["repairedCount"]) == (2, 2, 6)
    one = await mirrored.now()
    assert (one.status, one.cancel_at_period_end) == (_S.ACTIVE, True)
    assert [period.status.name for period in await mirrored.periods()] == ["REFUNDED", "PAID"]
    assert await exceptions(company.world) == [("STATE_MISMATCH", "catalogue")]
    assert await broken(company.world) == []

    again = await run(company)
    assert (again["objectCount"], again["findingCount"]) == (1, 0)


async def test_what_was_begun_there_for_a_known_customer_begins_here_and_the_rest_is_for_people(
    company: Stripe,
) -> None:
    world, mirrored = company.world, await subscribed(company)
    add_on = await make_plan(world, name="More seats", kind=ProductKind.ADD_ON)
    await sold_at_stripe(company, add_on)
    await keep_silent(company)
    customer, card = mirrored.there["customer"], mirrored.there["default_payment_method"]
    for _ in range(2):
        begun = subscriptions.begin(
            company.stripe, customer, company.stripe.all("price")[0], 1, trial_days=0, metadata={}
        )
        subscriptions.pay_with(company.stripe, begun, card)

    found = await run(company)

    # The organization has the add-on once: a second one is nobody's here.
    assert sorted(kinds(found)) == [("MISSING_LOCALLY", "FOR_PEOPLE"), ("MISSING_LOCALLY", "REPAIRED")]
    async with world.database.reader() as session:
        here = (await session.scalars(select(BillingSubscription).order_by(BillingSubscription.id))).all()
    assert [(one.organization_id, one.status) for one in here] == [(mirrored.buyer.organization_id, _S.ACTIVE)] * 2
    assert ("UNMATCHED_EVENT", "subscription at the provider") in await exceptions(world)
    assert await broken(world) == []


async def test_what_the_provider_does_not_know_is_for_people_and_ends_nothing_until_it_is_there(
    company: Stripe,
) -> None:
    mirrored = await subscribed(company)
    await keep_silent(company)
    await write(company.world, external_id="sub_of_nobody")

    missing = [one for one in (await run(company))["findings"]["nodes"] if one["kind"] == "MISSING_AT_PROVIDER"]

    assert [(one["resolution"], one["exception"]) for one in missing] == [
        ("FOR_PEOPLE", {"kind": "MISSING_AT_PROVIDER"})
    ]
    assert (await mirrored.now()).status is _S.ACTIVE
    assert ("MISSING_AT_PROVIDER", "BillingSubscription") in await exceptions(company.world)

    await write(company.world, external_id=mirrored.there["id"])
    assert (await run(company))["findingCount"] == 0
    assert ("MISSING_AT_PROVIDER", "BillingSubscription") not in await exceptions(company.world)


async def test_one_that_fails_is_recorded_and_the_run_goes_on(company: Stripe) -> None:
    await subscribed(company)
    company.faults.script(Fault.NO_ANSWER_BEFORE, path="/v1/subscriptions/sub_000001")

    found = await run(company)

    assert kinds(found) == [(ReconciliationFindingKind.NOT_COMPARED.name, "LEFT")]
    assert (found["objectCount"], found["differingCount"]) == (1, 0)
    assert await exceptions(company.world) == []


async def test_one_at_a_time_and_every_night_one(company: Stripe) -> None:
    await subscribed(company)
    staff, key = company.staff, company.world.key
    await staff.do("runReconciliation", "run { id }", idempotencyKey=key())
    refused = await staff.refused("runReconciliation", idempotencyKey=key())
    assert refused["code"] == "CONFLICT"
    await company.settle()

    now = company.world.clock.now()
    night = now.replace(hour=2, minute=0, second=0, microsecond=0) + timedelta(days=2)
    await move_to(company.world, night)
    found = await last(company)
    assert (found["trigger"], found["findingCount"]) == (ReconciliationTrigger.SCHEDULE.name, 0)
    assert await reconcile(company.world.database, company.world.clock.now()) == 0
