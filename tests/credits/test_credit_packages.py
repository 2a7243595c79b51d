"""Packages, unit prices and promotions as staff keep them, through the API."""

import asyncio
from datetime import timedelta
from typing import Any

from domain.ids import new_id
from domain.permissions import StaffRole
from domain.products import ProductKind
from schema.ids import global_id
from tests.makers.credit_buyers import STARTER, make_buyer, make_promotion
from tests.makers.staff import another_of_the_staff
from tests.world import Person, World

PACKAGES = """{ creditPackages { nodes { code credits validityDays rolloverEnabled rolloverCap status
  prices { displayRate price { amountMinor currency } } } } }"""


async def _product(staff: Person, code: str = "credits.tiny", **prices: int) -> str:
    """A product of credits, with what it costs once by currency."""
    made = await staff.do(
        "createProduct", "product { id }", code=code, name="Tiny", kind=ProductKind.CREDIT_PACKAGE.value
    )
    product = str(made["product"]["id"])
    for currency, minor in prices.items():
        await staff.do(
            "createPrice",
            "price { id }",
            productId=product,
            currency=currency,
            model="FLAT",
            unitAmountMinor=str(minor),
            interval="ONE_TIME",
        )
    return product


async def test_credits_example_1_a_platform_begins_with_three_packages_and_their_rates(world: World) -> None:
    seen = (await (await world.client_side()).ask(PACKAGES))["creditPackages"]["nodes"]
    found = [(one["code"], one["credits"], one["prices"][0]["displayRate"]) for one in seen]
    assert found == [
        ("starter", "200", "0.1000"),
        ("professional", "600", "0.0833"),
        ("enterprise", "1500", "0.0667"),
    ]
    assert seen[0] == {
        "code": "starter",
        "credits": "200",
        "validityDays": 365,
        "rolloverEnabled": False,
        "rolloverCap": "200",
        "status": "ACTIVE",
        "prices": [{"displayRate": "0.1000", "price": {"amountMinor": "1999", "currency": "USD"}}],
    }


async def test_a_new_package_is_sold_at_the_prices_of_its_product_until_it_is_archived(world: World) -> None:
    buyer = await make_buyer(world)
    product = await _product(buyer.staff, EUR=90, USD=100)
    terms = {"productId": product, "code": "tiny", "name": "Tiny", "credits": 10, "neverExpires": True}
    made = await buyer.staff.do(
        "createCreditPackage", "package { id validityDays prices { price { amountMinor currency } } }", **terms
    )
    assert made["package"] | {"id": ""} == {
        "id": "",
        "validityDays": None,
        "prices": [
            {"price": {"amountMinor": "90", "currency": "EUR"}},
            {"price": {"amountMinor": "100", "currency": "USD"}},
        ],
    }
    refused = await buyer.staff.refused("createCreditPackage", **terms | {"code": "other"})
    assert (refused["code"], refused["path"]) == ("CONFLICT", ["productId"])
    other = await _product(buyer.staff, "credits.other")
    refused = await buyer.staff.refused("createCreditPackage", **terms | {"productId": other})
    assert (refused["code"], refused["path"]) == ("CONFLICT", ["code"])

    package = {"packageId": made["package"]["id"]}
    bought = await buyer.buy(**package)
    [lot] = await buyer.lots()
    assert (lot.quantity, lot.cost_minor, lot.expires_at) == (10, 100, None)

    await buyer.staff.do("archiveCreditPackage", "package { status }", **package)
    refused = await buyer.person.refused("purchaseCredits", currency="USD", idempotencyKey=world.key(), **package)
    assert (refused["code"], refused["from"]) == ("WRONG_STATE", "ARCHIVED")
    assert (await buyer.purchase(bought)).status.name == "PAID"


async def test_credits_rule_10_a_unit_price_counts_from_its_instant_on(world: World) -> None:
    buyer = await make_buyer(world)
    starts = (world.clock.now() + timedelta(days=1)).isoformat()
    price = {"currency": "USD", "unitAmount": "12.5", "startsAt": starts}
    await buyer.staff.do("setCreditUnitPrice", "unitPrice { unitAmount }", **price)
    refused = await buyer.staff.refused("setCreditUnitPrice", **price)
    assert (refused["code"], refused["path"]) == ("CONFLICT", ["startsAt"])

    async def price_of_eleven() -> str:
        query = 'query { creditQuote(quantity: 11, currency: "USD") { ... on CreditQuote { price { amountMinor } } } }'
        return str((await buyer.person.ask(query))["creditQuote"]["price"]["amountMinor"])

    assert await price_of_eleven() == "110"
    await buyer.after(days=1)
    assert await price_of_eleven() == "138"
    listed = await buyer.person.ask("{ creditUnitPrices { nodes { currency unitAmount } } }")
    amounts = [float(one["unitAmount"]) for one in listed["creditUnitPrices"]["nodes"]]
    assert amounts == [12.5, 10]


