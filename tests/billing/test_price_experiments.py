"""Price experiments: whoever is shown a price keeps being shown it, and staff see what came of it."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from domain.experiment_reports import VariantReport, interval
from domain.ids import new_id
from domain.money import Money
from domain.permissions import StaffRole
from domain.price_experiments import PriceExperiment, Variant, chosen
from domain.prices import Price, PriceInterval
from tests.makers.catalogue import make_price, own_price, own_product
from tests.makers.subscriptions import platform_staff, subscribe
from tests.world import Person, World

OFFERS = """query($filter: OfferFilter) { offers(filter: $filter) { nodes { id unitAmount { amountMinor } } } }"""
REPORT = """query($id: ID!) { priceExperimentReport(experimentId: $id) {
  key exposures conversions conversionRate intervalLow intervalHigh revenue { amountMinor currency } } }"""
STARTER = {"productId": own_product("starter"), "currency": "EUR", "interval": "MONTH"}


def an_experiment(*weights: int) -> PriceExperiment:
    return PriceExperiment(
        id=new_id(),
        product_id=new_id(),
        currency="EUR",
        interval=PriceInterval.MONTH,
        interval_count=1,
        variants=tuple(Variant(key=str(place), price_id=new_id(), weight=one) for place, one in enumerate(weights)),
    )


async def make_experiment(staff: Person, *, all_to_new: bool = True) -> tuple[str, str]:
    """A running experiment for the starter plan that shows (nearly) all a new price; and that price."""
    price = await make_price(staff, own_product("starter"), 2_500, isVariant=True)
    few, most = (1, 9_999) if all_to_new else (9_999, 1)
    variants = [
        {"key": "now", "priceId": own_price("starter"), "weight": few},
        {"key": "more", "priceId": price, "weight": most},
    ]
    made = await staff.do("createPriceExperiment", "experiment { id }", **STARTER, variants=variants)
    id_ = made["experiment"]["id"]
    await staff.do("startPriceExperiment", "experiment { status }", experimentId=id_)
    return id_, price


async def offered(person: Person) -> list[str]:
    """What the starter plan costs that person's organization a month, in euros."""
    found = await person.ask(OFFERS, filter={**STARTER, "interval": ["MONTH"]})
    return [one["unitAmount"]["amountMinor"] for one in found["offers"]["nodes"]]


def test_billing_rule_33_a_variant_follows_from_experiment_and_organization() -> None:
    experiment, organizations = an_experiment(2_500, 7_500), [new_id() for _ in range(2_000)]
    shown = [experiment.variant_for(one).key for one in organizations]
    assert shown == [experiment.variant_for(one).key for one in organizations]
    assert 0.2 < shown.count("0") / len(shown) < 0.3
    variants = experiment.variants
    assert [chosen(variants, part).key for part in (0, 2_499, 2_500, 9_999)] == ["0", "0", "1", "1"]


def test_the_interval_holds_the_rate_and_narrows() -> None:
    assert interval(0, 0) is None
    assert interval(5, 10) == (Decimal("0.2366"), Decimal("0.7634"))
    assert interval(0, 10) == (Decimal("0.0000"), Decimal("0.2775"))
    assert interval(500, 1_000) == (Decimal("0.4691"), Decimal("0.5309"))


def test_revenue_is_counted_for_each_exposure() -> None:
    report = VariantReport(key="now", exposures=3, conversions=2, revenue=Money(1_001, "EUR"))
    assert (report.conversion_rate, report.revenue_per_exposure) == (Decimal("0.6667"), Money(334, "EUR"))


async def test_offers_are_the_ordinary_prices_where_no_experiment_runs(world: World) -> None:
    staff, client = await world.staff(StaffRole.FINANCE), await world.client_side()
    await make_price(staff, own_product("starter"), 2_500, isVariant=True)
    assert await offered(client) == ["1900"]


async def test_an_organization_sees_its_variant_as_long_as_the_experiment_lasts(world: World) -> None:
    staff, client = await world.staff(StaffRole.FINANCE), await world.client_side()
    experiment, price = await make_experiment(staff)
    assert await offered(client) == ["2500"]
    await staff.do("pausePriceExperiment", "experiment { status }", experimentId=experiment)
    late = await world.client_side()
    assert (await offered(client), await offered(late)) == (["2500"], ["1900"])
    assert (await late.ask("query($id: ID!) { node(id: $id) { id } }", id=price))["node"] is None
    assert (await client.ask("query($id: ID!) { node(id: $id) { id } }", id=price))["node"] == {"id": price}


async def test_the_winners_price_is_everybodys_and_the_other_is_archived(world: World) -> None:
    staff, client = await world.staff(StaffRole.FINANCE), await world.client_side()
    experiment, _ = await make_experiment(staff)
    refusal = await staff.refused("completePriceExperiment", experimentId=experiment, winner="none")
    assert (refusal["code"], refusal["path"]) == ("INVALID", ["winner"])
    done = await staff.do(
        "completePriceExperiment", "experiment { status winner }", experimentId=experiment, winner="more"
    )
    assert done["experiment"] == {"status": "COMPLETED", "winner": "more"}
    assert await offered(client) == ["2500"]
    node = await client.ask("query($id: ID!) { node(id: $id) { ... on Price { status } } }", id=own_price("starter"))
    assert node["node"] == {"status": "ARCHIVED"}
    again = await staff.refused("startPriceExperiment", experimentId=experiment)
    assert (again["code"], again["from"]) == ("WRONG_STATE", "COMPLETED")


