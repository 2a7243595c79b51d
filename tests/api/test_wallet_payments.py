"""Paying invoices from a wallet."""

import asyncio
from typing import Any

from domain.invoices import InvoiceStatus
from tests.makers.earnings import earn
from tests.makers.ledger import make_trade
from tests.makers.payments import Claim, charged, make_claim, postings
from tests.makers.payouts import figures, wrong_books
from tests.world import Person, World

PAYMENT = """invoice { status amountDue { amountMinor } } payment { id source status provider method { id }
  amount { amountMinor } capturedAmount { amountMinor } }"""


async def give(world: World, person: Person, amount_minor: int) -> None:
    """The person's wallet gets that much."""
    await earn(world, await make_trade(world, issuer_id=person.organization_id), amount_minor)


async def pay(claim: Claim, **more: Any) -> dict[str, Any]:
    input = {"invoiceId": claim.id, "source": "WALLET", "idempotencyKey": claim.world.key()} | more
    return await claim.payer.attempt("payInvoice", PAYMENT, **input)


async def test_a_wallet_pays_an_invoice_at_once_and_without_a_provider(world: World) -> None:
    claim = await make_claim(world)
    await give(world, claim.payer, 150_000)
    before = await charged(world)
    paid = await pay(claim)
    assert paid["invoice"] == {"status": "PAID", "amountDue": {"amountMinor": "0"}}
    payment = paid["payment"]
    assert (payment["source"], payment["status"], payment["provider"], payment["method"]) == (
        "WALLET",
        "SUCCEEDED",
        None,
        None,
    )
    assert payment["capturedAmount"] == {"amountMinor": "100000"}
    assert await figures(claim.payer) == {"available": 50_000, "earned": 150_000, "spent": 100_000}
    assert await figures(claim.issuer) == {"available": 95_000, "earned": 95_000}
    await world.settle()
    assert await charged(world) == before
    assert (await postings(world))[-1] == "P4"
    query = "query($id: ID!) { invoice(id: $id) { payments { nodes { id source } } } }"
    assert (await claim.issuer.ask(query, id=claim.id))["invoice"]["payments"]["nodes"] == [
        {"id": payment["id"], "source": "WALLET"}
    ]
    assert await wrong_books(world) == []


async def test_parts_from_a_wallet_carry_their_share_of_the_fee(world: World) -> None:
    claim = await make_claim(world, total_minor=3_333, fee_minor=167)
    await give(world, claim.payer, 3_333)
    for part in (1_111, 1_111):
        await pay(claim, amount={"amountMinor": str(part), "currency": "EUR"})
    assert (await claim.invoice()).status is InvoiceStatus.OPEN
    await pay(claim)
    assert (await claim.invoice()).status is InvoiceStatus.PAID
    assert await figures(claim.payer) == {"earned": 3_333, "spent": 3_333}
    assert await figures(claim.issuer) == {"available": 3_166, "earned": 3_166}
    assert await wrong_books(world) == []


async def test_a_wallet_pays_what_was_given_up_and_opens_it_first(world: World) -> None:
    claim = await make_claim(world)
    await give(world, claim.payer, 100_000)
    about = {"invoiceId": claim.id, "idempotencyKey": world.key()}
    await claim.issuer.do("markUncollectible", "invoice { id }", **about, reason="Gone.")
    part = await pay(claim, amount={"amountMinor": "40000", "currency": "EUR"})
    assert part["invoice"] == {"status": "OPEN", "amountDue": {"amountMinor": "60000"}}
    assert (await postings(world))[-3:] == ["P2", "REVERSAL", "P4"]
    assert await wrong_books(world) == []
    assert (await pay(claim))["invoice"]["status"] == "PAID"


async def test_a_wallet_that_does_not_cover_it_pays_nothing(world: World) -> None:
    claim = await make_claim(world)
    await give(world, claim.payer, 99_999)
    assert await pay(claim) == {
        "code": "INSUFFICIENT_FUNDS",
        "message": "This needs 1000.00 EUR; the wallet has 999.99 EUR.",
        "path": [],
        "problems": [],
        "from": None,
        "allowed": None,
        "currentVersion": None,
        "retryAfter": None,
    }
    assert await claim.payments() == []
    assert await figures(claim.payer) == {"available": 99_999, "earned": 99_999}
    empty = await make_claim(world)
    assert (await pay(empty))["message"] == "This needs 1000.00 EUR; the wallet has 0.00 EUR."


async def test_a_wallet_needs_no_method_and_the_issuer_cannot_pay(world: World) -> None:
    claim = await make_claim(world, token="sim_ok")
    await give(world, claim.payer, 100_000)
    method, *_ = (await claim.payer.ask("{ paymentMethods { nodes { id } } }"))["paymentMethods"]["nodes"]
    assert (await pay(claim, methodId=method["id"]))["path"] == ["methodId"]
    input = {"invoiceId": claim.id, "source": "WALLET", "idempotencyKey": world.key()}
    assert (await claim.issuer.refused("payInvoice", **input))["code"] == "FORBIDDEN"


async def test_a_payment_from_a_wallet_cannot_be_taken_back(world: World) -> None:
    claim = await make_claim(world)
    await give(world, claim.payer, 100_000)
    paid = await pay(claim)
    refusal = await claim.payer.refused("cancelPayment", paymentId=paid["payment"]["id"], idempotencyKey=world.key())
    assert (refusal["code"], refusal["from"], refusal["allowed"]) == ("WRONG_STATE", "SUCCEEDED", ["CREATED"])


async def test_ten_payments_of_one_invoice_at_once_pay_it_once(world: World) -> None:
    claim = await make_claim(world)
    await give(world, claim.payer, 1_000_000)
    outcomes = await asyncio.gather(*(pay(claim) for _ in range(10)))
    assert sorted(outcome.get("code", "paid") for outcome in outcomes) == ["WRONG_STATE"] * 9 + ["paid"]
    assert await figures(claim.payer) == {"available": 900_000, "earned": 1_000_000, "spent": 100_000}
    assert await wrong_books(world) == []
