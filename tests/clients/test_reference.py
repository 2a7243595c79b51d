"""The reference: everything in the schema has one address, every root field an example, no link leads nowhere."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest
from graphql import GraphQLSchema, OperationType, build_schema, parse, validate

from clients.codegen.reading import read_api
from clients.reference.examples import Example, examples
from clients.reference.schema_map import edges
from clients.reference.site import Reference, described

ROOT = Path(__file__).parents[2]
SCHEMA = build_schema((ROOT / "schema" / "schema.graphql").read_text())
API = read_api(SCHEMA, ROOT / "clients" / "operations")
EXAMPLES = examples(SCHEMA, API)
SITE = Reference(SCHEMA, EXAMPLES)
PAGES = {name: SITE.render(name) or "" for name in ["", "map", "deprecations", *SITE.grouping.pages]}
HEADINGS = {"Queries", "Mutations", "Subscriptions", "Types", "Lists"}


def anchors(page: str) -> list[str]:
    return re.findall(r' id="([A-Z]\w*(?:\.\w+)?)"', page)


def test_everything_in_the_schema_has_one_address() -> None:
    counted = Counter(one for name in SITE.grouping.pages for one in anchors(PAGES[name]) if one not in HEADINGS)
    assert counted == Counter(coordinate for coordinate, _, _ in described(SCHEMA))


def test_no_link_of_the_reference_leads_nowhere() -> None:
    places = {f"/reference/{name}".rstrip("/"): set(anchors(page)) for name, page in PAGES.items()}
    lost = [
        f"{name}: {link}"
        for name, page in PAGES.items()
        for link in re.findall(r'href="(/reference[^"]*)"', page)
        if "/assets/" not in link and not leads_somewhere(link, places)
    ]
    assert lost == []


def leads_somewhere(link: str, places: dict[str, set[str]]) -> bool:
    page, _, anchor = link.partition("#")
    return page in places and (not anchor or anchor in places[page])


def test_the_search_finds_everything_on_its_page() -> None:
    entries = json.loads(SITE.search_index())
    assert len(entries) == sum(1 for _ in described(SCHEMA))
    assert ["Mutation.publishGig", "Gig", "Opens a draft to proposals."] in entries
    assert [one for one, page, _ in entries if f'id="{one}"' not in PAGES[page]] == []


def test_every_root_field_has_an_example_that_fits_the_schema() -> None:
    fields = {
        (kind.value, name) for kind in OperationType if (root := SCHEMA.get_root_type(kind)) for name in root.fields
    }
    assert {(one.kind, name) for one in EXAMPLES for name in one.fields} == fields
    assert [f"{one.name}: {fault}" for one in EXAMPLES for fault in validate(SCHEMA, parse(one.text))] == []


def test_variables_of_an_example_are_exactly_those_that_must_be_given() -> None:
    approve = example("ApproveMilestone")
    assert approve.variables == {
        "input": {
            "milestoneId": "",
            "idempotencyKey": "00000000-0000-4000-8000-000000000000",
        }
    }


def example(name: str) -> Example:
    return next(one for one in EXAMPLES if one.name == name)


@pytest.mark.parametrize(
    ("coordinate", "page"),
    [
        ("Mutation.pauseGig", "Gig"),
        ("GigInvitation.status", "Gig"),
        ("Mutation.deleteInvoice", "Invoice"),
        ("Subscription.invoiceUpdated", "LiveEvent"),
        ("RefusalCode.CONFLICT", "Refusal"),
        ("PageInfo.hasNextPage", "Shared"),
    ],
)
def test_things_stand_where_one_looks_for_them(coordinate: str, page: str) -> None:
    assert SITE.grouping.page_of(coordinate) == page


def test_an_example_that_asks_for_little_else_comes_first() -> None:
    gigs = PAGES["Gig"].partition('<article id="Query.gigs">')[2]
    assert gigs.partition("Example: ")[2].startswith("ListGigs<")


def test_codes_of_refusals_lead_to_what_they_mean() -> None:
    assert 'href="/reference/Refusal#RefusalCode.INVALID"' in PAGES["Gig"]


def test_the_map_shows_which_fields_lead_from_noun_to_noun() -> None:
    through = {(edge.source, edge.target): edge.through for edge in edges(SITE.grouping)}
    assert "Gig.proposals" in through["Gig", "Proposal"]
    assert "Milestone.project" in through["Milestone", "Project"]
    assert all(edge.source != edge.target for edge in edges(SITE.grouping))


def test_text_of_the_schema_cannot_become_markup() -> None:
    schema = hostile_schema()
    site = Reference(schema, [])
    pages = [site.render(name) or "" for name in ["", "deprecations", *site.grouping.pages]]
    assert any("&lt;script&gt;" in page for page in pages)
    assert [page for page in pages if "<script>alert" in page] == []


def hostile_schema() -> GraphQLSchema:
    return build_schema(
        """
        interface Node { id: ID! }
        "A thing. <script>alert(1)</script>"
        type Thing implements Node {
          "<script>alert(2)</script>"
          id: ID! @deprecated(reason: "<script>alert(3)</script>")
        }
        type Query { "<script>alert(4)</script>" thing: Thing node: Node }
        """
    )
