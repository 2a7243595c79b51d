"""The story of a client whose card is declined until somebody pays by hand."""

from datetime import timedelta

from domain.invoices import CollectionMode
from tests.makers.payment_methods import make_method
from tests.makers.payments import balances, charged, make_claim, postings
from tests.world import World

INVOICE = """query($id: ID!) { invoice(id: $id) {
  status paymentStatus payments(last: 10) { totalCount }
  collection { mode attempts nextAt lastFailure }
} }"""


async def test_three_declined_charges_put_an_invoice_on_hold_and_a_payment_by_hand_settles_it(world: World) -> None:
    claim = await make_claim(world, token="sim_decline", mode=CollectionMode.AUTO)

    async def seen() -> tuple[str, str, int, int]:
        invoice = (await claim.issuer.ask(INVOICE, id=claim.id))["invoice"]
        attempts = invoice["collection"]["attempts"]
        return invoice["status"], invoice["paymentStatus"], attempts, invoice["payments"]["totalCount"]

    await world.settle()
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
    assert (await postings(world), await charged(world)) == (["P1"], 0)

    await make_method(claim.payer, "sim_ok")
    await claim.pay()
    await world.settle()
    assert await seen() == ("PAID", "PAID", 3, 4)
    assert (await postings(world), await charged(world)) == (["P1", "P3"], 100_000)
    assert await balances(world) == {"provider_cash": 100_000, "wallet_available": -95_000, "platform_fee": -5_000}
    assert await claim.events("invoice") == ["payment_failed"] * 3 + ["put_on_hold", "paid"]
