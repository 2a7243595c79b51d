"""Catalogues through the API: what everybody sees, what their keepers write, and what holders keep."""

import asyncio
from typing import Any

import pytest

from domain.permissions import Role, StaffRole
from tests.makers.apps import install, make_active_app, make_app
from tests.makers.catalogue import (
    make_feature,
    make_meter,
    make_plan,
    make_price,
    make_product,
    own_price,
    own_product,
)
from tests.makers.colleagues import colleague
from tests.world import Person, World

PLANS = """{ plans(filter: { isOwn: true, productKind: [PLAN] }) { nodes { rank product { code
  features { feature { code kind reset } value mode }
  prices(filter: { currency: "USD" }) { nodes { interval unitAmount { amountMinor currency } } } } } } }"""
CODES = "query($filter: ProductFilter) { products(filter: $filter) { nodes { code } } }"
TIERS = [
    {"upTo": 1_000, "unitAmount": "0"},
    {"upTo": 10_000, "unitAmount": "0.5"},
    {"unitAmount": "0.2", "flatMinor": 7},
]


TEAM = {
    "taxCode": "saas",
    "status": "ACTIVE",
    "features": [
        {"feature": {"code": "seats"}, "value": "7", "mode": "ADD"},
        {"feature": {"code": "support"}, "value": None, "mode": "SET"},
    ],
}
TEAM_PLAN = {
    "product": {"code": "team"},
    "rank": 25,
    "trialDays": 14,
    "trialEnd": "CANCEL",
    "graceDays": 3,
    "dunningOutcome": "CANCEL",
    "seatMin": 1,
    "seatMax": 50,
    "includedCredits": "100",
    "creditSchedule": "PER_PERIOD",
}
TEAM_PRICE = {
    "model": "GRADUATED",
    "unitAmount": {"amountMinor": "0"},
    "meter": {"code": "calls", "aggregation": "SUM"},
    "tiers": [
        {"upTo": "1000", "unitAmount": "0", "flatMinor": "0"},
        {"upTo": "10000", "unitAmount": "0.5", "flatMinor": "0"},
        {"upTo": None, "unitAmount": "0.2", "flatMinor": "7"},
    ],
    "availableActions": [{"action": "archivePrice", "allowed": True}],
}


async def codes(person: Person, **filter: Any) -> list[str]:
    return [one["code"] for one in (await person.ask(CODES, filter=filter))["products"]["nodes"]]


async def paths(person: Person, mutation: str, **input: Any) -> list[list[str]]:
    refusal = await person.refused(mutation, **input)
    assert refusal["code"] == "INVALID", refusal
    return [problem["path"] for problem in refusal["problems"]]


async def test_everybody_sees_the_plans_with_their_features_and_prices(world: World) -> None:
    viewer = await colleague(world, await world.client_side(), Role.VIEWER)
    nodes = (await viewer.ask(PLANS))["plans"]["nodes"]
    assert [node["product"]["code"] for node in nodes] == ["free", "starter", "standard", "business", "max"]
    starter = nodes[1]["product"]
    gigs = {"code": "gigs.open", "kind": "LIMIT", "reset": "NEVER"}
    assert starter["features"][0] == {"feature": gigs, "value": "5", "mode": "SET"}
    assert starter["prices"]["nodes"] == [
        {"interval": "MONTH", "unitAmount": {"amountMinor": "1900", "currency": "USD"}},
        {"interval": "YEAR", "unitAmount": {"amountMinor": "19000", "currency": "USD"}},
    ]
    unlimited = nodes[4]["product"]["features"]
    assert {one["value"] for one in unlimited} == {None}


async def test_staff_add_a_product_with_features_a_plan_and_a_price_in_tiers(world: World) -> None:
    staff = await world.staff(StaffRole.FINANCE)
    seats = await make_feature(staff, "seats", "LIMIT", reset="BILLING_PERIOD")
    support = await make_feature(staff, "support")
    meter = await make_meter(staff, "calls")
    product = await make_product(
        staff,
        "team",
        features=[{"featureId": seats, "value": 7, "mode": "ADD"}, {"featureId": support}],
        taxCode="saas",
    )
    plan = await make_plan(staff, product, 25, trialDays=14, seatMax=50, includedCredits=100)
    price = await make_price(staff, product, None, model="GRADUATED", tiers=TIERS, meterId=meter)
    found = await staff.ask(
        """query($ids: [ID!]!) { nodes(ids: $ids) {
          ... on Product { taxCode status features { feature { code } value mode } plan { id } }
          ... on Plan { product { code } rank trialDays trialEnd graceDays dunningOutcome }
          ... on Plan { seatMin seatMax includedCredits creditSchedule }
          ... on Price { model unitAmount { amountMinor } meter { code aggregation }
            tiers { upTo unitAmount flatMinor } availableActions { action allowed } } } }""",
        ids=[product, plan, price],
    )
    assert found["nodes"] == [TEAM | {"plan": {"id": plan}}, TEAM_PLAN, TEAM_PRICE]


