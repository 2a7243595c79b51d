"""The books of bought credits: a whole story is sound, and every corruption of it is found and named."""

import pytest

from tests.makers.books import broken_by
from tests.makers.credit_buyers import Buyer, make_buyer, make_promotion
from tests.makers.payouts import wrong_books
from tests.world import World


async def make_story(world: World) -> Buyer:
    """A purchase with a code that was refunded in part, and one that nobody has paid yet."""
    buyer = await make_buyer(world)
    await make_promotion(buyer, usesPerOrganization=2)
    await buyer.refund(await buyer.buy(promotionCode="SPRING20"), 400)
    await buyer.begin(promotionCode="SPRING20", provider="SIMULATOR")
    return buyer


async def test_credits_invariant_8_a_story_of_purchases_leaves_sound_books(world: World) -> None:
    buyer = await make_story(world)
    assert await buyer.purchases() == ["PARTIALLY_REFUNDED", "PENDING"]
    assert (await buyer.account()).available == 150
    assert await wrong_books(world) == []


CORRUPTIONS = {
    "a purchase that nobody paid brought credits": (
        "UPDATE credit_lots SET source_id = (SELECT id FROM credit_purchases WHERE status = 'PENDING')",
        {"CREDIT_PURCHASE"},
    ),
    "fewer credits were taken back than the purchase says": (
        "UPDATE credit_purchases SET clawed_back = clawed_back + 1 WHERE paid_at IS NOT NULL",
        {"CREDIT_PURCHASE"},
    ),
    "a use of a code was forgotten": (
        "UPDATE credit_promotions SET uses = uses - 1",
        {"PROMOTION_USES"},
    ),
}


@pytest.mark.parametrize("corruption", CORRUPTIONS)
async def test_every_corruption_is_found(world: World, corruption: str) -> None:
    await make_story(world)
    statement, codes = CORRUPTIONS[corruption]
    assert await broken_by(world, statement) == codes
