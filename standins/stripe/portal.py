"""The customer portal: where customers give another card or end what they subscribed to."""

from standins.stripe import subscription_sessions, subscriptions
from standins.stripe.errors import invalid
from standins.stripe.world import Call, Thing, World


def create(world: World, call: Call) -> Thing:
    if "customer" not in call.fields:
        raise invalid("A portal session is for a customer.", param="customer")
    customer = world.get("customer", call.fields["customer"])
    number = world.new_id("bps")
    world.pages[number] = {"customer": customer["id"], "return_url": call.fields.get("return_url")}
    return {
        "id": number,
        "object": "billing_portal.session",
        "configuration": "bpc_000001",
        "created": world.now,
        "customer": customer["id"],
        "customer_account": None,
        "flow": None,
        "livemode": False,
        "locale": None,
        "on_behalf_of": None,
        "return_url": call.fields.get("return_url"),
        "url": f"{world.address}/pages/portal/{number}",
    }


def pay_with(world: World, customer: str, token: str) -> None:
    """Another card for all that the customer subscribes to; a decline is raised."""
    for one in _living(world, customer):
        subscriptions.pay_with(world, one, subscription_sessions.keep(world, one, token))


def cancel_all(world: World, customer: str) -> None:
    """All that the customer subscribes to ends with its period."""
    for one in _living(world, customer):
        fields = {"subscription_exposed_id": one["id"], "cancel_at_period_end": True}
        subscriptions.update(world, Call(account="", fields=fields))


def _living(world: World, customer: str) -> list[Thing]:
    living = ("trialing", "active", "past_due", "unpaid")
    return [one for one in world.all("subscription") if one["customer"] == customer and one["status"] in living]


OPERATIONS = {"POST /v1/billing_portal/sessions": create}
