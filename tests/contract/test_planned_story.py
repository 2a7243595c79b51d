"""One story of mutations, played through HTTP with and without the planner: the same answers and the same effects."""

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2
from sqlalchemy import text

from server.app import create_app
from server.plans import Plans
from tests.makers.gigs import gig_input, make_category
from tests.makers.invoices import invoice_input, make_customer
from tests.world import Person, World

REFUSAL = "... on Refusal { code message path problems { path message } from allowed currentVersion }"
GIG = "gig { id status version title availableActions { action } organization { id name }"
CREATE = (
    f"mutation($input: CreateGigInput!) {{ createGig(input: $input) {{ __typename ... on CreateGigPayload {{ {GIG}"
    f" history {{ totalCount nodes {{ action to }} }} }} }} {REFUSAL} }} }}"
)
PUBLISH = (
    f"mutation($input: PublishGigInput!) {{ publishGig(input: $input) {{ ... on PublishGigPayload {{ {GIG} }} }}"
    f" {REFUSAL} }} }}"
)
UPDATE = (
    f"mutation($input: UpdateGigInput!) {{ updateGig(input: $input) {{ ... on UpdateGigPayload {{ {GIG} }} }}"
    f" {REFUSAL} }} }}"
)
IN_TURN = (
    "mutation($pause: PauseGigInput!, $resume: ResumeGigInput!) { __typename"
    f" a: pauseGig(input: $pause) {{ ... on PauseGigPayload {{ {GIG} }} }} }}"
    f" b: pauseGig(input: $pause) {{ __typename {REFUSAL} }}"
    f" c: resumeGig(input: $resume) {{ ... on ResumeGigPayload {{ {GIG} history {{ nodes {{ action }} }} }} }} }}"
    f" d: pauseGig(input: $pause) {{ ... on PauseGigPayload {{ {GIG} }} }} }} }}"
)
WRONG_BELOW = (
    "mutation($resume: ResumeGigInput!, $pause: PauseGigInput!) {"
    ' a: resumeGig(input: $resume) { ... on ResumeGigPayload { gig { version status history(after: "nonsense")'
    " { totalCount } } } }"
    " b: pauseGig(input: $pause) { ... on PauseGigPayload { gig { version status } } } }"
)
DRAFT = (
    "mutation($input: CreateInvoiceInput!) { createInvoice(input: $input) { ... on CreateInvoicePayload"
    " { invoice { id status total { decimal } } } } }"
)
OPEN = (
    "mutation($input: OpenInvoiceInput!) { openInvoice(input: $input) { ... on OpenInvoicePayload { replayed"
    f" invoice {{ id number status lines {{ description net {{ decimal }} }} }} }} {REFUSAL} }} }}"
)
SWITCH_AND_LEAVE = (
    "mutation($input: SwitchOrganizationInput!, $draft: CreateGigInput!) {"
    " a: switchOrganization(input: $input) { ... on SwitchOrganizationPayload { session { isCurrent }"
    f" viewer {{ organization {{ name }} membership {{ role }} permissions }} }} {REFUSAL} }}"
    f" b: createGig(input: $draft) {{ ... on CreateGigPayload {{ {GIG} }} }} {REFUSAL} }}"
    " c: signOut(input: {}) { ... on SignOutPayload { session { isCurrent revokeReason } } } }"
)
NOBODY = (
    "mutation($who: SignInInput!, $draft: CreateGigInput!) {"
    f" a: signIn(input: $who) {{ __typename {REFUSAL} }}"
    " b: createGig(input: $draft) { __typename }"
    " c: signIn(input: $who) { __typename } }"
)
CREATE_ORGANIZATION = (
    "mutation($input: CreateOrganizationInput!) { createOrganization(input: $input) {"
    " ... on CreateOrganizationPayload { organization { id name availableActions { action allowed } } }"
    f" {REFUSAL} }} }}"
)

_NAMES = re.compile(r"[0-9a-f]{32}|[0-9a-f]{24}|(?<=person-)[0-9a-f]{8}|\d{4}-\d\d-\d\dT[\d:.]+Z|INV-[\w-]+")


@dataclass(slots=True)
class Story:
    """Whose requests go to one application, and what came back."""

    http: httpx2.AsyncClient
    plans: Plans | None
    told: list[str] = field(default_factory=list)

    async def say(self, person: Person | None, query: str, *, key: str = "", **variables: Any) -> dict[str, Any]:
        headers = {"idempotency-key": key} | ({} if person is None else {"authorization": f"Bearer {person.token}"})
        answer = await self.http.post("/graphql", json={"query": query, "variables": variables}, headers=headers)
        body: dict[str, Any] = answer.json()
        self.told.append(f"{answer.status_code} {json.dumps(body)}")
        return body


