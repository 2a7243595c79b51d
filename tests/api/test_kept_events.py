"""What has happened to an organization, page by page, up to where its live feed goes on."""

from typing import Any

from sqlalchemy import delete

from domain.organizations import OrganizationKind
from domain.permissions import Role
from persistence.tables.platform import outbox
from tests.makers.events import make_placed_gig, toggle
from tests.makers.rows import write
from tests.world import Person, World

PAGE = """query($after: Cursor, $types: [String!], $first: Int! = 20) {
 events(after: $after, types: $types, first: $first) {
 endCursor hasNextPage gap nodes { cursor gap event { type subjectId } } } }"""


async def page(person: Person, **asked: Any) -> dict[str, Any]:
    found: dict[str, Any] = (await person.ask(PAGE, **asked))["events"]
    return found


def types(page: dict[str, Any]) -> list[str]:
    return [one["event"]["type"] for one in page["nodes"]]


async def make_history(world: World, client: Person) -> None:
    """A gig that is published, paused and resumed."""
    gig = await make_placed_gig(world, client)
    for _ in range(2):
        await toggle(world.database, gig, world.clock.now())
    await world.settle()


async def test_pages_follow_each_other_without_a_gap_and_lead_on_to_the_feed(world: World) -> None:
    client = await world.client_side()
    await make_history(world, client)
    whole = await page(client, first=100)
    assert types(whole)[-3:] == ["gig.published", "gig.paused", "gig.resumed"]
    assert (whole["hasNextPage"], whole["gap"]) == (False, False)
    read, after = list[str](), None
    while True:
        one = await page(client, first=1, after=after)
        read, after = read + types(one), one["endCursor"]
        if not one["hasNextPage"]:
            break
    assert read == types(whole)
    assert after == (await client.ask("{ liveCursor }"))["liveCursor"]
    assert await page(client, after=after) == {"endCursor": after, "hasNextPage": False, "gap": False, "nodes": []}


async def test_types_narrow_it_down_and_others_see_nothing_of_it(world: World) -> None:
    client, freelancer = await world.client_side(), await world.freelancer_side()
    await make_history(world, client)
    assert types(await page(client, types=["gig.paused", "gig.resumed"])) == ["gig.paused", "gig.resumed"]
    assert "gig.paused" not in types(await page(freelancer, first=100))


async def test_a_cursor_behind_which_something_is_gone_says_so(world: World) -> None:
    client = await world.client_side()
    await make_history(world, client)
    first = await page(client, first=1)
    await write(world, delete(outbox).where(outbox.c.position <= 2))
    found = await page(client, after=first["endCursor"])
    assert (found["gap"], types(found)) == (True, ["gig.resumed"])


async def test_it_takes_a_page_a_cursor_and_a_right(world: World) -> None:
    client = await world.client_side()
    for asked in ({"first": 0}, {"first": 101}, {"after": "nonsense"}, {"types": ["a"] * 51}):
        answer = await world.client.post(PAGE, asked, client.token)
        assert answer["errors"][0]["extensions"]["code"] in ("BAD_USER_INPUT", "INVALID"), answer
    nobody = await world.client.post(PAGE, None, None)
    assert nobody["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    organization = await world.organization(OrganizationKind.CLIENT, "Contoso")
    assert (await page(await world.join(organization, Role.MEMBER)))["gap"] is False
