"""The books of credit notes and refunds: a whole story is sound, and every corruption of it is found and named."""

import pytest

from persistence.books import check_books
from tests.makers.books import broken_by
from tests.makers.credits import credit, make_note, make_paid, refund
from tests.makers.payments import Claim, make_claim
from tests.world import World


async def make_story(world: World) -> Claim:
    """Notes on what is due and on what is paid, drafts and void ones; refunds in several states; credit that pays."""
    claim, payment = await make_paid(world)
    await make_note(claim, 1_000)
    await credit(claim, 10_001, refund=True)
    await credit(claim, 20_000)
    voided = await credit(claim, 5_000)
    note, key = voided["creditNote"]["id"], world.key()
    await claim.issuer.do(
        "voidCreditNote", "creditNote { id }", creditNoteId=note, reason="A mistake", idempotencyKey=key
    )
    await refund(claim, payment, 7_000)
    await world.settle()
    await refund(claim, payment, 2_000)
    other = await make_claim(world, sides=claim, total_minor=30_000, fee_minor=1_500)
    applied = {"invoiceId": other.id, "amount": {"amountMinor": "4000", "currency": "EUR"}}
    await claim.payer.do("applyCustomerCredit", "invoice { id }", **applied, idempotencyKey=world.key())
    await credit(other, 28_000)
    return claim


async def test_a_story_of_credit_notes_and_refunds_leaves_sound_books(world: World) -> None:
    await make_story(world)
    assert await check_books(world.database, world.clock.now()) == []


CORRUPTIONS = {
    "a note applied what it returned": (
        "UPDATE credit_notes SET applied_minor = returned_minor, returned_minor = 0, fee_minor = 0"
        " WHERE returned_minor = 20000",
        {"CREDIT_NOTE", "CREDITED", "WALLET", "PLATFORM_FEE"},
    ),
    "a note gave back more of the fee": (
        "UPDATE credit_notes SET fee_minor = fee_minor + 1 WHERE returned_minor = 20000",
        {"CREDIT_NOTE", "WALLET", "PLATFORM_FEE"},
    ),
    "a void note counts again": (
        "UPDATE credit_notes SET status = 'ISSUED' WHERE status = 'VOID'",
        {"CREDIT_NOTE", "WALLET", "PLATFORM_FEE"},
    ),
    "a note vanished": (
        "DELETE FROM credit_notes WHERE returned_minor = 20000",
        {"CREDIT_NOTE", "WALLET", "PLATFORM_FEE", "NUMBER_GAP"},
    ),
    "a line of a note grew": (
        "UPDATE credit_note_lines SET net_minor = net_minor + 1, amount_minor = amount_minor + 1",
        {"CREDIT_NOTE_TOTALS"},
    ),
    "an invoice lost less than its notes say": (
        "UPDATE invoices SET credited_due_minor = credited_due_minor - 1, written_off_minor = 1"
        " WHERE credited_due_minor > 0",
        {"CREDITED", "WRITTEN_OFF"},
    ),
    "more was credited than there is": (
        "UPDATE credit_notes SET returned_minor = 90000, total_minor = 90000, net_total_minor = 90000"
        " WHERE returned_minor = 20000",
        {"CREDITED", "CREDIT_NOTE", "CREDIT_NOTE_TOTALS", "WALLET"},
    ),
    "a number of a note was skipped": (
        "UPDATE credit_notes SET sequence = 9 WHERE sequence = (SELECT max(sequence) FROM credit_notes)",
        {"NUMBER_GAP", "NUMBER_COUNTER"},
    ),
    "a refund that succeeded failed after all": (
        "UPDATE refunds SET status = 'FAILED' WHERE status = 'SUCCEEDED'",
        {"REFUND", "REFUNDED"},
    ),
    "a refund that waits is gone": ("UPDATE refunds SET status = 'SUCCEEDED' WHERE status = 'PENDING'", {"REFUND"}),
    "a refund grew": ("UPDATE refunds SET amount_minor = amount_minor + 1", {"REFUND", "REFUNDED"}),
    "a payment forgot its refunds": ("UPDATE payments SET refunded_minor = 0", {"REFUNDED"}),
    "an outcome stays unknown": (
        "UPDATE refunds SET status = 'UNKNOWN', unknown_since = '2020-01-01Z' WHERE status = 'PENDING'",
        {"REFUND_UNKNOWN"},
    ),
}


@pytest.mark.parametrize("corruption", CORRUPTIONS)
async def test_every_corruption_is_found(world: World, corruption: str) -> None:
    statement, expected = CORRUPTIONS[corruption]
    await make_story(world)
    assert await broken_by(world, statement) == expected