@asynccontextmanager
async def story(world: World, *, is_planned: bool) -> AsyncIterator[Story]:
    app = create_app(world.database, world.clock, is_planned=is_planned)
    transport = httpx2.ASGITransport(app=app)
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=transport, base_url="http://t") as http,
    ):
        yield Story(http, app.state.plans)


async def play(world: World, on: Story) -> tuple[list[str], dict[str, int]]:
    """The answers, with ids and instants replaced by their numbers, and how many rows it has left."""
    on.told.clear()
    before = await _rows(world)
    client, freelancer = await world.client_side(), await world.freelancer_side()
    key = world.key()
    created = await on.say(client, CREATE, key=key, input=gig_input())
    again = await on.say(client, CREATE, key=key, input=gig_input())
    assert created["data"] == again["data"]
    await on.say(client, CREATE, key=key, input=gig_input(title="Another"))
    await on.say(client, CREATE, input=gig_input(title="", seats=99))
    await on.say(freelancer, CREATE, input=gig_input())
    await on.say(client, CREATE, input={"title": 5})
    id_ = created["data"]["createGig"]["gig"]["id"]
    pause = resume = {"gigId": id_}
    for person in (client, client, freelancer, None):
        await on.say(person, PUBLISH, input={"gigId": id_})
    await on.say(client, UPDATE, input={"gigId": id_, "expectedVersion": 1, "title": "Late"})
    await on.say(client, UPDATE, input={"gigId": id_, "expectedVersion": 2, "title": 'A shop \u2028 "here"'})
    await on.say(client, IN_TURN, pause=pause, resume=resume)
    await on.say(client, WRONG_BELOW, pause=pause, resume=resume)
    await _invoice(world, on, freelancer, client)
    await on.say(None, NOBODY, who={"email": client.email, "password": "wrong"}, draft=gig_input())
    made = await on.say(client, CREATE_ORGANIZATION, input={"kind": "CLIENT", "name": "Eastwind"})
    other = made["data"]["createOrganization"]["organization"]["id"]
    await on.say(client, SWITCH_AND_LEAVE, input={"organizationId": other}, draft=gig_input())
    await on.say(client, PUBLISH, input={"gigId": id_})
    after = await _rows(world)
    return _normal(on.told), {name: after[name] - before[name] for name in after}


async def _invoice(world: World, on: Story, issuer: Person, recipient: Person) -> None:
    """A draft that is opened twice with one key, and then with another."""
    customer = await make_customer(issuer, recipient)
    drafted = await on.say(issuer, DRAFT, input=invoice_input(customer))
    invoice, key = drafted["data"]["createInvoice"]["invoice"]["id"], world.key()
    for given in (key, key, world.key()):
        await on.say(issuer, OPEN, input={"invoiceId": invoice, "idempotencyKey": given})
    await on.say(issuer, OPEN, input={"invoiceId": f"inv_{'0' * 32}", "idempotencyKey": key})


async def _rows(world: World) -> dict[str, int]:
    """How many rows each table has that a verb would write a second time if it ran twice."""
    tables = ("gigs", "invoices", "ledger_transfers", "organizations", "sign_in_events", "status_changes", "outbox")
    counts = {}
    async with world.database.reader() as session:
        for table in tables:
            counts[table] = int(await session.scalar(text(f"SELECT count(*) FROM {table}")) or 0)
    return counts


def _normal(told: list[str]) -> list[str]:
    """Ids and instants as the numbers in which they came up. What is left of a limit depends on how fast one asks."""
    numbers: dict[str, int] = {}
    alike = [re.sub(r'"available": \d+', '"available": 0', one) for one in told]
    return [_NAMES.sub(lambda found: f"<{numbers.setdefault(found[0], len(numbers))}>", one) for one in alike]


async def test_a_story_has_the_same_answers_and_the_same_effects_from_both_executors(world: World) -> None:
    await make_category(world)
    async with story(world, is_planned=False) as ordinary, story(world, is_planned=True) as planned:
        expected = await play(world, ordinary)
        assert planned.plans is not None
        # What is asked for the first time is answered by the ordinary executor, which knows then that it is valid.
        assert await play(world, planned) == expected
        for document in (WRONG_BELOW, NOBODY):
            planned.plans.planner.admit(document)
        planned.plans.planner.planned = 0
        planned.plans.fallbacks.clear()
        assert await play(world, planned) == expected
    assert dict(planned.plans.fallbacks) == {"variables": 1, "cursor": 1, "error: NotSignedIn": 3}
    assert planned.plans.planner.planned == len(planned.told) - sum(planned.plans.fallbacks.values())
