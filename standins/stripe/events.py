"""Events: what has happened, for those who ask instead of being told."""

from standins.stripe.lists import as_list
from standins.stripe.world import Call, Thing, World


def events(world: World, call: Call) -> Thing:
    types = call.fields.get("types")
    found = [one for one in world.all("event", call.account) if types is None or one["type"] in types]
    return as_list(found, call, "type")


def event(world: World, call: Call) -> Thing:
    return world.get("event", call.fields["id"], call.account)


OPERATIONS = {"GET /v1/events": events, "GET /v1/events/{id}": event}
