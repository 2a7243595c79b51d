"""Documents say what is so: generated ones match the code, and whatever any of them names is there."""

import json
import re
from pathlib import Path

from graphql import build_schema, parse, validate

from domain.refusals import RefusalCode
from server.states import states_document

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(DOCS.rglob("*.md"))]


def test_the_checked_in_state_diagrams_are_those_of_the_code() -> None:
    text = (DOCS / "states.md").read_text()
    assert text == states_document(), "run `python -m server states` and commit docs/states.md"


def test_a_diagram_shows_where_a_life_begins_and_ends() -> None:
    gig = states_document().partition("## Gig\n")[2].partition("## ")[0]
    assert "[*] --> DRAFT\n" in gig
    assert "DRAFT --> OPEN: publishGig\n" in gig
    assert "EXPIRED --> [*]\n" in gig
    assert "| `takeDownGig` | DRAFT, OPEN, PAUSED | CANCELLED | staff | `staff:moderation` |" in gig


def test_links_lead_somewhere() -> None:
    links = [(page, link) for page in PAGES for link in re.findall(r"\]\((?!http)([^)#]+)\)", page.read_text())]
    assert [f"{page.name}: {link}" for page, link in links if not (page.parent / link).exists()] == []


def test_files_that_documents_name_exist() -> None:
    places = r"`((?:domain|persistence|planner|resolvers|schema|server|jobs|integrations|tests|docs)/[\w/.-]*)`"
    named = {name for page in PAGES for name in re.findall(places, page.read_text())}
    assert sorted(name for name in named if not (ROOT / name).exists()) == []


def test_every_decision_names_the_test_that_keeps_it_true() -> None:
    decisions = sorted((DOCS / "decisions").glob("0*.md"))
    assert decisions
    assert [page.name for page in decisions if not re.search(r"\*\*Kept true by\*\*[^`]*`", page.read_text())] == []


def test_the_api_page_explains_every_code_of_a_refusal() -> None:
    text = (DOCS / "api.md").read_text()
    assert [code.name for code in RefusalCode if f"`{code.name}`" not in text] == []


def test_requests_in_documents_fit_the_schema() -> None:
    pages = [page.read_text() for page in PAGES]
    bodies = [json.loads(body) for page in pages for body in re.findall(r" -d '({.*?})'", page, re.DOTALL)]
    shown = [request for page in pages for request in re.findall(r"```graphql\n(.*?)```", page, re.DOTALL)]
    requests = [body["query"] for body in bodies] + shown
    schema = build_schema((ROOT / "schema" / "schema.graphql").read_text())
    assert len(requests) >= 2
    assert [error.message for request in requests for error in validate(schema, parse(request))] == []
