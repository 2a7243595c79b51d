"""Customer credit through the API: who sees it, and what it pays."""

import pytest

from domain.permissions import Role
from tests.client import Faulted
from tests.makers.colleagues import colleague
from tests.makers.credits import credit, lacking, make_paid, money, refund
from tests.makers.invoices import line_input, make_customer, make_draft, opened
from tests.makers.payment_methods import make_method
from tests.makers.payments import balances, make_claim, postings
from tests.world import World

CREDITS = """{ customerCredits { nodes { currency available { amountMinor } issuer { name } customer { name } } } }"""


async def test_credit_pays_another_invoice_of_the_same_issuer(world: World) -> None:
    claim, _ = await make_paid(world)
    await credit(claim, 40_000)
    other = await make_claim(world, total_minor=100_000, sides=claim)
    applied = await claim.payer.do(
        "applyCustomerCredit",
        "invoice { status paid { amountMinor } amountDue { amountMinor } }",
        invoiceId=other.id,
        amount=money(15_000),
        idempotencyKey=world.key(),
    )
    assert applied["invoice"] == {
        "status": "OPEN",
        "paid": {"amountMinor": "15000"},
        "amountDue": {"amountMinor": "85000"},
    }
    await claim.payer.do("applyCustomerCredit", "invoice { id }", invoiceId=other.id, idempotencyKey=world.key())
    assert (await other.invoice()).paid_minor == 40_000
    assert await postings(world) == ["P1", "P3", "P9", "P1", "P4", "P4"]
    assert await balances(world) == {
        "provider_cash": 100_000,
        "receivable": 60_000,
        "billed": -60_000,
        "wallet_available": -95_000,
        "platform_fee": -5_000,
    }
    assert await lacking(claim.payer, "applyCustomerCredit", invoiceId=other.id) == ("INSUFFICIENT_FUNDS", 1, 0)


async def test_what_credit_pays_bears_its_own_fee_as_if_the_money_had_gone_back_and_come_again(world: World) -> None:
    """From an invoice at 5 percent to one without a fee, the one way and the other."""
    left = []
    for by_card in (False, True):
        claim, payment = await make_paid(world, total_minor=40_000, fee_minor=2_000)
        free = await make_claim(world, token="sim_ok", total_minor=40_000, fee_minor=0, sides=claim)
        await credit(claim)
        if by_card:
            await refund(claim, payment)
            await free.pay()
        else:
            key = world.key()
            await claim.payer.do("applyCustomerCredit", "invoice { status }", invoiceId=free.id, idempotencyKey=key)
        await world.settle()
        left.append(await balances(world))
    assert left == [
        {"provider_cash": 40_000, "wallet_available": -40_000},
        {"provider_cash": 80_000, "wallet_available": -80_000},
    ]


@pytest.mark.parametrize(
    ("amount", "code"),
    [
        (money(0), "INVALID"),
        (money(-1), "INVALID"),
        (money(5, "USD"), "INVALID"),
        (money(100_001), "INVALID"),
        (money(40_001), "INSUFFICIENT_FUNDS"),
    ],
)
async def test_credit_that_is_not_there_pays_nothing(world: World, amount: dict[str, str], code: str) -> None:
    claim, _ = await make_paid(world)
    await credit(claim, 40_000)
    other = await make_claim(world, sides=claim)
    before = await balances(world)
    refusal = await claim.payer.refused(
        "applyCustomerCredit", invoiceId=other.id, amount=amount, idempotencyKey=world.key()
    )
    assert refusal["code"] == code
    assert await balances(world) == before


async def test_the_issuer_and_its_customer_see_the_credit_and_nobody_else_does(world: World) -> None:
    issuer, recipient, stranger = await world.freelancer_side(), await world.client_side(), await world.client_side("X")
    await make_method(recipient)
    customer = await make_customer(issuer, recipient)
    draft = await make_draft(issuer, customer, line_input(10_000))
    await opened(world, issuer, draft)
    await recipient.do("payInvoice", "payment { id }", invoiceId=draft, idempotencyKey=world.key())
    await world.settle()
    made = await issuer.do("createCreditNote", "creditNote { id }", invoiceId=draft, lines=None, reason="A gift")
    note = made["creditNote"]["id"]
    await issuer.do("issueCreditNote", "creditNote { id }", creditNoteId=note, idempotencyKey=world.key())
    kept = {"currency": "EUR", "available": {"amountMinor": "10000"}, "issuer": {"name": "Ada Lovelace"}}
    (seen,) = (await issuer.ask(CREDITS))["customerCredits"]["nodes"]
    assert seen == kept | {"customer": {"name": seen["customer"]["name"]}}
    assert (await recipient.ask(CREDITS))["customerCredits"]["nodes"] == [kept | {"customer": None}]
    assert (await stranger.ask(CREDITS))["customerCredits"]["nodes"] == []
    own = await issuer.ask("{ customers { nodes { credits { nodes { available { amountMinor } } } } } }")
    assert own["customers"]["nodes"] == [{"credits": {"nodes": [{"available": {"amountMinor": "10000"}}]}}]
    member = await colleague(world, recipient, Role.MEMBER)
    with pytest.raises(Faulted):
        await member.ask(CREDITS)