async def test_after_a_cancelled_experiment_everybody_sees_the_ordinary_price(world: World) -> None:
    staff, client = await world.staff(StaffRole.FINANCE), await world.client_side()
    experiment, _ = await make_experiment(staff)
    assert await offered(client) == ["2500"]
    await staff.do("cancelPriceExperiment", "experiment { status }", experimentId=experiment)
    assert await offered(client) == ["1900"]


async def test_one_experiment_runs_for_a_product_currency_and_interval(world: World) -> None:
    staff = await world.staff(StaffRole.FINANCE)
    await make_experiment(staff)
    price = await make_price(staff, own_product("starter"), 3_000, isVariant=True)
    variants = [
        {"key": "now", "priceId": own_price("starter"), "weight": 5_000},
        {"key": "most", "priceId": price, "weight": 5_000},
    ]
    second = await staff.do("createPriceExperiment", "experiment { id }", **STARTER, variants=variants)
    refusal = await staff.refused("startPriceExperiment", experimentId=second["experiment"]["id"])
    assert refusal["code"] == "CONFLICT"


async def test_the_report_counts_who_was_shown_what(world: World) -> None:
    staff = await world.staff(StaffRole.FINANCE)
    experiment, _ = await make_experiment(staff)
    for _ in range(2):
        await offered(await world.client_side())
    now, more = (await staff.ask(REPORT, id=experiment))["priceExperimentReport"]
    nothing = {"conversions": 0, "revenue": {"amountMinor": "0", "currency": "EUR"}}
    assert now == nothing | {
        "key": "now",
        "exposures": 0,
        "conversionRate": None,
        "intervalLow": None,
        "intervalHigh": None,
    }
    assert more == nothing | {
        "key": "more",
        "exposures": 2,
        "conversionRate": "0.0000",
        "intervalLow": "0.0000",
        "intervalHigh": "0.6576",
    }


async def test_the_report_finds_who_has_paid_for_what_they_were_shown(world: World) -> None:
    staff, client = await platform_staff(world), await world.client_side()
    experiment, price = await make_experiment(staff)
    await offered(await world.client_side())
    await offered(client)
    async with world.database.reader() as session:
        shown = await session.get_one(Price, UUID(price.removeprefix("prc_")))
    await subscribe(world, shown, buyer=client)
    _, more = (await staff.ask(REPORT, id=experiment))["priceExperimentReport"]
    assert (more["exposures"], more["conversions"], more["conversionRate"]) == (2, 1, "0.5000")
    assert more["revenue"] == {"amountMinor": "2500", "currency": "EUR"}


async def test_only_whoever_was_shown_a_price_can_buy_at_it(world: World) -> None:
    staff, client, other = (
        await platform_staff(world),
        await world.client_side(),
        await world.freelancer_side(),
    )
    _, price = await make_experiment(staff)
    await offered(client)
    checkout = {"priceId": price, "quantity": 1, "mode": "SUBSCRIPTION", "idempotencyKey": world.key()}
    pages = {"successUrl": "http://localhost/bought", "cancelUrl": "http://localhost/shop"}
    opened = await client.do("createCheckoutSession", "session { status }", **checkout, **pages)
    assert opened["session"] == {"status": "OPEN"}
    refusal = await other.refused("createCheckoutSession", **checkout, **pages)
    assert (refusal["code"], refusal["path"]) == ("NOT_FOUND", ["priceId"])


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"weights": (5_000, 4_999)}, ["variants"]),
        ({"keys": ("same", "same")}, ["variants"]),
        ({"keys": ("", "more")}, ["variants", "0", "key"]),
        ({"currency": "USD"}, ["variants", "0", "priceId"]),
        ({"both_ordinary": True}, ["variants", "1", "priceId"]),
    ],
)
async def test_an_experiment_that_makes_no_sense_is_refused(
    world: World, change: dict[str, Any], path: list[str]
) -> None:
    staff = await world.staff(StaffRole.FINANCE)
    new = await make_price(staff, own_product("starter"), 2_500, isVariant=True)
    prices = own_price("starter"), own_price("max") if change.pop("both_ordinary", False) else new
    weights, keys = change.pop("weights", (5_000, 5_000)), change.pop("keys", ("now", "more"))
    variants = [
        {"key": key, "priceId": price, "weight": weight}
        for key, price, weight in zip(keys, prices, weights, strict=True)
    ]
    refusal = await staff.refused("createPriceExperiment", **{**STARTER, **change}, variants=variants)
    assert (refusal["code"], refusal["problems"][0]["path"]) == ("INVALID", path)


async def test_customers_learn_nothing_of_experiments(world: World) -> None:
    staff, client = await world.staff(StaffRole.FINANCE), await world.client_side()
    experiment, _ = await make_experiment(staff)
    assert (await client.ask("query($id: ID!) { node(id: $id) { id } }", id=experiment))["node"] is None
    assert (await client.refused("cancelPriceExperiment", experimentId=experiment))["code"] == "FORBIDDEN"
    world.clock.advance(timedelta(days=1))
    assert await offered(client) == ["2500"]