async def test_a_code_that_two_of_the_staff_take_at_the_same_instant_is_taken_once(world: World) -> None:
    buyer = await make_buyer(world)
    colleague = await another_of_the_staff(world, StaffRole.ADMIN)
    products = [await _product(buyer.staff, f"credits.{name}") for name in ("one", "two")]
    package = {"code": "same", "name": "Same", "credits": 10}
    now = world.clock.now()
    window = {"startsAt": now.isoformat(), "endsAt": (now + timedelta(days=1)).isoformat()}
    promotion = {"code": "SAME", "kind": "PERCENTAGE", "bps": 100, **window}

    async def codes(action: str, shown: str, *terms: dict[str, Any]) -> list[str | None]:
        people = zip((buyer.staff, colleague), terms, strict=True)
        answers = await asyncio.gather(*(person.attempt(action, shown, **one) for person, one in people))
        return sorted(answer.get("code") or "MADE" for answer in answers)

    packages = [package | {"productId": product} for product in products]
    assert await codes("createCreditPackage", "package { id }", *packages) == ["CONFLICT", "MADE"]
    assert await codes("createPromotion", "promotion { id }", promotion, promotion) == ["CONFLICT", "MADE"]


async def test_staff_change_when_and_for_whom_a_promotion_counts_and_end_it(world: World) -> None:
    buyer = await make_buyer(world)
    promotion = {"promotionId": await make_promotion(buyer, maxUses=5)}
    shown = "promotion { status version maxUses audience { firstPurchaseOnly kinds organizationIds } packageIds }"

    async def code(action: str, **more: Any) -> str | None:
        result = await buyer.staff.attempt(action, shown, **promotion, **more)
        return str(result.get("code") or result["promotion"]["status"])

    agencies = {"kinds": ["AGENCY"], "firstPurchaseOnly": True}
    changed = await buyer.staff.do("updatePromotion", shown, audience=agencies, maxUses=None, **promotion)
    assert changed["promotion"]["audience"] == agencies | {"organizationIds": []}
    assert changed["promotion"]["maxUses"] is None
    version = changed["promotion"]["version"]
    assert await code("updatePromotion", expectedVersion=version - 1, usesPerOrganization=2) == "CONFLICT"
    answers = [await code(f"{verb}Promotion") for verb in ("activate", "pause", "activate", "end", "activate")]
    assert answers == ["WRONG_STATE", "PAUSED", "ACTIVE", "ENDED", "WRONG_STATE"]
    assert await code("updatePromotion", usesPerOrganization=2) == "WRONG_STATE"


async def test_a_promotion_names_known_packages_and_organizations_and_a_new_code(world: World) -> None:
    buyer = await make_buyer(world)
    await make_promotion(buyer)
    now = world.clock.now()
    window = {"startsAt": now.isoformat(), "endsAt": (now + timedelta(days=1)).isoformat()}
    terms = {"code": "OTHER", "kind": "PERCENTAGE", "bps": 100, **window}
    for change, code, path in (
        ({"code": "spring20"}, "CONFLICT", ["code"]),
        ({"packageIds": [STARTER, global_id("CreditPackage", new_id())]}, "NOT_FOUND", ["packageIds"]),
        (
            {"audience": {"organizationIds": [global_id("Organization", new_id())]}},
            "NOT_FOUND",
            ["audience", "organizationIds"],
        ),
    ):
        refused = await buyer.staff.refused("createPromotion", **terms | change)
        assert (refused["code"], refused["path"]) == (code, path)


async def test_promotions_are_seen_by_those_of_the_staff_who_keep_or_use_them(world: World) -> None:
    buyer = await make_buyer(world)
    await make_promotion(buyer)
    support = await another_of_the_staff(world, StaffRole.SUPPORT)
    for person in (support, buyer.person):
        body = await world.client.post("{ promotions { nodes { code } } }", {}, person.token)
        assert body["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    finance = await another_of_the_staff(world, StaffRole.FINANCE)
    assert len((await finance.ask("{ promotions { nodes { code } } }"))["promotions"]["nodes"]) == 1