async def test_billing_rule_1_a_price_is_changed_by_another_that_replaces_it(world: World) -> None:
    staff = await world.staff(StaffRole.FINANCE)
    fields = {"productId": own_product("starter"), "currency": "EUR", "model": "FLAT", "interval": "MONTH"}
    refusal = await staff.refused("createPrice", **fields, unitAmountMinor=2_100)
    assert (refusal["code"], refusal["path"]) == ("CONFLICT", ["replacesId"])
    await make_price(staff, own_product("starter"), 2_100, replacesId=own_price("starter"))
    found = await staff.ask(
        """query($id: ID!) { prices(filter: { productId: $id, currency: "EUR", interval: [MONTH] }) {
          nodes { status unitAmount { amountMinor } } } }""",
        id=own_product("starter"),
    )
    assert [(one["status"], one["unitAmount"]["amountMinor"]) for one in found["prices"]["nodes"]] == [
        ("ARCHIVED", "1900"),
        ("ACTIVE", "2100"),
    ]
    refusal = await staff.refused("archivePrice", priceId=own_price("starter"))
    assert (refusal["code"], refusal["from"]) == ("WRONG_STATE", "ARCHIVED")


async def test_of_two_prices_for_the_same_thing_at_one_time_the_second_is_refused(world: World) -> None:
    staff = await world.staff(StaffRole.FINANCE)
    product = await make_product(staff, "team")
    fields = {"productId": product, "currency": "EUR", "model": "FLAT", "interval": "MONTH", "unitAmountMinor": 1}
    answers = await asyncio.gather(*(staff.attempt("createPrice", "price { id }", **fields) for _ in range(3)))
    assert sorted(answer.get("code", "made") for answer in answers) == ["CONFLICT", "CONFLICT", "made"]


async def test_codes_and_ranks_are_taken_once_in_a_catalogue(world: World) -> None:
    staff = await world.staff(StaffRole.FINANCE)
    refusals = [
        await staff.refused("createProduct", code="starter", name="Again", kind="PLAN"),
        await staff.refused("createFeature", code="members", name="Again", kind="LIMIT"),
        await staff.refused("createPlan", productId=own_product("free"), rank=5),
        await staff.refused("createPlan", productId=await make_product(staff, "team"), rank=20),
    ]
    assert [(one["code"], one["path"]) for one in refusals] == [
        ("CONFLICT", ["code"]),
        ("CONFLICT", ["code"]),
        ("CONFLICT", ["productId"]),
        ("CONFLICT", ["rank"]),
    ]
    await make_plan(staff, await make_product(staff, "more", "ADD_ON"), 20)


async def test_a_product_is_changed_as_a_whole_and_archived_for_good(world: World) -> None:
    staff = await world.staff(StaffRole.FINANCE)
    feature = await make_feature(staff, "support")
    changed = await staff.do(
        "updateProduct",
        "product { name version features { feature { code } } }",
        productId=own_product("max"),
        name="Maximum",
        features=[{"featureId": feature}],
        expectedVersion=1,
    )
    assert changed["product"] == {"name": "Maximum", "version": 2, "features": [{"feature": {"code": "support"}}]}
    refusal = await staff.refused("updateProduct", productId=own_product("max"), name="No", expectedVersion=1)
    assert (refusal["code"], refusal["currentVersion"]) == ("CONFLICT", 2)
    await staff.do("archiveProduct", "product { id }", productId=own_product("max"))
    plans = await codes(staff, isOwn=True, status=["ACTIVE"], kind=["PLAN"])
    assert plans == ["business", "free", "standard", "starter"]
    for mutation in ("updateProduct", "archiveProduct"):
        assert (await staff.refused(mutation, productId=own_product("max")))["code"] == "WRONG_STATE"


async def test_an_archived_feature_stays_where_it_is_and_comes_to_no_other_product(world: World) -> None:
    staff = await world.staff(StaffRole.FINANCE)
    feature = await make_feature(staff, "support")
    product = await make_product(staff, "team", features=[{"featureId": feature}])
    archived = await staff.do("archiveFeature", "feature { status }", featureId=feature)
    assert archived["feature"] == {"status": "ARCHIVED"}
    found = await staff.ask(
        "query($id: ID!) { node(id: $id) { ... on Product { features { feature { code } } } } }", id=product
    )
    assert found["node"] == {"features": [{"feature": {"code": "support"}}]}
    input = {"code": "other", "name": "Other", "kind": "PLAN", "features": [{"featureId": feature}]}
    refusal = await staff.refused("createProduct", **input)
    assert (refusal["code"], refusal["path"]) == ("NOT_FOUND", ["features", "0", "featureId"])


async def test_a_plan_is_changed_and_keeps_what_is_not_named(world: World) -> None:
    staff = await world.staff(StaffRole.FINANCE)
    plan = await make_plan(staff, await make_product(staff, "team"), 25, trialDays=14, graceDays=0)
    changed = await staff.do("updatePlan", "plan { rank trialDays graceDays seatMax }", planId=plan, seatMax=3)
    assert changed["plan"] == {"rank": 25, "trialDays": 14, "graceDays": 0, "seatMax": 3}
    assert await paths(staff, "updatePlan", planId=plan, seatMin=4) == [["seatMax"]]
    assert (await staff.refused("updatePlan", planId=plan, rank=30))["path"] == ["rank"]


