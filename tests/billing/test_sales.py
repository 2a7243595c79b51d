"""What Milepost sells: paid with its invoice, earned when it is delivered, ended when nobody pays it in time."""

import asyncio
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

import pytest

from domain.checkout_sessions import CheckoutStatus
from domain.invoices import Invoice, InvoiceKind, InvoiceStatus
from domain.payments import PaymentState
from domain.prices import TaxBehavior
from domain.purchases import PurchaseStatus
from domain.sale_taxes import NoService, Party, TaxQuote, TaxTreatment
from domain.sales import SaleStatus
from jobs.payments import check_outcome
from persistence.sale_taxes import use_taxes
from tests.makers.invariants import broken
from tests.makers.payment_methods import make_method
from tests.makers.payments import balances, postings
from tests.makers.sales import begin, bought, buy, make_product
from tests.makers.simulator import lose_webhooks
from tests.world import World


class Nineteen:
    """A service that knows one rate."""

    def quote(self, seller: Party, buyer: Party, tax_codes: Sequence[str | None], on: date) -> Sequence[TaxQuote]:
        return [TaxQuote(1_900, "DE", TaxTreatment.STANDARD) for _ in tax_codes]


class Silent:
    """A service that cannot tell."""

    def quote(self, seller: Party, buyer: Party, tax_codes: Sequence[str | None], on: date) -> None:
        return None


@pytest.fixture(autouse=True)
def _no_taxes_afterwards() -> Iterator[None]:
    yield
    use_taxes(NoService())


async def test_a_verified_payment_opens_and_pays_the_invoice_and_grants_what_was_bought(world: World) -> None:
    checkout = await buy(world, await make_product(world))
    assert (await checkout.purchase()).status is PurchaseStatus.PENDING

    await world.settle()

    sale, purchase = await checkout.sale(), await checkout.purchase()
    assert (sale.status, purchase.status) == (SaleStatus.PAID, PurchaseStatus.SUCCEEDED)
    assert purchase.is_held_at(world.clock.now())
    assert (await checkout.session()).status is CheckoutStatus.COMPLETE
    async with world.database.reader() as session:
        invoice = await session.get_one(Invoice, sale.invoice_id)
    assert (invoice.kind, invoice.status, invoice.total_minor) == (InvoiceKind.PLATFORM, InvoiceStatus.PAID, 4_900)
    assert (await checkout.payment()).invoice_id == invoice.id
    assert await postings(world) == ["P1", "P20", "P21"]
    assert await balances(world) == {"provider_cash": 4_900, "platform_revenue": -4_900}
    assert await broken(world) == []


async def test_billing_invariant_4_one_purchase_for_one_payment_however_often_it_is_told_of(world: World) -> None:
    await lose_webhooks(world)
    checkout = await buy(world, await make_product(world), token="sim_timeout_charged")
    await world.settle()
    payment = await checkout.payment()
    assert payment.status is PaymentState.UNKNOWN
    assert (await checkout.purchase()).status is PurchaseStatus.PENDING

    world.clock.advance(timedelta(minutes=5))
    await asyncio.gather(*(check_outcome(world.database, payment.id, world.clock.now()) for _ in range(100)))

    assert await postings(world) == ["P1", "P20", "P21"]
    assert (await checkout.purchase()).status is PurchaseStatus.SUCCEEDED
    assert await broken(world) == []


async def test_what_is_had_for_some_days_is_earned_when_they_are_over(world: World) -> None:
    checkout = await buy(world, await make_product(world, access_days=30))
    await world.settle()
    assert (await checkout.sale()).undelivered_minor == 4_900
    assert (await balances(world))["deferred_revenue"] == -4_900

    world.clock.advance(timedelta(days=30))
    await world.settle()

    assert (await checkout.sale()).undelivered_minor == 0
    assert not (await checkout.purchase()).is_held_at(world.clock.now())
    assert (await balances(world))["platform_revenue"] == -4_900
    assert await broken(world) == []


