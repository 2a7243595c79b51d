"""The books of wallets and payouts: a whole story is sound, and every corruption of it is found and named."""

import pytest

from tests.makers.books import broken_by
from tests.makers.payouts import earner, request_payout, states_of_payouts, wrong_books
from tests.makers.rates import make_rate
from tests.world import World


async def make_story(world: World) -> None:
    """A payout that was paid, and one that waits for a second person; a quote and a conversion."""
    freelancer = await earner(world, 150_000)
    await request_payout(freelancer, 2_000)
    await world.settle()
    await request_payout(freelancer, 100_000)
    await make_rate(world, "EUR", "USD", "1.1")
    amount = {"amountMinor": "10000", "currency": "EUR"}
    quoted = await freelancer.do("quoteConversion", "conversion { id }", amount=amount, to="USD")
    await freelancer.do("quoteConversion", "conversion { id }", amount=amount, to="USD")
    await freelancer.do(
        "convertWallet", "conversion { id }", quoteId=quoted["conversion"]["id"], idempotencyKey=world.key()
    )


async def test_a_story_of_payouts_leaves_sound_books(world: World) -> None:
    await make_story(world)
    assert await states_of_payouts(world) == ["PAID", "PENDING_APPROVAL"]
    assert await wrong_books(world) == []


CORRUPTIONS = {
    "a paid payout failed after all": (
        "UPDATE payouts SET status = 'FAILED' WHERE status = 'PAID'",
        {"PAYOUT", "WALLET_FIGURES"},
    ),
    "a payout that waits was canceled": (
        "UPDATE payouts SET status = 'CANCELED' WHERE status = 'PENDING_APPROVAL'",
        {"PAYOUT", "WALLET_HELD"},
    ),
    "a paid payout is still on its way": ("UPDATE payouts SET status = 'IN_TRANSIT' WHERE status = 'PAID'", {"PAYOUT"}),
    "what is set aside grew": (
        "UPDATE ledger_balances b SET balance_minor = balance_minor + 1 FROM ledger_accounts a"
        " WHERE a.id = b.account_id AND a.code = 'wallet_held'",
        {"BALANCE", "WALLET_HELD"},
    ),
    "a payout passes for spending": ("UPDATE ledger_transfers SET kind = 'P18' WHERE kind = 'P12'", {"WALLET_FIGURES"}),
    "a conversion is a quote again": (
        "UPDATE wallet_conversions SET status = 'QUOTED' WHERE status = 'CONVERTED'",
        {"CONVERSION"},
    ),
    "a conversion gave more": (
        "UPDATE wallet_conversions SET to_minor = to_minor + 1 WHERE status = 'CONVERTED'",
        {"CONVERSION"},
    ),
}


@pytest.mark.parametrize("corruption", CORRUPTIONS)
async def test_every_corruption_is_found(world: World, corruption: str) -> None:
    statement, expected = CORRUPTIONS[corruption]
    await make_story(world)
    assert await broken_by(world, statement) == expected
