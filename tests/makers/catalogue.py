"""Makers of parts of a catalogue: Milepost's own as it begins, and what staff add to it."""

from typing import Any

from domain.prices import PriceInterval
from persistence.own_catalogue import price_id, product_id
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


async def make_own_catalogue(developer: Person, app: str) -> None:
    """One of everything in the catalogue of an app of theirs."""
    feature = await make_feature(developer, "support", appId=app)
    product = await make_product(developer, "tools", appId=app, features=[{"featureId": feature}])
    await make_plan(developer, product, 0)
    await make_price(developer, product, 500)
    await make_meter(developer, "calls", appId=app)
