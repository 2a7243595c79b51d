"""Receipts: shown with the payment, and mailed to the payer."""

from domain.organizations import Organization
from tests.makers.identity import letters
from tests.makers.payments import make_claim
from tests.world import World

RECEIPT = "query($id: ID!) { payment(id: $id) { receipt { number paidAt amount { decimal currency } } } }"


async def test_a_payment_has_a_receipt_once_it_has_succeeded(world: World) -> None:
    claim = await make_claim(world, token="sim_ok")
    payment = await claim.pay()
    assert (await claim.payer.ask(RECEIPT, id=payment))["payment"] == {"receipt": None}
    await world.settle()
    receipt = (await claim.payer.ask(RECEIPT, id=payment))["payment"]["receipt"]
    assert receipt["amount"] == {"decimal": "1000.00", "currency": "EUR"}
    paid = await claim.payment()
    assert paid.paid_at is not None
    assert receipt["number"] == f"R-{paid.paid_at:%Y%m%d}-{paid.id.hex[-10:].upper()}"


async def test_the_payer_gets_the_receipt_by_mail(world: World) -> None:
    claim = await make_claim(world, token="sim_ok")
    await claim.pay()
    await world.settle()
    async with world.database.reader() as session:
        payer = await session.get_one(Organization, claim.payer.organization_id)
    [letter] = letters(world, payer.billing_email)
    for said in ("1000.00 EUR to Ada Lovelace", f"Invoice {(await claim.invoice()).number}", "0001", "Receipt: R-"):
        assert said in letter.get_content()


async def test_what_failed_has_no_receipt(world: World) -> None:
    claim = await make_claim(world, token="sim_decline")
    payment = await claim.pay()
    await world.settle()
    assert (await claim.payer.ask(RECEIPT, id=payment))["payment"] == {"receipt": None}