@pytest.mark.parametrize(
    ("input", "expected"),
    [
        ({"unitAmountMinor": None}, [["unitAmountMinor"]]),
        ({"unitAmountMinor": -1}, [["unitAmountMinor"]]),
        ({"currency": "XXX"}, [["currency"]]),
        ({"interval": "ONE_TIME"}, [["interval"]]),
        ({"accessDays": 30}, [["accessDays"]]),
        ({"intervalCount": 13}, [["intervalCount"]]),
        ({"tiers": TIERS}, [["tiers"]]),
        ({"model": "VOLUME", "tiers": TIERS}, [["unitAmountMinor"]]),
        ({"model": "VOLUME", "unitAmountMinor": None}, [["tiers"]]),
        ({"model": "VOLUME", "unitAmountMinor": None, "tiers": TIERS[:2]}, [["tiers", "1", "upTo"]]),
        (
            {"model": "VOLUME", "unitAmountMinor": None, "tiers": [TIERS[1], TIERS[0], TIERS[2]]},
            [["tiers", "1", "upTo"]],
        ),
        (
            {"model": "GRADUATED", "unitAmountMinor": None, "tiers": [{"unitAmount": "0.0000001"}]},
            [["tiers", "0", "unitAmount"]],
        ),
        (
            {"model": "GRADUATED", "unitAmountMinor": None, "tiers": [{"unitAmount": "1E+99", "flatMinor": -1}]},
            [["tiers", "0", "flatMinor"], ["tiers", "0", "unitAmount"]],
        ),
    ],
)
async def test_a_price_that_makes_no_sense_is_refused(
    world: World, input: dict[str, Any], expected: list[list[str]]
) -> None:
    staff = await world.staff(StaffRole.FINANCE)
    fields = {"currency": "EUR", "model": "FLAT", "interval": "MONTH", "unitAmountMinor": 100}
    assert await paths(staff, "createPrice", productId=own_product("free"), **{**fields, **input}) == expected


async def test_only_staff_keep_the_catalogue_of_milepost(world: World) -> None:
    owner, support = await world.client_side(), await world.staff(StaffRole.SUPPORT)
    for person in (owner, support):
        refusal = await person.refused("createProduct", code="mine", name="Mine", kind="PLAN")
        assert refusal["code"] == "FORBIDDEN"
        assert (await person.refused("archiveProduct", productId=own_product("free")))["code"] == "FORBIDDEN"


async def test_the_developers_of_an_app_keep_its_catalogue_and_others_see_it_once_they_have_the_app(
    world: World,
) -> None:
    developer, other = await world.freelancer_side(), await world.client_side()
    app = await make_app(developer, isPublic=False)
    product = await make_product(developer, "starter", appId=app)
    await make_price(developer, product, 500)
    assert await codes(developer, appId=app) == ["starter"]
    assert await codes(other, isOwn=False) == []
    refusal = await other.refused("createProduct", appId=app, code="theirs", name="Theirs", kind="PLAN")
    assert (refusal["code"], refusal["path"]) == ("NOT_FOUND", ["appId"])
    assert (await other.refused("archiveProduct", productId=product))["code"] == "NOT_FOUND"


async def test_whoever_has_installed_an_app_sees_its_catalogue_and_cannot_write_to_it(world: World) -> None:
    developer, user = await world.freelancer_side(), await world.client_side()
    app = await make_active_app(developer, await world.staff(StaffRole.TRUST))
    product = await make_product(developer, "tools", appId=app)
    await install(user, app)
    assert await codes(user, appId=app) == ["tools"]
    refusal = await user.refused("createProduct", appId=app, code="theirs", name="Theirs", kind="PLAN")
    assert (refusal["code"], refusal["path"]) == ("FORBIDDEN", ["appId"])
    assert (await user.refused("archiveProduct", productId=product))["code"] == "FORBIDDEN"


async def test_features_of_another_catalogue_are_not_found(world: World) -> None:
    developer = await world.freelancer_side()
    app = await make_app(developer, isPublic=False)
    members = (await developer.ask("{ features(filter: { isOwn: true }) { nodes { id code } } }"))["features"]["nodes"]
    input = {"code": "tools", "name": "Tools", "kind": "PLAN", "features": [{"featureId": members[0]["id"]}]}
    refusal = await developer.refused("createProduct", appId=app, **input)
    assert (refusal["code"], refusal["path"]) == ("NOT_FOUND", ["features", "0", "featureId"])


async def test_only_staff_make_prices_for_experiments_and_nobody_else_sees_them(world: World) -> None:
    staff, client = await world.staff(StaffRole.FINANCE), await world.client_side()
    price = await make_price(staff, own_product("starter"), 2_500, isVariant=True)
    document = "query($id: ID!) { node(id: $id) { ... on Price { isVariant } } }"
    assert (await staff.ask(document, id=price))["node"] == {"isVariant": True}
    assert (await client.ask(document, id=price))["node"] is None
