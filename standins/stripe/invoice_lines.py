"""Lines of invoices: what a subscription's item costs for a time. Each waits until there is an invoice to take it."""

from standins.stripe.world import Thing, World


def add(
    world: World, subscription: Thing, item: Thing, *, amount: int, start: int, end: int, is_proration: bool = False
) -> Thing:
    """A line that waits for the subscription's next invoice."""
    price, quantity = item["price"], item["quantity"]
    parent = {
        "invoice_item": None,
        "proration": is_proration,
        "proration_details": {"credited_items": None} if is_proration else None,
        "subscription": subscription["id"],
        "subscription_item": item["id"],
    }
    details = {"price": price["id"], "product": price["product"]}
    return world.add(
        "line_item",
        "il",
        amount=amount,
        currency=subscription["currency"],
        description=f"{quantity} x {world.get('product', price['product'])['name']}",
        discountable=not is_proration,
        discounts=[],
        metadata=dict(subscription["metadata"]),
        parent={
            "invoice_item_details": None,
            "subscription_item_details": parent,
            "type": "subscription_item_details",
        },
        period={"start": start, "end": end},
        pricing={
            "price_details": details,
            "type": "price_details",
            "unit_amount_decimal": price["unit_amount_decimal"],
        },
        quantity=quantity,
        subscription=subscription["id"],
        subtotal=amount,
    )


def waiting(world: World, subscription: Thing) -> list[Thing]:
    """In the order in which they came."""
    found = [one for one in world.all("line_item") if one["subscription"] == subscription["id"]]
    return [one for one in reversed(found) if one["invoice"] is None]


def of_invoice(world: World, invoice: Thing) -> list[Thing]:
    return [one for one in reversed(world.all("line_item")) if one["invoice"] == invoice["id"]]
