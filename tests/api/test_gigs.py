"""Gigs through the API."""

from typing import Any

from domain.ids import new_id
from tests.makers.gigs import gig_input, make_category
from tests.world import World


async def test_a_client_drafts_and_publishes_a_gig(world: World) -> None:
    client = await world.client_side()
    await make_category(world)
    drafted = await client.do("createGig", "gig { id status version organization { name } }", **gig_input())
    assert drafted["gig"]["status"] == "DRAFT"
    assert drafted["gig"]["organization"] == {"name": "Northwind"}
    published = await client.do(
        "publishGig",
        "gig { status version expiresOn history { nodes { action from to user { email } } }"
        " availableActions { action allowed reason } }",
        gigId=drafted["gig"]["id"],
    )
    gig = published["gig"]
    assert (gig["status"], gig["version"]) == ("OPEN", 2)
    assert [(step["action"], step["from"], step["to"]) for step in gig["history"]["nodes"]] == [
        ("createGig", None, "DRAFT"),
        ("publishGig", "DRAFT", "OPEN"),
    ]
    assert gig["history"]["nodes"][0]["user"] == {"email": client.email}
    allowed = {one["action"] for one in gig["availableActions"] if one["allowed"]}
    assert allowed == {"updateGig", "pauseGig", "inviteFreelancer", "cancelGig"}


async def test_publishing_an_incomplete_gig_names_everything_that_is_missing(world: World) -> None:
    client = await world.client_side()
    drafted = await client.do("createGig", "gig { id }", title="Logo", currency="EUR")
    refusal = await client.refused("publishGig", gigId=drafted["gig"]["id"])
    assert refusal["code"] == "INVALID"
    assert sorted(problem["path"][0] for problem in refusal["problems"]) == [
        "budgetMax",
        "categoryId",
        "deliveryDays",
        "description",
        "terms",
    ]


async def test_every_wrong_field_of_a_new_gig_is_named_at_once(world: World) -> None:
    client = await world.client_side()
    wrong: dict[str, Any] = gig_input(
        title="x",
        currency="EUR",
        budgetMin={"amountMinor": "5", "currency": "USD"},
        budgetMax={"amountMinor": "one", "currency": "EUR"},
        startOn="2026-02-31",
        categoryId="prp_" + new_id().hex,
    )
    malformed = await client.refused("createGig", **wrong)
    assert [problem["path"] for problem in malformed["problems"]] == [
        ["categoryId"],
        ["budgetMax", "amountMinor"],
        ["startOn"],
    ]
    wrong |= {"budgetMax": None, "startOn": None, "categoryId": None}
    refusal = await client.refused("createGig", **wrong)
    assert [problem["path"] for problem in refusal["problems"]] == [["title"], ["budgetMin", "currency"]]
    assert (await client.ask("{ gigs { totalCount } }"))["gigs"]["totalCount"] == 0


async def test_strangers_do_not_see_a_draft_and_cannot_tell_it_from_nothing(world: World) -> None:
    client, stranger = await world.client_side(), await world.freelancer_side()
    drafted = await client.do("createGig", "gig { id }", title="Secret plans", currency="EUR")
    unknown = f"gig_{new_id().hex}"
    for id_ in (drafted["gig"]["id"], unknown):
        assert (await stranger.ask("query($id: ID!) { gig(id: $id) { title } }", id=id_))["gig"] is None
    foreign = await stranger.refused("publishGig", gigId=drafted["gig"]["id"])
    assert foreign == await stranger.refused("publishGig", gigId=unknown)


async def test_gigs_are_paged_by_cursor(world: World) -> None:
    client = await world.client_side()
    for title in ("One", "Two", "Three"):
        await client.do("createGig", "gig { id }", title=title, currency="EUR")
    page = (
        "query($after: Cursor) { gigs(first: 2, after: $after)"
        " { totalCount nodes { title } pageInfo { hasNextPage endCursor } } }"
    )
    first = (await client.ask(page))["gigs"]
    assert ([gig["title"] for gig in first["nodes"]], first["totalCount"]) == (["Three", "Two"], 3)
    assert first["pageInfo"]["hasNextPage"] is True
    second = (await client.ask(page, after=first["pageInfo"]["endCursor"]))["gigs"]
    assert [gig["title"] for gig in second["nodes"]] == ["One"]
    assert second["pageInfo"]["hasNextPage"] is False
