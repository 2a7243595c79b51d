"""Webhook endpoints of apps: what is told of organizations that have let an app in, and who may have it told."""

from datetime import timedelta

from domain.app_events import APP_EVENTS
from schema.ids import global_id
from tests.makers.apps import Partner, install, make_app, make_own_app
from tests.makers.credit_control import account_of, spend_some
from tests.makers.gigs import make_open_gig
from tests.makers.keys import make_key
from tests.makers.receivers import Receiver
from tests.makers.staff import another_of_the_staff
from tests.makers.webhook_endpoints import make_app_endpoint, make_endpoint, spend_as
from tests.world import Person, World

URL = "http://127.0.0.1:1/hooks"
SECOND = timedelta(seconds=1)


def org(person: Person) -> str:
    return global_id("Organization", person.organization_id)


def told(receiver: Receiver) -> list[tuple[str, str]]:
    """What happened, and where."""
    return [(one.json["type"], one.json["organizationId"]) for one in receiver.heard]


async def freeze(staff: Person, person: Person, verb: str = "freezeCreditAccount") -> str:
    """The id of the account."""
    account = global_id("CreditAccount", (await account_of(staff.world, person.organization_id)).id)
    await staff.do(verb, "account { id }", accountId=account, reason="Looked into")
    return account


async def test_an_app_is_told_what_it_has_done_and_where(partner: Partner, receiver: Receiver) -> None:
    endpoint = await make_app_endpoint(partner, receiver.url)
    spent = await spend_as(partner, 12)
    await partner.world.settle()
    (heard,) = receiver.heard
    assert heard.is_signed_with(endpoint.secret)
    assert heard.json | {"id": "", "occurredAt": ""} == {
        "id": "",
        "type": "credits.spent",
        "occurredAt": "",
        "schemaVersion": 1,
        "organizationId": org(partner.user),
        "subject": {"type": "CreditTransaction", "id": spent, "version": 1},
        "data": {"quantity": "12", "available": "88", "type": "SPEND"},
    }


async def test_everybody_who_has_let_the_app_in_is_told_of_and_nobody_else(
    world: World, partner: Partner, receiver: Receiver
) -> None:
    staff = await another_of_the_staff(world)
    second, stranger = await world.client_side("Second"), await world.client_side("Stranger")
    await install(second, partner.id)
    await make_app_endpoint(partner, receiver.url)
    for person in (partner.user, second, stranger, partner.owner):
        await freeze(staff, person)
    await make_open_gig(world, partner.user)
    await world.settle()
    assert sorted(told(receiver)) == sorted(("credit_account.frozen", org(one)) for one in (partner.user, second))


async def test_an_app_is_told_as_much_as_it_could_ask_for(world: World, partner: Partner, receiver: Receiver) -> None:
    staff = await another_of_the_staff(world)
    await make_app_endpoint(partner, receiver.url)
    await spend_some(world, partner.user.organization_id, 5)
    await freeze(staff, partner.user)
    await freeze(staff, partner.user, "unfreezeCreditAccount")
    await world.settle()
    assert [(one.json["type"], one.json["data"]) for one in receiver.heard] == [
        ("credit_account.frozen", {}),
        ("credit_account.unfrozen", {}),
    ]


async def test_what_was_not_granted_is_not_told(world: World, partner: Partner, receiver: Receiver) -> None:
    staff = await another_of_the_staff(world)
    await make_app_endpoint(partner, receiver.url, "credit_account.*", "credits.*")
    await install(partner.user, partner.id, ["CREDITS_CONSUME"])
    await spend_as(partner)
    await freeze(staff, partner.user)
    await world.settle()
    assert told(receiver) == [("credits.spent", org(partner.user))]


async def test_what_happened_before_an_organization_let_the_app_in_is_not_told(
    world: World, partner: Partner, receiver: Receiver
) -> None:
    staff, second = await another_of_the_staff(world), await world.client_side("Second")
    await make_app_endpoint(partner, receiver.url)
    await freeze(staff, second)
    world.clock.advance(SECOND)
    await install(second, partner.id)
    await world.settle()
    assert told(receiver) == [("app.installed", org(second))]


async def test_what_happened_to_one_object_comes_in_order(partner: Partner, receiver: Receiver) -> None:
    world = partner.world
    await make_app_endpoint(partner, receiver.url)
    key = {"organizationId": org(partner.user), "idempotencyKey": world.key()}
    held = await partner.backend.do("holdCredits", "transaction { id }", quantity=5, **key)
    of_hold = {"transactionId": held["transaction"]["id"], "idempotencyKey": world.key()}
    await partner.backend.do("captureCredits", "transaction { id }", **of_hold, quantity=3)
    receiver.status = 500
    await world.settle()
    assert receiver.types == ["credits.held"]
    receiver.status = 200
    world.clock.advance(5 * SECOND)
    await world.settle()
    assert receiver.types == ["credits.held", "credits.held", "credits.captured"]


