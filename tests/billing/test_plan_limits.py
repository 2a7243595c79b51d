"""Milepost's own limits: what a plan allows is counted from what there is, whoever comes at the same time."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from domain.features import FeatureKind, FeatureReset
from domain.ids import new_id
from domain.plan_limits import LIMITED
from persistence.plan_usage import COUNTS
from persistence.tables.catalogue import features
from persistence.tables.entitlements import entitlement_grants
from persistence.tables.subscriptions import billing_subscriptions
from tests.makers.apps import install, make_active_app
from tests.makers.catalogue import own_product
from tests.makers.entitlements import assign_seat, change, give, sell_by_the_seat, subscribe
from tests.makers.gigs import gig_input, make_category, make_open_gig
from tests.makers.invoices import invoice_input, make_customer, make_draft
from tests.makers.projects import make_project
from tests.makers.proposals import (
    TERMS,
    accepting,
    eur,
    make_invitation,
    make_offer,
    make_proposal,
    make_submitted_proposal,
)
from tests.makers.subscriptions import platform_staff
from tests.makers.traces import nothing_changes
from tests.makers.webhook_endpoints import make_silent_endpoint
from tests.world import Person, World

WITHOUT_VERBS = {"einvoice", "einvoices.monthly", "import"}
"""Features of the plans that nothing uses yet."""
REFUSAL = "code path used limit resetAt requiredPlan"

Call = tuple[Person, dict[str, Any]]


async def tried(person: Person, verb: str, **input: Any) -> dict[str, Any]:
    """What became of it, or the refusal with all that it says."""
    name = verb[0].upper() + verb[1:]
    query = (
        f"mutation($input: {name}Input!) {{ it: {verb}(input: $input) {{"
        f" __typename ... on Refusal {{ {REFUSAL} }} }} }}"
    )
    found: dict[str, Any] = (await person.ask(query, input=input))["it"]
    return found


async def used(person: Person, code: str) -> tuple[str, str | None]:
    asked = "query($code: String!) { quota(featureCode: $code) { used limit } }"
    found = (await person.ask(asked, code=code))["quota"]
    return found["used"], found["limit"]


async def drafted(client: Person) -> str:
    return str((await client.do("createGig", "gig { id }", **gig_input()))["gig"]["id"])


async def publishing(world: World, client: Person, freelancer: Person) -> Call:
    await make_category(world)
    return client, {"gigId": await drafted(client)}


async def resuming(world: World, client: Person, freelancer: Person) -> Call:
    gig = await make_open_gig(world, client)
    await client.do("pauseGig", "gig { id }", gigId=gig)
    return client, {"gigId": gig}


async def submitting(world: World, client: Person, freelancer: Person) -> Call:
    return freelancer, {"proposalId": await make_proposal(freelancer, await make_open_gig(world, client))}


async def accepting_a_proposal(world: World, client: Person, freelancer: Person) -> Call:
    proposal = await make_submitted_proposal(freelancer, await make_open_gig(world, client))
    return client, await accepting(client, "acceptProposal", proposal)


async def accepting_an_offer(world: World, client: Person, freelancer: Person) -> Call:
    offer = await make_offer(client, freelancer, await make_open_gig(world, client))
    return freelancer, await accepting(freelancer, "acceptOffer", offer)


async def accepting_an_invitation(world: World, client: Person, freelancer: Person) -> Call:
    gig = await make_open_gig(world, client)
    invitation = await make_invitation(client, freelancer, gig, amount=eur(500), terms=TERMS)
    return freelancer, await accepting(freelancer, "acceptGigInvitation", invitation)


async def drafting_an_invoice(world: World, client: Person, freelancer: Person) -> Call:
    return freelancer, invoice_input(await make_customer(freelancer))


async def copying_an_invoice(world: World, client: Person, freelancer: Person) -> Call:
    return freelancer, {"invoiceId": await make_draft(freelancer, await make_customer(freelancer))}


async def inviting(world: World, client: Person, freelancer: Person) -> Call:
    return client, {"email": f"new-{client.email}", "role": "VIEWER"}


async def installing(world: World, client: Person, freelancer: Person) -> Call:
    app = await make_active_app(freelancer, await platform_staff(world))
    return client, {"appId": app, "permissions": []}


async def making_an_endpoint(world: World, client: Person, freelancer: Person) -> Call:
    return client, {"url": "https://192.31.7.1/hooks", "eventTypes": ["gig.*"]}


async def enabling_an_endpoint(world: World, client: Person, freelancer: Person) -> Call:
    await make_silent_endpoint(client)
    [endpoint] = (await client.ask("{ webhookEndpoints { nodes { id } } }"))["webhookEndpoints"]["nodes"]
    return client, {"endpointId": endpoint["id"]}


CALLS: dict[str, Callable[[World, Person, Person], Awaitable[Call]]] = {
    "publishGig": publishing,
    "resumeGig": resuming,
    "submitProposal": submitting,
    "acceptProposal": accepting_a_proposal,
    "acceptOffer": accepting_an_offer,
    "acceptGigInvitation": accepting_an_invitation,
    "createInvoice": drafting_an_invoice,
    "duplicateInvoice": copying_an_invoice,
    "inviteMember": inviting,
    "installApp": installing,
    "createWebhookEndpoint": making_an_endpoint,
    "enableWebhookEndpoint": enabling_an_endpoint,
}


@pytest.mark.parametrize("verb", LIMITED)
async def test_a_verb_needs_its_feature_and_changes_nothing_while_nobody_is_entitled(world: World, verb: str) -> None:
    client, freelancer = await world.client_side(), await world.freelancer_side()
    both = [client.organization_id, freelancer.organization_id]
    plans = [await subscribe(world, one, "max") for one in both]
    caller, input = await CALLS[verb](world, client, freelancer)
    for organization, id_ in zip(both, plans, strict=True):
        await change(world, billing_subscriptions, id_, organization, status="CANCELED", canceled_at=world.clock.now())
    staff = await platform_staff(world)
    await staff.do("archiveProduct", "product { id }", productId=own_product("free"))
    async with nothing_changes(world):
        refused = await tried(caller, verb, **input)
    lowest = "business" if LIMITED[verb] == "webhooks" else "starter"
    assert (refused["code"], refused["path"], refused["requiredPlan"]) == ("NOT_ENTITLED", [], lowest)
    for organization in both:
        await give(world, organization, LIMITED[verb])
    assert "code" not in await tried(caller, verb, **input)


async def test_every_feature_of_the_plans_has_its_verbs_and_what_is_not_reset_is_counted(world: World) -> None:
    statement = select(features.c.code, features.c.kind, features.c.reset)
    async with world.database.reader() as session:
        known = {code: (kind, reset) for code, kind, reset in await session.execute(statement)}
    assert set(LIMITED.values()) | WITHOUT_VERBS == set(known)
    assert {code for code, one in known.items() if one == (FeatureKind.LIMIT, FeatureReset.NEVER)} == set(COUNTS)


async def test_billing_rule_18_a_switch_of_a_plan_by_the_seat_is_for_those_who_have_one(world: World) -> None:
    client = await world.client_side()
    plan = await subscribe(world, client.organization_id, "business")
    await sell_by_the_seat(world, plan, client.organization_id)
    endpoint = {"url": "https://192.31.7.1/hooks", "eventTypes": ["gig.*"]}
    assert (await tried(client, "createWebhookEndpoint", **endpoint))["code"] == "NOT_ENTITLED"
    await assign_seat(world, new_id(), plan, client)
    assert "code" not in await tried(client, "createWebhookEndpoint", **endpoint)


async def test_twenty_gigs_published_at_once_against_a_limit_of_ten(world: World) -> None:
    client = await world.client_side()
    await make_category(world)
    await give(world, client.organization_id, "gigs.open", value=10)
    gigs = [await drafted(client) for _ in range(20)]
    answers = await asyncio.gather(*(tried(client, "publishGig", gigId=gig) for gig in gigs))
    assert Counter(one["__typename"] for one in answers) == {"PublishGigPayload": 10, "Refusal": 10}
    refused = [one for one in answers if "code" in one]
    full = {"code": "LIMIT_REACHED", "path": [], "used": 10, "limit": 10, "resetAt": None, "requiredPlan": "standard"}
    assert refused == [{"__typename": "Refusal", **full}] * 10
    assert await used(client, "gigs.open") == ("10", "10")


async def test_only_open_gigs_take_up_room(world: World) -> None:
    client = await world.client_side()
    first, second = await make_open_gig(world, client), await drafted(client)
    assert (await tried(client, "publishGig", gigId=second))["requiredPlan"] == "starter"
    await client.do("pauseGig", "gig { id }", gigId=first)
    await client.do("publishGig", "gig { id }", gigId=second)
    assert (await tried(client, "resumeGig", gigId=first))["code"] == "LIMIT_REACHED"
    await client.do("cancelGig", "gig { id }", gigId=second)
    await client.do("resumeGig", "gig { id }", gigId=first)
    assert await used(client, "gigs.open") == ("1", "1")


async def test_billing_rule_23_a_lower_limit_takes_nothing_away_and_a_higher_one_counts_at_once(world: World) -> None:
    client = await world.client_side()
    grant = await give(world, client.organization_id, "gigs.open", value=3)
    gigs = [await make_open_gig(world, client) for _ in range(3)]
    revoked = {"revoked_at": world.clock.now(), "revoke_reason": "It was a test"}
    await change(world, entitlement_grants, grant, client.organization_id, **revoked)
    for gig in gigs:
        await client.do("updateGig", "gig { id }", gigId=gig, title="Still ours")
    more = await drafted(client)
    refused = await tried(client, "publishGig", gigId=more)
    assert (refused["used"], refused["limit"], refused["requiredPlan"]) == (3, 1, "starter")
    await subscribe(world, client.organization_id, "starter")
    await client.do("publishGig", "gig { id }", gigId=more)


async def test_proposals_are_counted_by_the_month_when_they_are_handed_in(world: World) -> None:
    client, freelancer = await world.client_side(), await world.freelancer_side()
    await subscribe(world, client.organization_id)
    key = {"featureCode": "proposals.monthly", "idempotencyKey": world.key()}
    await freelancer.do("consumeQuota", "quota { used }", amount="9", **key)
    for _ in range(2):
        last = await make_proposal(freelancer, await make_open_gig(world, client))
        answer = await tried(freelancer, "submitProposal", proposalId=last)
    assert (answer["code"], answer["used"], answer["limit"], answer["requiredPlan"]) == (
        *("LIMIT_REACHED", 10, 10),
        "starter",
    )
    assert answer["resetAt"] is not None
    world.clock.advance(timedelta(days=32))
    await freelancer.do("submitProposal", "proposal { id }", proposalId=last)
    assert await used(freelancer, "proposals.monthly") == ("1", "10")


async def test_both_sides_need_room_for_a_project_and_neither_learns_the_figures_of_the_other(world: World) -> None:
    client, freelancer = await world.client_side(), await world.freelancer_side()
    for _ in range(2):
        await make_project(world, client=client)
    caller, input = await accepting_a_proposal(world, client, freelancer)
    refused = await tried(caller, "acceptProposal", **input)
    assert (refused["code"], refused["used"], refused["limit"], refused["requiredPlan"]) == (
        *("LIMIT_REACHED", 2, 2),
        "starter",
    )
    await subscribe(world, client.organization_id)
    for _ in range(2):
        await make_project(world, freelancer=freelancer)
    refused = await tried(caller, "acceptProposal", **input)
    nothing = dict.fromkeys(("used", "limit", "resetAt", "requiredPlan"))
    assert refused == {"__typename": "Refusal", "code": "LIMIT_REACHED", "path": [], **nothing}
    await give(world, freelancer.organization_id, "projects.active", value=3)
    assert "code" not in await tried(caller, "acceptProposal", **input)
    assert await used(freelancer, "projects.active") == ("3", "3")


async def test_whoever_is_invited_has_a_place_until_they_say_no(world: World) -> None:
    client = await world.client_side()
    made = await client.do("inviteMember", "invitation { id }", email=f"new-{client.email}", role="VIEWER")
    another = {"email": f"other-{client.email}", "role": "VIEWER"}
    refused = await tried(client, "inviteMember", **another)
    assert (refused["used"], refused["limit"], refused["requiredPlan"]) == (2, 2, "starter")
    await client.do("revokeInvitation", "invitation { id }", invitationId=made["invitation"]["id"])
    assert "code" not in await tried(client, "inviteMember", **another)
    assert await used(client, "members") == ("2", "2")


async def test_consent_to_an_app_that_is_there_needs_no_room(world: World) -> None:
    client, developer, staff = await world.client_side(), await world.freelancer_side(), await world.staff()
    first, second = [await make_active_app(developer, staff) for _ in range(2)]
    await install(client, first)
    refused = await tried(client, "installApp", appId=second, permissions=[])
    assert (refused["used"], refused["limit"], refused["requiredPlan"]) == (1, 1, "starter")
    assert "code" not in await tried(client, "installApp", appId=first, permissions=[])


async def test_documents_of_the_month_are_those_that_people_and_keys_draft(world: World) -> None:
    client, freelancer = await world.client_side(), await world.freelancer_side()
    await make_project(world, "COMPLETION", client=client, freelancer=freelancer)
    assert await used(freelancer, "invoices.monthly") == ("0", "5")
    customer = await make_customer(freelancer)
    drafts = [await make_draft(freelancer, customer) for _ in range(5)]
    refused = await tried(freelancer, "duplicateInvoice", invoiceId=drafts[0])
    assert (refused["code"], refused["used"], refused["limit"]) == ("LIMIT_REACHED", 5, 5)
    await freelancer.do("deleteInvoice", "deletedInvoiceId", invoiceId=drafts[1])
    assert (await tried(freelancer, "createInvoice", **invoice_input(customer)))["code"] == "LIMIT_REACHED"
