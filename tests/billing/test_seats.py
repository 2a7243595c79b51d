"""Seats through the API: given to members, free again when they go, and never fewer than are assigned."""

from domain.permissions import Role
from domain.prices import PriceModel
from schema.ids import global_id
from tests.makers.colleagues import colleague
from tests.makers.subscriptions import Subscribed, make_plan, subscribe
from tests.world import Person, World

SEAT = "seat { user { id } assignedAt releasedAt }"
SEATS = "query($id: ID!) { subscription(id: $id) { seats { totalCount nodes { user { id } } } } }"


async def assign(subscribed: Subscribed, person: Person) -> dict[str, object]:
    """The payload, or the refusal."""
    return await subscribed.buyer.attempt("assignSeat", SEAT, **named(subscribed, person))


def named(subscribed: Subscribed, person: Person) -> dict[str, str]:
    subscription = global_id("BillingSubscription", subscribed.id)
    return {"subscriptionId": subscription, "userId": global_id("User", person.user_id)}


async def seated(subscribed: Subscribed) -> list[str]:
    found = await subscribed.buyer.ask(SEATS, id=global_id("BillingSubscription", subscribed.id))
    nodes = found["subscription"]["seats"]["nodes"]
    assert found["subscription"]["seats"]["totalCount"] == len(nodes)
    return [one["user"]["id"] for one in nodes]


async def of_two(world: World) -> Subscribed:
    """A subscription with two seats at 5.00 each."""
    price = await make_plan(world, price_minor=500, model=PriceModel.PER_SEAT)
    return await subscribe(world, price, quantity=2)


async def test_billing_rule_18_there_are_as_many_seats_as_were_bought(world: World) -> None:
    subscribed = await of_two(world)
    people = [await colleague(world, subscribed.buyer, Role.MEMBER) for _ in range(3)]
    for person in people[:2]:
        assert (await assign(subscribed, person))["seat"]
    assert await seated(subscribed) == [global_id("User", person.user_id) for person in people[:2]]
    refusal = await assign(subscribed, people[2])
    assert refusal["code"] == "LIMIT_REACHED"
    assert "All 2 seats" in str(refusal["message"])


async def test_billing_rule_18_seats_in_use_cannot_be_given_up(world: World) -> None:
    subscribed = await of_two(world)
    people = [await colleague(world, subscribed.buyer, Role.MEMBER) for _ in range(2)]
    for person in people:
        await assign(subscribed, person)
    fewer = {"subscriptionId": global_id("BillingSubscription", subscribed.id), "quantity": 1}
    refusal = await subscribed.buyer.refused("changeSubscription", **fewer, idempotencyKey=world.key())
    assert (refusal["code"], refusal["path"]) == ("LIMIT_REACHED", ["quantity"])
    released = await subscribed.buyer.do("releaseSeat", SEAT, **named(subscribed, people[0]))
    assert released["seat"]["releasedAt"] is not None
    select = "scheduledChange { kind quantity status }"
    waits = await subscribed.buyer.do("changeSubscription", select, **fewer, idempotencyKey=world.key())
    assert waits["scheduledChange"] == {"kind": "QUANTITY", "quantity": 1, "status": "PENDING"}


async def test_billing_rule_18_whoever_is_removed_frees_their_seat_at_once(world: World) -> None:
    subscribed = await of_two(world)
    person = await colleague(world, subscribed.buyer, Role.MEMBER)
    await assign(subscribed, person)
    gone = global_id("Membership", person.membership_id)
    await subscribed.buyer.do("removeMember", "membership { status }", membershipId=gone)
    assert await seated(subscribed) == []


async def test_only_members_have_seats_and_each_one_seat(world: World) -> None:
    subscribed, stranger = await of_two(world), await world.client_side("Elsewhere")
    assert (await assign(subscribed, stranger))["code"] == "NOT_FOUND"
    assert (await assign(subscribed, subscribed.buyer))["seat"]
    assert (await assign(subscribed, subscribed.buyer))["code"] == "CONFLICT"
    refusal = await subscribed.buyer.refused("releaseSeat", **named(subscribed, stranger))
    assert refusal["code"] == "NOT_FOUND"
