"""What Milepost sells: paid with its invoice, earned when it is delivered, given back through a credit note."""

from datetime import timedelta

from domain.invoices import Invoice, InvoiceKind, InvoiceStatus
from domain.purchases import PurchaseStatus
from domain.sales import SaleStatus
from tests.makers.invariants import broken
from tests.makers.payments import balances, postings
from tests.makers.sales import buy, make_product
from tests.world import World


async def test_a_verified_payment_opens_and_pays_the_invoice_and_grants_what_was_bought(world: World) -> None:
    bought = await buy(world, await make_product(world))
    assert (await bought.purchase()).status is PurchaseStatus.PENDING

    await world.settle()

    sale, purchase = await bought.sale(), await bought.purchase()
    assert (sale.status, purchase.status) == (SaleStatus.PAID, PurchaseStatus.SUCCEEDED)
    assert purchase.is_held_at(world.clock.now())
    async with world.database.reader() as session:
        invoice = await session.get_one(Invoice, sale.invoice_id)
    assert (invoice.kind, invoice.status, invoice.total_minor) == (InvoiceKind.PLATFORM, InvoiceStatus.PAID, 4_900)
    assert (await bought.payment()).invoice_id == invoice.id
    assert await postings(world) == ["P1", "P20", "P21"]
    assert (await balances(world))["platform_revenue"] == -4_900
    assert await broken(world) == []


async def test_what_is_had_for_some_days_is_earned_when_they_are_over(world: World) -> None:
    bought = await buy(world, await make_product(world, access_days=30))
    await world.settle()
    assert (await bought.sale()).undelivered_minor == 4_900

    world.clock.advance(timedelta(days=30))
    await world.settle()

    assert (await bought.sale()).undelivered_minor == 0
    assert not (await bought.purchase()).is_held_at(world.clock.now())
    assert await broken(world) == []
