"""The story of a client whose card is declined until somebody pays by hand."""

from datetime import timedelta

from tests.makers.payment_methods import make_method
from tests.makers.payments import balances, charged, postings
from tests.makers.traces import events
from tests.stories.agreed import agree
from tests.world import World

INVOICE = """query($id: ID!) { invoice(id: $id) {
  status paymentStatus payments(last: 10) { totalCount }
  collection { mode attempts nextAt lastFailure }
} }"""


async def test_three_declined_charges_put_an_invoice_on_hold_and_a_payment_by_hand_settles_it(world: World) -> None:
    deal = await agree(world, "MILESTONE", 100_000, 1)
    await world.settle()
    await make_method(deal.client, "sim_decline")
    await deal.deliver(0)
    await deal.approve(0)
    assert await deal.status() == "COMPLETED"
    (invoice,) = (await deal.shown("invoices { nodes { id } }"))["invoices"]["nodes"]

    async def seen() -> tuple[str, str, int, int]:
        shown = (await deal.freelancer.ask(INVOICE, id=invoice["id"]))["invoice"]
        attempts = shown["collection"]["attempts"]
        return shown["status"], shown["paymentStatus"], attempts, shown["payments"]["totalCount"]

    assert await seen() == ("OPEN", "UNPAID", 1, 1)
    world.clock.advance(timedelta(days=2))
    await world.settle()
    assert await seen() == ("OPEN", "UNPAID", 2, 2)
    world.clock.advance(timedelta(days=2))
    await world.settle()
    assert await seen() == ("OPEN", "ON_HOLD", 3, 3)
    world.clock.advance(timedelta(days=5))
    await world.settle()
    assert await seen() == ("OPEN", "ON_HOLD", 3, 3)
    assert (await postings(world), await charged(world), await deal.wallet()) == (["P1"], 0, None)

    await make_method(deal.client, "sim_ok")
    await deal.client.do("payInvoice", "payment { id }", invoiceId=invoice["id"], idempotencyKey=world.key())
    await world.settle()
    assert await seen() == ("PAID", "PAID", 3, 4)
    assert (await postings(world), await charged(world), await deal.wallet()) == (["P1", "P3"], 100_000, "950.00")
    assert await balances(world) == {"provider_cash": 100_000, "wallet_available": -95_000, "platform_fee": -5_000}
    told = [one.removeprefix("invoice.") for one in await events(world, "invoice.")]
    assert told == ["created", "opened", *["payment_failed"] * 3, "put_on_hold", "paid"]
