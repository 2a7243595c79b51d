"""Subscriptions that are asked for on invoices: they go on meanwhile, and what is not paid in time is charged."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.actors import SYSTEM
from domain.billing_subscriptions import SubscriptionStatus
from domain.dunning import AttemptOutcome
from domain.invoices import Invoice, InvoiceStatus
from domain.permissions import Role
from domain.sales import Sale, SaleStatus
from domain.subscription_periods import PeriodStatus
from domain.subscription_plans import DunningOutcome
from integrations.return_pages import checkout_page_of
from persistence import payment_methods, sale_outcomes, sales
from persistence.unit import unit_of_work
from schema.ids import global_id
from tests.billing.test_waived_periods import waive
from tests.makers.colleagues import colleague
from tests.makers.identity import letters
from tests.makers.invariants import broken
from tests.makers.notifications import told
from tests.makers.subscription_changes import finance
from tests.makers.subscriptions import Subscribed, make_plan, move_to, pay_with, subscribe
from tests.world import Person, World

_S, _P = SubscriptionStatus, PeriodStatus
JUNE = datetime(2027, 6, 1, 10, tzinfo=UTC)
DAY, MOMENT = timedelta(days=1), timedelta(minutes=5)
"""The clock runs on while the test does: within a moment of an instant is at it."""


async def invoiced(world: World, net_days: int = 14, **terms: Any) -> tuple[Subscribed, Person]:
    """A subscription since 1 May 2027 whose periods are asked for on invoices from June on."""
    world.clock.advance(datetime(2027, 5, 1, 10, tzinfo=UTC) - world.clock.now())
    subscribed = await subscribe(world, await make_plan(world, **terms), time_zone="UTC")
    staff = await finance(subscribed)
    await collect(subscribed, staff, collection="SEND_INVOICE", netDays=net_days)
    return subscribed, staff


async def collect(subscribed: Subscribed, staff: Person, **how: Any) -> dict[str, Any]:
    done = await staff.do(
        "setSubscriptionCollection",
        "subscription { collection netDays }",
        subscriptionId=global_id("BillingSubscription", subscribed.id),
        idempotencyKey=subscribed.world.key(),
        **how,
    )
    return dict(done["subscription"])


async def invoice_of(subscribed: Subscribed, number: int = -1) -> Invoice:
    period = (await subscribed.periods())[number]
    async with subscribed.world.database.reader() as session:
        return await session.get_one(Invoice, period.invoice_id)


async def sale_of(subscribed: Subscribed, number: int = -1) -> Sale:
    period = (await subscribed.periods())[number]
    async with subscribed.world.database.reader() as session:
        return await session.get_one(Sale, period.sale_id)


async def pay(subscribed: Subscribed, number: int = -1) -> None:
    """On the page of a period, with the default method."""
    world, sale_id = subscribed.world, (await subscribed.periods())[number].sale_id
    assert isinstance(sale_id, UUID)
    async with unit_of_work(world.database, by=SYSTEM, at=world.clock.now()) as db:
        sale = await sale_outcomes.lock(db, sale_id)
        method = await payment_methods.default_of(db, subscribed.buyer.organization_id, "EUR")
        assert method is not None
        await sales.checkout(db, sale, provider=None, method_id=method.id, return_url=None)


async def statuses(subscribed: Subscribed) -> list[PeriodStatus]:
    return [period.status for period in await subscribed.periods()]


async def test_a_period_is_asked_for_on_an_invoice_while_its_subscription_goes_on(world: World) -> None:
    subscribed, _ = await invoiced(world, included_credits=100)
    await move_to(world, JUNE + MOMENT)
    now, invoice, (_, period) = await subscribed.now(), await invoice_of(subscribed), await subscribed.periods()
    assert (now.status, now.period_number, now.current_period_start) == (_S.ACTIVE, 1, period.period_start)
    assert (period.status, period.paid_at) == (_P.OPEN, None)
    assert (invoice.status, invoice.amount_due_minor) == (InvoiceStatus.OPEN, 2_000)
    assert (invoice.issue_on, invoice.due_on) == (date(2027, 6, 1), date(2027, 6, 15))
    shown = "{ subscriptions { nodes { periods(first: 1) { nodes { url nextAttemptAt invoice { status } } } } } }"
    [seen] = (await subscribed.buyer.ask(shown))["subscriptions"]["nodes"][0]["periods"]["nodes"]
    page = checkout_page_of((await sale_of(subscribed)).id)
    assert (seen["url"], seen["nextAttemptAt"][:10], seen["invoice"]["status"]) == (page, "2027-06-15", "OPEN")
    [letter] = [one for one in letters(world) if f"{invoice.number} for Standard" in one["Subject"]]
    assert page in letter.get_content()
    lots = (await subscribed.buyer.ask("{ creditLots { nodes { quantity } } }"))["creditLots"]["nodes"]
    assert len(lots) == 1
    assert await broken(world) == []


async def test_one_letter_tells_of_an_invoice_and_everybody_who_pays_sees_it_in_the_app(world: World) -> None:
    subscribed, _ = await invoiced(world)
    colleague_who_pays = await colleague(world, subscribed.buyer, Role.ADMIN)
    await move_to(world, JUNE + MOMENT)
    number = (await invoice_of(subscribed)).number
    for person in (subscribed.buyer, colleague_who_pays):
        assert [one["title"] for one in await told(person, "invoice.opened")] == [f"Invoice {number} of Milepost"]
    [letter] = [one for one in letters(world) if str(number) in one["Subject"]]
    assert letter["To"].startswith("billing-")


async def test_what_is_paid_on_the_page_in_time_is_never_charged(world: World) -> None:
    subscribed, _ = await invoiced(world, included_credits=100)
    await move_to(world, JUNE + MOMENT)
    shown = await world.client.http.get(checkout_page_of((await sale_of(subscribed)).id).partition("8000")[2])
    assert "<h1>To be paid</h1>" in shown.text
    await pay(subscribed)
    await world.settle()
    assert ((await invoice_of(subscribed)).status, await statuses(subscribed)) == (
        InvoiceStatus.PAID,
        [_P.PAID, _P.PAID],
    )
    lots = (await subscribed.buyer.ask("{ creditLots { nodes { quantity } } }"))["creditLots"]["nodes"]
    assert [one["quantity"] for one in lots] == ["100", "100"]
    await subscribed.live_until(JUNE + 20 * DAY)
    outcomes = [one.outcome for one in await subscribed.attempts()]
    assert outcomes == [AttemptOutcome.CANCELLED, AttemptOutcome.SUCCEEDED]
    await subscribed.live_until(datetime(2027, 7, 1, 11, tzinfo=UTC))
    assert (await sale_of(subscribed, 1)).undelivered_minor == 0
    assert await broken(world) == []


async def test_what_is_not_paid_in_time_is_charged_when_it_is_due(world: World) -> None:
    subscribed, _ = await invoiced(world)
    await subscribed.live_until(JUNE + 14 * DAY - MOMENT)
    assert await statuses(subscribed) == [_P.PAID, _P.OPEN]
    await move_to(world, JUNE + 14 * DAY + MOMENT)
    assert (await subscribed.now()).status is _S.ACTIVE
    assert await statuses(subscribed) == [_P.PAID, _P.PAID]
    assert await broken(world) == []


async def test_an_overdue_invoice_ends_access_after_the_days_of_grace_and_is_recovered(world: World) -> None:
    subscribed, _ = await invoiced(world)
    await pay_with(subscribed.buyer, "sim_decline")
    await subscribed.live_until(JUNE + 14 * DAY + 2 * MOMENT)
    behind = await subscribed.now()
    assert behind.status is _S.PAST_DUE
    assert behind.access_ends_at is not None
    assert abs(behind.access_ends_at - JUNE - 17 * DAY) < 2 * MOMENT
    await subscribed.live_until(datetime(2027, 7, 1, 11, tzinfo=UTC))
    assert await statuses(subscribed) == [_P.PAID, _P.OPEN]
    await pay_with(subscribed.buyer, "sim_ok")
    await pay(subscribed)
    await world.settle()
    recovered = await subscribed.now()
    assert (recovered.status, recovered.past_due_at, recovered.anchor) == (_S.ACTIVE, None, behind.anchor)
    assert await statuses(subscribed) == [_P.PAID, _P.PAID, _P.OPEN]
    assert (await invoice_of(subscribed)).issue_on == date(2027, 7, 1)
    assert await broken(world) == []


@pytest.mark.parametrize(
    ("outcome", "status"), [(DunningOutcome.MARK_UNPAID, _S.UNPAID), (DunningOutcome.CANCEL, _S.CANCELED)]
)
async def test_with_the_last_retry_all_its_unpaid_invoices_are_void(
    world: World, outcome: DunningOutcome, status: SubscriptionStatus
) -> None:
    subscribed, _ = await invoiced(world, net_days=40, dunning_outcome=outcome)
    await pay_with(subscribed.buyer, "sim_decline")
    await subscribed.live_until(JUNE + 39 * DAY)
    assert await statuses(subscribed) == [_P.PAID, _P.OPEN, _P.OPEN]
    await subscribed.live_until(JUNE + 61 * DAY + 2 * MOMENT)
    assert ((await subscribed.now()).status, await statuses(subscribed)) == (status, [_P.PAID, _P.FAILED, _P.FAILED])
    for number in (1, 2):
        assert (await invoice_of(subscribed, number)).status is InvoiceStatus.VOID
        assert (await sale_of(subscribed, number)).status is SaleStatus.FAILED
    assert await broken(world) == []


async def test_whoever_paid_the_newer_invoice_only_gets_the_rest_of_it_off_the_new_period(world: World) -> None:
    subscribed, _ = await invoiced(world, net_days=35)
    await subscribed.live_until(JUNE + 31 * DAY)
    await pay(subscribed, 2)
    await world.settle()
    await pay_with(subscribed.buyer, "sim_decline")
    await subscribed.live_until(JUNE + 57 * DAY)
    assert ((await subscribed.now()).status, await statuses(subscribed)) == (_S.UNPAID, [_P.PAID, _P.FAILED, _P.PAID])
    await pay_with(subscribed.buyer, "sim_ok")
    asked = {"subscriptionId": global_id("BillingSubscription", subscribed.id), "idempotencyKey": world.key()}
    await subscribed.buyer.do("retrySubscriptionPayment", "subscription { id }", **asked)
    await world.settle()
    (*_, cut, begun), now = await subscribed.periods(), await subscribed.now()
    assert (now.status, now.current_period_start, cut.period_end) == (_S.ACTIVE, begun.period_start, begun.period_start)
    unused = cut.period_start + 31 * DAY - cut.period_end
    assert begun.amount_minor == 2_000 - round(2_000 * (unused / (31 * DAY)))
    assert await broken(world) == []


async def test_two_invoices_that_are_paid_at_once_are_paid_once_each(world: World) -> None:
    subscribed, _ = await invoiced(world, net_days=40, included_credits=100)
    await subscribed.live_until(JUNE + 35 * DAY)
    await asyncio.gather(pay(subscribed, 1), pay(subscribed, 2))
    await world.settle()
    assert await statuses(subscribed) == [_P.PAID, _P.PAID, _P.PAID]
    assert [(await sale_of(subscribed, one)).status for one in (1, 2)] == [SaleStatus.PAID, SaleStatus.PAID]
    assert await broken(world) == []


async def test_a_waived_invoice_is_void_and_the_subscription_catches_up(world: World) -> None:
    subscribed, staff = await invoiced(world)
    await pay_with(subscribed.buyer, "sim_decline")
    await subscribed.live_until(JUNE + 14 * DAY + 2 * MOMENT)
    done = await waive(subscribed, staff)
    assert done["subscription"] == {"status": "ACTIVE", "pastDueAt": None}
    assert ((await invoice_of(subscribed)).status, await statuses(subscribed)) == (
        InvoiceStatus.VOID,
        [_P.PAID, _P.WAIVED],
    )
    await subscribed.live_until(JUNE + 29 * DAY)
    assert (await subscribed.now()).status is _S.ACTIVE
    assert await broken(world) == []


async def test_what_was_begun_stays_due_when_the_subscription_ends(world: World) -> None:
    subscribed, _ = await invoiced(world)
    await pay_with(subscribed.buyer, "sim_decline")
    await move_to(world, JUNE + MOMENT)
    subscription = global_id("BillingSubscription", subscribed.id)
    asked = {"subscriptionId": subscription, "when": "NOW", "idempotencyKey": world.key()}
    await subscribed.buyer.do("cancelSubscription", "subscription { status }", **asked)
    await subscribed.live_until(JUNE + 15 * DAY)
    assert ((await subscribed.now()).status, await statuses(subscribed)) == (_S.CANCELED, [_P.PAID, _P.OPEN])
    await pay_with(subscribed.buyer, "sim_ok")
    await subscribed.live_until(JUNE + 16 * DAY + MOMENT)
    assert ((await invoice_of(subscribed)).status, await statuses(subscribed)) == (
        InvoiceStatus.PAID,
        [_P.PAID, _P.PAID],
    )
    assert await broken(world) == []


async def test_the_rest_of_a_period_is_refunded_only_once_its_invoice_is_paid(world: World) -> None:
    subscribed, staff = await invoiced(world)
    await move_to(world, JUNE + MOMENT)
    half = {"amountMinor": "1000", "currency": "EUR"}
    subscription = global_id("BillingSubscription", subscribed.id)
    asked = {"subscriptionId": subscription, "when": "NOW", "refund": half, "idempotencyKey": world.key()}
    assert (await staff.refused("cancelSubscription", **asked))["path"] == ["refund"]
    await pay(subscribed)
    await world.settle()
    done = await staff.do("cancelSubscription", "subscription { status } refund { cause }", **asked)
    assert done["subscription"]["status"] == "CANCELED"
    await world.settle()
    assert (await sale_of(subscribed)).status is SaleStatus.PARTIALLY_REFUNDED
    assert await broken(world) == []


async def test_credits_of_a_period_that_is_over_come_with_its_payment_and_last_as_long_as_the_one_that_runs(
    world: World,
) -> None:
    subscribed, _ = await invoiced(world, net_days=40, included_credits=100)
    await subscribed.live_until(JUNE + 35 * DAY)
    await pay(subscribed, 1)
    await world.settle()
    wanted = "{ creditLots { nodes { quantity remaining expiresAt } } }"
    lots = (await subscribed.buyer.ask(wanted))["creditLots"]["nodes"]
    [late] = [lot for lot in lots if lot["remaining"] != "0"]
    assert (late["quantity"], late["expiresAt"][:10]) == ("100", "2027-08-01")


async def test_the_invoice_of_a_period_is_paid_and_forgiven_with_its_period_only(world: World) -> None:
    subscribed, _ = await invoiced(world)
    await move_to(world, JUNE + MOMENT)
    invoice = global_id("Invoice", (await invoice_of(subscribed)).id)
    refusal = await subscribed.buyer.refused("payInvoice", invoiceId=invoice, idempotencyKey=world.key())
    assert (refusal["code"], refusal["from"]) == ("WRONG_STATE", "PLATFORM")
    by_hand = [(await invoice_of(subscribed)).blocked(action) for action in ("recordPayment", "markUncollectible")]
    assert [refused and refused.refusal.from_state for refused in by_hand] == ["PLATFORM", "PLATFORM"]


async def test_how_it_is_paid_is_for_staff_to_choose_within_90_days(world: World) -> None:
    subscribed, staff = await invoiced(world)
    subscription = global_id("BillingSubscription", subscribed.id)
    asked: dict[str, Any] = {"subscriptionId": subscription, "collection": "SEND_INVOICE"}
    key = world.key()
    denied = await subscribed.buyer.refused("setSubscriptionCollection", **asked, netDays=3, idempotencyKey=key)
    assert denied["code"] == "FORBIDDEN"
    for days in (-1, 91, None):
        refusal = await staff.refused("setSubscriptionCollection", **asked, netDays=days, idempotencyKey=key)
        assert (refusal["code"], refusal["path"]) == ("INVALID", ["netDays"])
    asked["collection"] = "CHARGE"
    refusal = await staff.refused("setSubscriptionCollection", **asked, netDays=3, idempotencyKey=key)
    assert (refusal["code"], refusal["path"]) == ("INVALID", ["netDays"])
    assert await collect(subscribed, staff, collection="CHARGE") == {"collection": "CHARGE", "netDays": 0}
    await move_to(world, JUNE + MOMENT)
    assert await statuses(subscribed) == [_P.PAID, _P.PAID]
