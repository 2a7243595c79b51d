"""Makers of parts of a catalogue: Milepost's own as it begins, and what staff add to it."""

from typing import Any

from domain.prices import PriceInterval
from persistence.own_catalogue import price_id, product_id
from tests.makers.apps import install, make_app, make_backend
from tests.world import Person


def own_product(code: str) -> str:
    """The global id of a plan that every platform begins with."""
    return f"prd_{product_id(code).hex}"


def own_price(code: str, currency: str = "EUR", interval: PriceInterval = PriceInterval.MONTH) -> str:
    """The global id of the price of such a plan."""
    return f"prc_{price_id(code, currency, interval).hex}"


async def make_feature(staff: Person, code: str, kind: str = "BOOLEAN", **more: Any) -> str:
    made = await staff.do("createFeature", "feature { id }", code=code, name=code.title(), kind=kind, **more)
    return str(made["feature"]["id"])


async def make_product(staff: Person, code: str, kind: str = "PLAN", **more: Any) -> str:
    made = await staff.do("createProduct", "product { id }", code=code, name=code.title(), kind=kind, **more)
    return str(made["product"]["id"])


async def make_plan(staff: Person, product: str, rank: int, **more: Any) -> str:
    made = await staff.do("createPlan", "plan { id }", productId=product, rank=rank, **more)
    return str(made["plan"]["id"])


async def make_price(staff: Person, product: str, minor: int | None, **more: Any) -> str:
    """A price of so much a month in euros, unless said otherwise."""
    fields = {"currency": "EUR", "model": "FLAT", "interval": "MONTH"} | more
    amount = {} if minor is None else {"unitAmountMinor": minor}
    made = await staff.do("createPrice", "price { id }", productId=product, **fields, **amount)
    return str(made["price"]["id"])


async def make_meter(staff: Person, code: str, aggregation: str = "SUM", **more: Any) -> str:
    made = await staff.do("createMeter", "meter { id }", code=code, aggregation=aggregation, **more)
    return str(made["meter"]["id"])


async def make_own_catalogue(developer: Person, app: str) -> str:
    """One of everything in the catalogue of an app of theirs; the id of its product."""
    feature = await make_feature(developer, "support", appId=app)
    product = await make_product(developer, "tools", appId=app, features=[{"featureId": feature}])
    await make_plan(developer, product, 0)
    await make_price(developer, product, 500)
    return product


async def make_own_usage(developer: Person) -> None:
    """What an app of theirs, which they try themselves, has reported to its meter."""
    app = await make_app(developer, isPublic=False, permissions=["USAGE_WRITE"])
    await install(developer, app, ["USAGE_WRITE"])
    await make_meter(developer, "calls", appId=app)
    backend = await make_backend(developer, app)
    event = {"meterCode": "calls", "eventId": "first", "occurredAt": developer.world.clock.now().isoformat()}
    own = f"org_{developer.organization_id.hex}"
    assert await backend.do("recordUsage", "accepted", organizationId=own, events=[event]) == {"accepted": 1}


async def make_price_experiment(staff: Person, product: str) -> str:
    """An experiment with the price of a product, and one that is made for it; nobody has started it."""
    document = "query($id: ID!) { prices(filter: { productId: $id, status: [ACTIVE] }) { nodes { id } } }"
    [usual] = (await staff.ask(document, id=product))["prices"]["nodes"]
    other = await make_price(staff, product, 1_200, isVariant=True)
    variants = [
        {"key": "usual", "priceId": usual["id"], "weight": 5_000},
        {"key": "other", "priceId": other, "weight": 5_000},
    ]
    terms = {"productId": product, "currency": "EUR", "interval": "MONTH", "variants": variants}
    return str((await staff.do("createPriceExperiment", "experiment { id }", **terms))["experiment"]["id"])
