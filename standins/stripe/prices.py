"""Products and what they cost: prices per unit, each month or each year."""

from standins.stripe.errors import invalid
from standins.stripe.lists import as_list
from standins.stripe.world import Call, Thing, World


def create_product(world: World, call: Call) -> Thing:
    return world.add(
        "product",
        "prod",
        active=True,
        images=[],
        marketing_features=[],
        metadata=dict(call.fields.get("metadata", {})),
        name=call.fields["name"],
        updated=world.now,
    )


def product(world: World, call: Call) -> Thing:
    return world.get("product", call.fields["id"])


def create(world: World, call: Call) -> Thing:
    fields = call.fields
    if "unit_amount" not in fields or "product" not in fields:
        raise invalid("The stand-in has prices with a unit_amount, of a product that is there already.")
    recurring = fields.get("recurring")
    return world.add(
        "price",
        "price",
        active=True,
        billing_scheme="per_unit",
        currency=fields["currency"].lower(),
        metadata=dict(fields.get("metadata", {})),
        product=world.get("product", fields["product"])["id"],
        recurring=None if recurring is None else _recurring(recurring),
        type="one_time" if recurring is None else "recurring",
        unit_amount=fields["unit_amount"],
        unit_amount_decimal=str(fields["unit_amount"]),
    )


def price(world: World, call: Call) -> Thing:
    return world.get("price", call.fields["price"])


def prices(world: World, call: Call) -> Thing:
    return as_list(world.all("price"), call, "active", "currency", "product", "type")


def months_of(price: Thing) -> int:
    """How long one period lasts."""
    recurring = price["recurring"]
    return int(recurring["interval_count"]) * {"month": 1, "year": 12}[recurring["interval"]]


def _recurring(asked: Thing) -> Thing:
    if asked["interval"] not in ("month", "year"):
        raise invalid("The stand-in has prices by the month and by the year only.", param="recurring[interval]")
    count = asked.get("interval_count", 1)
    return {"interval": asked["interval"], "interval_count": count, "meter": None, "usage_type": "licensed"}


OPERATIONS = {
    "POST /v1/products": create_product,
    "GET /v1/products/{id}": product,
    "POST /v1/prices": create,
    "GET /v1/prices": prices,
    "GET /v1/prices/{price}": price,
}
