"""The books of credits: a whole story is sound, and every corruption of it is found and named."""

import pytest

from tests.makers.books import broken_by
from tests.makers.credit_holders import Holder, holder
from tests.makers.payouts import wrong_books
from tests.world import World


async def make_story(world: World) -> Holder:
    """Credits that were spent, set aside, captured in part, and given back in part."""
    found = await holder(world, 100)
    spent = await found.do("spendCredits", quantity=10)
    await found.do("holdCredits", quantity=20)
    held = await found.do("holdCredits", quantity=30)
    await found.do("captureCredits", transactionId=held["transaction"]["id"], quantity=12)
    await found.staff.do(
        "refundCreditSpend",
        "balance",
        transactionId=spent["transaction"]["id"],
        quantity=4,
        reason="It did not work",
        idempotencyKey=world.key(),
    )
    return found


async def test_credits_invariants_1_2_and_3_a_story_of_credits_leaves_sound_books(world: World) -> None:
    found = await make_story(world)

    account = await found.account()

    assert (account["available"], account["held"]) == ("62", "20")
    assert await wrong_books(world) == []


CORRUPTIONS = {
    "an account got credits from nowhere": (
        "UPDATE credit_accounts SET available = available + 1 WHERE available > 0",
        {"CREDIT_BALANCE"},
    ),
    "a lot got credits from nowhere": (
        "UPDATE credit_lots SET remaining = remaining + 1",
        {"CREDIT_BALANCE", "CREDIT_LOT"},
    ),
    "what is held passes for free": (
        "UPDATE credit_lots SET remaining = remaining + held, held = 0",
        {"CREDIT_BALANCE", "CREDIT_LOT"},
    ),
    "a movement forgot its lots": (
        "DELETE FROM credit_consumptions WHERE transaction_id IN"
        " (SELECT id FROM credit_transactions WHERE type = 'SPEND')",
        {"CREDIT_LOT", "CREDIT_MOVEMENT"},
    ),
    "more was given back than was spent": (
        "UPDATE credit_transactions SET quantity = 3 WHERE type = 'SPEND'",
        {"CREDIT_MOVEMENT"},
    ),
    "a hold ended by itself": (
        "UPDATE credit_transactions SET status = 'VOIDED' WHERE status = 'PENDING'",
        {"CREDIT_LOT"},
    ),
    "credits became money": (
        "UPDATE ledger_entries SET currency = 'EUR' WHERE id IN (SELECT max(id) FROM ledger_entries)",
        {"CREDIT_UNMIXED", "ENTRY_CURRENCY", "TRIAL_BALANCE", "TRANSFER_BALANCE"},
    ),
}


@pytest.mark.parametrize("corruption", CORRUPTIONS)
async def test_every_corruption_is_found(world: World, corruption: str) -> None:
    await make_story(world)
    statement, codes = CORRUPTIONS[corruption]
    assert await broken_by(world, statement) == codes
