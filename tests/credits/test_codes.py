"""Codes through the API: what they take off and give, how often they count, and guessing them."""

import asyncio

from domain.credit_lots import LotSource
from tests.makers.credit_buyers import STARTER, make_buyer, make_promotion
from tests.makers.invariants import broken
from tests.makers.payments import postings
from tests.world import World

QUOTE = """query($packageId: ID, $quantity: Int64, $currency: Currency!, $code: String) {
  creditQuote(packageId: $packageId, quantity: $quantity, currency: $currency, code: $code) {
    ... on CreditQuote { quantity freeCredits displayRate price { amountMinor } discount { amountMinor }
      total { amountMinor } package { code } }
    ... on Refusal { code path retryAfter } } }"""


async def test_a_promotion_takes_its_part_off_and_counts_once_it_is_paid(world: World) -> None:
    buyer = await make_buyer(world)
    await make_promotion(buyer)
    purchase = await buyer.purchase(await buyer.buy(promotionCode=" spring20 "))
    assert (purchase.price_minor, purchase.discount_minor, purchase.total_minor) == (1999, 400, 1599)
    seen = await buyer.staff.ask("{ promotions { nodes { code uses redemptions { nodes { status } } } } }")
    assert seen["promotions"]["nodes"] == [
        {"code": "SPRING20", "uses": "1", "redemptions": {"nodes": [{"status": "APPLIED"}]}}
    ]
    assert [lot.cost_minor for lot in await buyer.lots()] == [1599]
    assert await broken(world) == []


async def test_credits_rule_17_the_use_of_a_code_comes_back_when_the_purchase_comes_to_nothing(world: World) -> None:
    buyer = await make_buyer(world)
    await make_promotion(buyer, maxUses=1)
    begun = await buyer.begin(promotionCode="SPRING20", provider="SIMULATOR")
    refused = await buyer.person.refused(
        "purchaseCredits", packageId=STARTER, currency="USD", promotionCode="SPRING20", idempotencyKey=world.key()
    )
    assert (refused["code"], refused["path"]) == ("LIMIT_REACHED", ["code"])
    await buyer.person.do(
        "cancelCreditPurchase",
        "purchase { status }",
        purchaseId=begun["purchase"]["id"],
        idempotencyKey=world.key(),
    )
    assert (await buyer.purchase(await buyer.buy(promotionCode="SPRING20"))).discount_minor == 400


async def test_a_code_that_makes_credits_free_brings_them_at_once(world: World) -> None:
    buyer = await make_buyer(world)
    await make_promotion(buyer, "GIFT", bps=10_000)
    begun = await buyer.begin(promotionCode="GIFT")
    assert (begun["purchase"]["status"], begun["checkoutUrl"], begun["payment"]) == ("PAID", None, None)
    [lot] = await buyer.lots()
    assert (lot.source, lot.quantity, lot.cost_minor) == (LotSource.PURCHASE, 200, 0)
    assert await postings(world) == ["CREDIT_ISSUE"]
    assert await broken(world) == []


async def test_credits_rule_16_free_credits_come_with_a_package_or_by_themselves(world: World) -> None:
    buyer = await make_buyer(world)
    await make_promotion(buyer, "PLUS25", kind="FREE_CREDITS", credits=25, packageIds=[STARTER])
    await make_promotion(buyer, "HELLO", kind="FREE_CREDITS", credits=40)
    await buyer.buy(promotionCode="PLUS25")
    redeemed = await buyer.person.do(
        "redeemPromotion",
        "redemption { status credits } lot { quantity expiresAt }",
        code="hello",
        idempotencyKey=world.key(),
    )
    assert redeemed["redemption"] == {"status": "APPLIED", "credits": "40"}
    found = [(lot.source.name, lot.quantity, lot.cost_minor) for lot in await buyer.lots()]
    assert found == [("PURCHASE", 200, 1999), ("PROMOTION", 25, 0), ("PROMOTION", 40, 0)]
    refused = await buyer.person.refused("redeemPromotion", code="HELLO", idempotencyKey=world.key())
    assert refused["code"] == "LIMIT_REACHED"


async def test_credits_invariant_8_no_code_is_used_more_often_than_it_may_be_at_once(world: World) -> None:
    first = await make_buyer(world)
    buyers = [first, *[await make_buyer(world, beside=first) for _ in range(5)]]
    await make_promotion(buyers[0], "HELLO", kind="FREE_CREDITS", credits=40, maxUses=3)

    async def redeem(buyer_number: int) -> str:
        result = await buyers[buyer_number].person.attempt(
            "redeemPromotion", "redemption { status }", code="HELLO", idempotencyKey=world.key()
        )
        return str(result.get("code", "APPLIED"))

    answers = await asyncio.gather(*(redeem(number) for number in range(6)))
    assert sorted(answers) == ["APPLIED"] * 3 + ["LIMIT_REACHED"] * 3
    seen = await buyers[0].staff.ask("{ promotions { nodes { uses redemptions { totalCount } } } }")
    assert seen["promotions"]["nodes"] == [{"uses": "3", "redemptions": {"totalCount": 3}}]


async def test_credits_rule_18_after_ten_codes_that_came_to_nothing_an_organization_waits(world: World) -> None:
    buyer = await make_buyer(world)
    for number in range(10):
        refused = (await buyer.person.ask(QUOTE, quantity=10, currency="USD", code=f"GUESS{number}"))["creditQuote"]
        assert (refused["code"], refused["path"]) == ("NOT_FOUND", ["code"])
    refused = await buyer.person.refused("redeemPromotion", code="GUESS10", idempotencyKey=world.key())
    assert (refused["code"], refused["retryAfter"]) == ("RATE_LIMITED", 3600)
    await buyer.after(hours=1)
    refused = await buyer.person.refused("redeemPromotion", code="GUESS10", idempotencyKey=world.key())
    assert refused["code"] == "NOT_FOUND"