@pytest.mark.parametrize(
    ("behavior", "net", "tax"), [(TaxBehavior.EXCLUSIVE, 4_900, 931), (TaxBehavior.INCLUSIVE, 4_118, 782)]
)
async def test_tax_is_quoted_for_the_sale_and_kept_apart(
    world: World, behavior: TaxBehavior, net: int, tax: int
) -> None:
    use_taxes(Nineteen())
    checkout = await buy(world, await make_product(world, tax_behavior=behavior))
    use_taxes(NoService())

    await world.settle()

    sale = await checkout.sale()
    assert (sale.net_minor, sale.tax_minor, sale.total_minor) == (net, tax, net + tax)
    assert await balances(world) == {"provider_cash": net + tax, "platform_revenue": -net, "tax_payable": -tax}
    assert await broken(world) == []


async def test_nothing_is_sold_while_its_tax_is_unknown(world: World) -> None:
    await world.staff()
    buyer, price = await world.client_side(), await make_product(world)
    use_taxes(Silent())

    refused = await buyer.refused(
        "createCheckoutSession",
        priceId=f"prc_{price.id.hex}",
        mode="PAYMENT",
        successUrl="http://localhost/bought",
        cancelUrl="http://localhost/shop",
        idempotencyKey=world.key(),
    )

    assert refused["code"] == "PROVIDER_UNAVAILABLE"


async def test_what_costs_nothing_is_had_at_once_without_an_invoice(world: World) -> None:
    staff, buyer = await world.staff(), await world.client_side()

    begun = await begin(world, buyer, await make_product(world, price_minor=0))

    assert begun["session"]["status"] == "COMPLETE"
    assert begun["session"]["url"] == "http://localhost/bought"
    assert begun["payment"] is None
    checkout = await bought(world, staff, buyer, begun["session"]["id"])
    assert (await checkout.purchase()).is_held_at(world.clock.now())
    assert await postings(world) == []
    assert await broken(world) == []


async def test_what_nobody_pays_within_the_hour_ends(world: World) -> None:
    checkout = await buy(world, await make_product(world), token="sim_decline")
    await world.settle()
    assert (await checkout.session()).status is CheckoutStatus.OPEN

    world.clock.advance(timedelta(hours=1))
    await world.settle()

    assert (await checkout.session()).status is CheckoutStatus.EXPIRED
    assert (await checkout.purchase()).status is PurchaseStatus.FAILED
    assert (await checkout.sale()).status is SaleStatus.CANCELED
    assert await postings(world) == []
    assert await broken(world) == []


async def test_a_page_that_is_left_open_is_closed_with_its_checkout(world: World) -> None:
    checkout = await buy(world, await make_product(world), token=None)
    await world.settle()
    assert (await checkout.payment()).status is PaymentState.REQUIRES_ACTION

    world.clock.advance(timedelta(hours=1))
    await world.settle()

    assert (await checkout.payment()).status is PaymentState.CANCELED
    assert (await checkout.session()).status is CheckoutStatus.EXPIRED
    assert await broken(world) == []


async def test_a_price_is_sold_in_the_currency_that_the_first_payment_has_fixed(world: World) -> None:
    checkout = await buy(world, await make_product(world))
    await world.settle()
    await make_method(checkout.buyer, currency="USD")

    refused = await checkout.buyer.refused(
        "createCheckoutSession",
        priceId=f"prc_{(await make_product(world, currency='USD')).id.hex}",
        mode="PAYMENT",
        successUrl="http://localhost/bought",
        cancelUrl="http://localhost/shop",
        idempotencyKey=world.key(),
    )

    assert (refused["code"], refused["path"]) == ("INVALID", ["currency"])


async def test_browsers_are_sent_to_nobody_else(world: World) -> None:
    await world.staff()
    buyer, price = await world.client_side(), await make_product(world)

    refused = await buyer.refused(
        "createCheckoutSession",
        priceId=f"prc_{price.id.hex}",
        mode="PAYMENT",
        successUrl="https://elsewhere.example/bought",
        cancelUrl="http://localhost/shop",
        idempotencyKey=world.key(),
    )

    assert (refused["code"], refused["path"]) == ("INVALID", ["successUrl"])