async def test_a_query_is_asked_as_the_app_in_the_organization_that_it_is_told_of(
    world: World, partner: Partner, receiver: Receiver
) -> None:
    second = await world.client_side("Second")
    await install(second, partner.id)
    query = f"""query($organizationId: ID!, $subjectId: ID!) {{
      organization(id: $organizationId) {{ name }}
      creditAccount(organizationId: $organizationId) {{ available held }}
      node(id: $subjectId) {{ ... on CreditTransaction {{ quantity }} }}
      elsewhere: creditAccount(organizationId: "{org(second)}") {{ available }}
      owners: creditAccount(organizationId: "{org(partner.owner)}") {{ available }} }}"""
    await make_app_endpoint(partner, receiver.url, payloadQuery=query)
    await spend_as(partner, 12)
    await world.settle()
    (heard,) = receiver.heard
    assert heard.json["data"] == {
        "organization": {"name": "Northwind"},
        "creditAccount": {"available": "88", "held": None},
        "node": {"quantity": "12"},
        "elsewhere": None,
        "owners": None,
    }


async def test_a_query_for_what_apps_may_not_read_says_so(partner: Partner, receiver: Receiver) -> None:
    await make_app_endpoint(partner, receiver.url, payloadQuery="{ members { nodes { id } } }")
    await spend_as(partner, 12)
    await partner.world.settle()
    (heard,) = receiver.heard
    assert heard.json["data"] == {"quantity": "12", "available": "88", "type": "SPEND"}
    assert heard.json["payloadError"]["code"] == "FORBIDDEN"


async def test_the_log_names_the_installation_and_is_the_owners_alone(partner: Partner, receiver: Receiver) -> None:
    endpoint = await make_app_endpoint(partner, receiver.url)
    await spend_as(partner)
    await partner.world.settle()
    shown = "nodes { installation { id organization { id } } }"
    log = f"query($id: ID!) {{ webhookDeliveries(filter: {{ endpointId: $id }}) {{ {shown} }} }}"
    found = (await partner.owner.ask(log, id=endpoint.id))["webhookDeliveries"]["nodes"]
    assert found == [{"installation": {"id": partner.installation, "organization": {"id": org(partner.user)}}}]
    assert (await partner.user.ask(log, id=endpoint.id))["webhookDeliveries"]["nodes"] == []
    key = await make_key(partner.owner, "webhooks:manage")
    assert (await key.ask(log, id=endpoint.id))["webhookDeliveries"]["nodes"] == [{"installation": None}]


async def test_an_endpoint_is_made_for_an_app_of_ones_own_that_works(partner: Partner, calls_local: None) -> None:
    wanted = {"url": URL, "eventTypes": ["*"], "appId": partner.id}
    assert (await partner.user.refused("createWebhookEndpoint", **wanted))["code"] == "NOT_FOUND"
    await partner.reviewer.do("suspendApp", "app { id }", appId=partner.id, reason="Complaints")
    refusal = await partner.owner.refused("createWebhookEndpoint", **wanted)
    assert (refusal["code"], refusal["path"]) == ("FORBIDDEN", ["app"])
    await partner.reviewer.do("activateApp", "app { id }", appId=partner.id)
    made = await partner.owner.do("createWebhookEndpoint", "endpoint { app { id } permissions }", **wanted)
    assert made["endpoint"] == {"app": {"id": partner.id}, "permissions": []}


async def test_apps_choose_among_what_apps_are_told(partner: Partner, calls_local: None) -> None:
    types = ["credits.*", "invoice.paid", "gig.*"]
    refusal = await partner.owner.refused("createWebhookEndpoint", url=URL, eventTypes=types, appId=partner.id)
    assert [one["path"] for one in refusal["problems"]] == [["eventTypes", "1"], ["eventTypes", "2"]]
    endpoint = await make_app_endpoint(partner, URL, "credits.*")
    refusal = await partner.owner.refused("updateWebhookEndpoint", endpointId=endpoint.id, eventTypes=types)
    assert (refusal["code"], len(refusal["problems"])) == ("INVALID", 2)
    found = (await partner.owner.ask("{ eventTypes { type isForApps } }"))["eventTypes"]
    assert {one["type"] for one in found if one["isForApps"]} == set(APP_EVENTS)


async def test_endpoints_of_apps_count_among_those_of_their_owner(partner: Partner, calls_local: None) -> None:
    for _ in range(19):
        await make_endpoint(partner.owner, URL)
    endpoint = await make_app_endpoint(partner, URL)
    refusal = await partner.owner.refused("createWebhookEndpoint", url=URL, eventTypes=["*"], appId=partner.id)
    assert refusal["code"] == "LIMIT_REACHED"
    listed = "query($id: ID) { webhookEndpoints(filter: { appId: $id }) { nodes { id } } }"
    assert (await partner.owner.ask(listed, id=partner.id))["webhookEndpoints"]["nodes"] == [{"id": endpoint.id}]


async def test_an_owner_tries_it_in_a_sandbox_before_the_review(world: World, receiver: Receiver) -> None:
    owner = await world.freelancer_side("Time tools Ltd")
    app = await make_own_app(owner)
    await world.settle()
    await make_endpoint(owner, receiver.url, "*", appId=app)
    other = await make_app(owner, name="Not installed")
    await make_endpoint(owner, f"{receiver.url}/other", "*", appId=other)
    await install(owner, app, ["CREDITS_READ"])
    await world.settle()
    (heard,) = receiver.heard
    assert (heard.path, heard.json["type"], heard.json["data"]) == (
        "/hooks",
        "app.consent_changed",
        {"permissions": ["credits:read"]},
    )
