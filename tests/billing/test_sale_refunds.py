"""Refunds and chargebacks of what Milepost sells: the money goes back, and what was bought with it."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from domain.actors import SYSTEM
from domain.cash_reconciliations import ReconciliationStatus
from domain.credit_notes import CreditNote
from domain.invoices import CollectionMode, Invoice, InvoiceStatus
from domain.permissions import StaffRole
from domain.provider_calls import CallState
from domain.purchases import PurchaseStatus
from domain.refunds import Refund, RefundCause
from domain.sale_taxes import NoService
from domain.sales import SaleStatus
from integrations.chargebacks import ReportedState
from persistence import sale_outcomes, sales
from persistence.sale_taxes import use_taxes
from persistence.tables.credit_notes import credit_notes
from persistence.tables.refunds import refunds
from persistence.unit import unit_of_work
from schema.ids import global_id
from tests.billing.test_sales import Nineteen
from tests.makers import reports
from tests.makers.chargebacks import report
from tests.makers.invariants import broken
from tests.makers.payments import balances, make_claim, postings
from tests.makers.sales import Bought, buy, make_product
from tests.makers.simulator import lose_webhooks
from tests.makers.staff import another_of_the_staff
from tests.world import World


@pytest.fixture(autouse=True)
def _no_taxes_afterwards() -> Iterator[None]:
    yield
    use_taxes(NoService())


async def test_billing_example_2_refund(world: World) -> None:
    checkout = await paid(world)

    answer = await checkout.refund()

    assert answer["purchase"] == {"status": "REFUNDED", "refunded": {"amountMinor": "4900"}}
    assert not (await checkout.purchase()).is_held_at(world.clock.now())
    await world.settle()
    assert (await checkout.sale()).status is SaleStatus.REFUNDED
    assert [one.status for one in await refunds_of(world)] == [CallState.SUCCEEDED]
    assert await balances(world) == {}
    assert await broken(world) == []


async def test_parts_of_a_sale_go_back_with_exactly_its_tax(world: World) -> None:
    use_taxes(Nineteen())
    checkout = await paid(world, access_days=30)

    for amount in (1_000, 1_000, None):
        answer = await checkout.refund(amount)
        assert "code" not in answer, answer
        assert await broken(world) == []
    await world.settle()

    async with world.database.reader() as session:
        notes = (await session.scalars(select(CreditNote).order_by(credit_notes.c.id))).all()
    assert [(note.net_total_minor, note.tax_total_minor) for note in notes] == [(840, 160), (841, 159), (3_219, 612)]
    assert await balances(world) == {}
    sale = await checkout.sale()
    assert (sale.undone_minor, sale.tax_back_minor, sale.refunded_minor) == (4_900, 931, 5_831)


async def test_a_part_that_is_refunded_ends_nothing_unless_the_product_says_so(world: World) -> None:
    keeps = await paid(world)
    revokes = await buy(
        world, await make_product(world, revokes_on_partial_refund=True), buyer=keeps.buyer, staff=keeps.staff
    )
    await world.settle()

    assert (await keeps.refund(100))["purchase"]["status"] == "PARTIALLY_REFUNDED"
    assert (await revokes.refund(100))["purchase"]["status"] == "PARTIALLY_REFUNDED"

    assert (await keeps.purchase()).is_held_at(world.clock.now())
    assert not (await revokes.purchase()).is_held_at(world.clock.now())
    assert await broken(world) == []


async def test_no_more_than_was_paid_goes_back_and_only_once(world: World) -> None:
    checkout = await paid(world)

    too_much = await checkout.refund(4_901)
    await checkout.refund()
    again = await checkout.refund()

    assert (too_much["code"], too_much["path"]) == ("INVALID", ["amount", "amountMinor"])
    assert (again["code"], again["from"]) == ("WRONG_STATE", "REFUNDED")


async def test_from_the_threshold_on_a_second_person_agrees_before_the_money_leaves(world: World) -> None:
    checkout = await paid(world, price_minor=60_000)
    await checkout.refund()
    await world.settle()
    (refund,) = await refunds_of(world)
    assert (refund.status, refund.awaits_approval) == (CallState.PENDING, True)
    assert await broken(world) == []

    await decide(checkout, refund, "approve", idempotencyKey=world.key())

    assert [one.status for one in await refunds_of(world)] == [CallState.SUCCEEDED]
    assert await balances(world) == {}


async def test_what_a_second_person_declines_stays_the_buyers_credit_and_can_be_sent_later(world: World) -> None:
    checkout = await paid(world, price_minor=60_000)
    await checkout.refund()
    (refund,) = await refunds_of(world)

    await decide(checkout, refund, "reject", reason="Not like that.")
    assert (await balances(world))["customer_credit"] == -60_000
    await checkout.staff.do(
        "refundPayment",
        "refund { id }",
        paymentId=f"pay_{refund.payment_id.hex}",
        amount={"amountMinor": "40000", "currency": "EUR"},
        reason="Like this.",
        idempotencyKey=world.key(),
    )
    await world.settle()

    assert [one.status for one in await refunds_of(world)] == [CallState.CANCELED, CallState.SUCCEEDED]
    assert (await balances(world))["customer_credit"] == -20_000
    assert await broken(world) == []


async def test_money_that_comes_after_the_sale_has_ended_goes_back(world: World) -> None:
    await lose_webhooks(world)
    checkout = await buy(world, await make_product(world), token="sim_timeout_charged")
    await world.settle()
    async with unit_of_work(world.database, by=SYSTEM, at=world.clock.now()) as db:
        await sales.cancel(db, await sale_outcomes.lock(db, checkout.sale_id))

    world.clock.advance(timedelta(minutes=5))
    await world.settle()

    (refund,) = await refunds_of(world)
    assert (refund.cause, refund.status, refund.amount_minor) == (RefundCause.SALE, CallState.SUCCEEDED, 4_900)
    assert await postings(world) == ["P3", "P10", "P10"]
    assert await balances(world) == {}
    assert (await checkout.purchase()).status is PurchaseStatus.PENDING
    assert await broken(world) == []


async def test_a_disputed_payment_suspends_what_it_bought_until_it_is_won(world: World) -> None:
    checkout = await paid(world)

    await disputed(world, checkout, ReportedState.NEEDS_RESPONSE)
    assert not (await checkout.purchase()).is_held_at(world.clock.now())
    assert (await checkout.refund())["code"] == "WRONG_STATE"

    await disputed(world, checkout, ReportedState.WON)
    assert (await checkout.purchase()).is_held_at(world.clock.now())
    assert (await checkout.sale()).status is SaleStatus.PAID
    assert await broken(world) == []


async def test_a_lost_dispute_ends_what_was_bought_and_leaves_its_invoice_due(world: World) -> None:
    use_taxes(Nineteen())
    checkout = await paid(world, access_days=30)

    await disputed(world, checkout, ReportedState.NEEDS_RESPONSE)
    await disputed(world, checkout, ReportedState.LOST)

    purchase, sale = await checkout.purchase(), await checkout.sale()
    assert (purchase.status, sale.status) == (PurchaseStatus.CHARGED_BACK, SaleStatus.CHARGED_BACK)
    assert not purchase.is_held_at(world.clock.now())
    async with world.database.reader() as session:
        invoice = await session.get_one(Invoice, sale.invoice_id)
    assert (invoice.status, invoice.amount_due_minor) == (InvoiceStatus.OPEN, 5_831)
    assert invoice.collection_mode is CollectionMode.STOPPED
    assert await balances(world) == {"receivable": 5_831, "billed": -5_831}
    assert await broken(world) == []


async def test_a_lost_sale_is_bought_again_and_what_was_due_is_given_up_by_staff(world: World) -> None:
    checkout = await paid(world, access_days=30)
    await disputed(world, checkout, ReportedState.NEEDS_RESPONSE)
    await disputed(world, checkout, ReportedState.LOST)
    asked = {"invoiceId": global_id("Invoice", (await checkout.sale()).invoice_id)}
    refusal = await checkout.buyer.refused("payInvoice", **asked, idempotencyKey=world.key())
    assert (refusal["code"], refusal["from"]) == ("WRONG_STATE", "PLATFORM")
    assert "bought again" in refusal["message"]

    closing = {"organizationId": global_id("Organization", checkout.buyer.organization_id)}
    assert "open invoice" in str((await checkout.buyer.refused("closeOrganization", **closing))["problems"])

    asked["reason"] = "The bank has decided."
    support = await another_of_the_staff(world, StaffRole.SUPPORT)
    assert (await support.refused("markUncollectible", **asked, idempotencyKey=world.key()))["code"] == "FORBIDDEN"
    finance = await another_of_the_staff(world, StaffRole.FINANCE)
    done = await finance.do("markUncollectible", "invoice { status }", **asked, idempotencyKey=world.key())
    assert done["invoice"]["status"] == "UNCOLLECTIBLE"
    assert await balances(world) == {}
    assert await broken(world) == []
    await checkout.buyer.do("closeOrganization", "organization { status }", **closing)


async def test_staff_give_up_no_invoice_of_somebody_else(world: World) -> None:
    claim = await make_claim(world)
    asked = {"invoiceId": claim.id, "reason": "Gone.", "idempotencyKey": world.key()}
    assert (await (await world.staff(StaffRole.FINANCE)).refused("markUncollectible", **asked))["code"] == "FORBIDDEN"


async def test_a_dispute_about_what_was_partly_refunded_takes_the_rest_and_leaves_a_debt(world: World) -> None:
    checkout = await paid(world)
    await checkout.refund(900)
    await world.settle()

    await disputed(world, checkout, ReportedState.NEEDS_RESPONSE)
    await disputed(world, checkout, ReportedState.LOST)

    sale = await checkout.sale()
    assert (sale.refunded_minor, sale.lost_minor) == (900, 4_000)
    assert (await balances(world))["org_debt"] == 900
    assert await broken(world) == []


async def test_a_provider_reports_nothing_of_a_sale_that_the_books_do_not_know(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await reports.begin(world, monkeypatch)
    checkout = await paid(world)
    await checkout.refund(900)
    await world.settle()

    await reports.next_night(world)
    run = await reports.reconcile(world)

    assert (run.status, run.finding_count) == (ReconciliationStatus.COMPLETED, 0)
    assert await reports.found(world) == []


async def paid(world: World, *, price_minor: int = 4_900, access_days: int | None = None) -> Bought:
    checkout = await buy(world, await make_product(world, price_minor=price_minor, access_days=access_days))
    await world.settle()
    return checkout


async def decide(checkout: Bought, refund: Refund, how: str, **said: str) -> None:
    """Another member of the staff decides about the refund."""
    world = checkout.world
    query = "query($id: ID!) { refund(id: $id) { approval { id } } }"
    found = await checkout.staff.ask(query, id=f"rfd_{refund.id.hex}")
    second = await another_of_the_staff(world, StaffRole.FINANCE)
    approval = found["refund"]["approval"]["id"]
    await second.do(how, "approval { id }", approvalId=approval, **said)
    await world.settle()


async def refunds_of(world: World) -> list[Refund]:
    async with world.database.reader() as session:
        return list(await session.scalars(select(Refund).order_by(refunds.c.id)))


async def disputed(world: World, checkout: Bought, state: ReportedState) -> None:
    """The buyer's bank says where it is with all of the payment."""
    payment = await checkout.payment()
    await report(world, f"pay_{payment.id.hex}", state, payment.captured_minor)
    await world.settle()
