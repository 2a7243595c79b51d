"""The audit log through the API: what is written down of a mutation, who sees it, and what never stands there."""

import json
from typing import Any
from uuid import uuid4

from domain.audit_entries import NOBODYS
from domain.permissions import Role, StaffRole
from tests.client import Faulted
from tests.makers.audit import entries_for, written
from tests.makers.colleagues import colleague
from tests.makers.gigs import make_open_gig
from tests.makers.identity import PASSWORD, letters, make_account, token_in
from tests.makers.payment_methods import make_method
from tests.makers.projects import approve, make_submitted_project
from tests.world import World

TITLE = "A most unusual title"


async def test_an_entry_tells_who_did_what_for_whom_and_from_where(world: World) -> None:
    client = await world.client_side()
    gig = await make_open_gig(world, client, title=TITLE)
    published, entry = await entries_for(client)
    assert [event["type"] for event in published["change"]["events"]] == ["gig.published"]
    assert len(entry.pop("hash")) == 64
    assert entry.pop("requestId")
    assert entry == {
        "seq": "1",
        "actorKind": "USER",
        "actor": {"id": f"usr_{client.user_id.hex}"},
        "organization": {"id": f"org_{client.organization_id.hex}"},
        "action": "createGig",
        "refusal": None,
        "subjectType": "Gig",
        "subjectId": gig,
        "change": entry["change"],
        "ip": "127.0.0.1",
        "prevHash": "0" * 64,
    }
    assert entry["change"]["input"] | {"title": "[withheld]", "currency": "EUR"} == entry["change"]["input"]


async def test_entries_of_an_organization_are_one_chain(world: World) -> None:
    client = await world.client_side()
    for _ in range(3):
        await make_open_gig(world, client)
    entries = (await entries_for(client))[::-1]
    assert [entry["seq"] for entry in entries] == [str(seq) for seq in range(1, 7)]
    assert [entry["prevHash"] for entry in entries[1:]] == [entry["hash"] for entry in entries[:-1]]


async def test_a_repeat_is_not_written_down_again(world: World) -> None:
    client = await world.client_side()
    headers = {"authorization": f"Bearer {client.token}", "idempotency-key": str(uuid4())}
    document = 'mutation { createGig(input: { title: "A logo", currency: "EUR" }) { __typename } }'
    for _ in range(3):
        await world.client.http.post("/graphql", json={"query": document}, headers=headers)
    assert [entry["action"] for entry in await entries_for(client)] == ["createGig"]


async def test_a_refusal_for_want_of_a_permission_is_written_down_and_no_other(world: World) -> None:
    owner = await world.client_side()
    viewer = await colleague(world, owner, Role.VIEWER)
    gig = (await owner.do("createGig", "gig { id }", title=TITLE, currency="EUR"))["gig"]["id"]
    assert (await owner.refused("publishGig", gigId=f"gig_{uuid4().hex}"))["code"] == "NOT_FOUND"
    assert (await owner.refused("createGig", title="", currency="EUR"))["code"] == "INVALID"
    assert (await viewer.refused("publishGig", gigId=gig))["code"] == "FORBIDDEN"
    denied, made = await entries_for(owner)
    assert made["action"] == "createGig"
    assert (denied["action"], denied["refusal"], denied["subjectId"]) == ("publishGig", "FORBIDDEN", gig)
    assert denied["actor"] == {"id": f"usr_{viewer.user_id.hex}"}
    assert "events" not in denied["change"]


async def test_what_people_do_about_themselves_is_not_the_business_of_their_organization(world: World) -> None:
    await make_account(world)
    await world.caller().refused("signIn", email="ada@example.com", password="a guess of somebody")
    signed_in = await world.caller().do("signIn", "token session { id }", email="ada@example.com", password=PASSWORD)
    owner = world.caller(signed_in["token"])
    await owner.do("changePassword", "revokedCount", newPassword="another long sentence")
    found = await owner.ask("{ auditEntries { nodes { action } } }")
    assert "signIn" not in {one["action"] for one in found["auditEntries"]["nodes"]}
    entries = await written(world)
    by_chain = {one.action: one.chain_id for one in entries}
    assert by_chain["signUp"] == NOBODYS
    assert by_chain["verifyEmail"] == by_chain["signIn"] == by_chain["changePassword"]
    assert [one.action for one in entries if one.refusal is not None] == ["signIn"]


async def test_an_organization_sees_its_own_entries_and_staff_for_audits_all(world: World) -> None:
    client, rival = await world.client_side(), await world.client_side("Rival")
    await make_open_gig(world, client)
    assert await entries_for(rival) == []
    assert {entry["action"] for entry in await entries_for(client)} == {"createGig", "publishGig"}
    staff = await world.staff(StaffRole.TRUST)
    support = await colleague(world, staff, StaffRole.SUPPORT)
    assert {entry["action"] for entry in await entries_for(staff)} >= {"createGig", "publishGig"}
    member = await colleague(world, client, Role.MEMBER)
    for nobody in (member, support):
        assert await _fault(nobody, "{ auditEntries { totalCount } }") == "FORBIDDEN"


async def test_entries_are_found_by_actor_subject_action_refusal_and_time(world: World) -> None:
    owner = await world.client_side()
    member, viewer = await colleague(world, owner, Role.MEMBER), await colleague(world, owner, Role.VIEWER)
    first = (await owner.do("createGig", "gig { id }", title=TITLE, currency="EUR"))["gig"]["id"]
    between = world.clock.now().isoformat()
    await member.do("createGig", "gig { id }", title=TITLE, currency="EUR")
    await viewer.refused("publishGig", gigId=first)

    async def found(**filter: Any) -> list[str]:
        return [entry["action"] for entry in await entries_for(owner, **filter)]

    assert await found(actorId=f"usr_{member.user_id.hex}") == ["createGig"]
    assert await found(subjectId=first) == ["publishGig", "createGig"]
    assert await found(subjectId=first, refusal=["FORBIDDEN"]) == ["publishGig"]
    assert await found(action=["createGig"]) == ["createGig", "createGig"]
    assert await found(atFrom=between) == ["publishGig", "createGig"]
    assert await found(atBefore=between) == ["createGig"]
    nobody = '{ auditEntries(filter: { actorId: "nobody" }) { totalCount } }'
    errors = (await world.client.post(nobody, None, owner.token))["errors"]
    assert errors[0]["extensions"]["argument"] == ["actorId"]


async def test_what_the_system_does_by_itself_is_written_down_for_whom_it_concerns(world: World) -> None:
    made = await make_submitted_project(world, "MILESTONE", (1,))
    await approve(made, made.task)
    await world.settle()
    entries = await entries_for(await world.staff())
    own = [entry for entry in entries if entry["actorKind"] == "SYSTEM"]
    assert {"payment.succeeded", "project.activated"} <= {entry["action"] for entry in own}
    assert {entry["actor"] for entry in own if entry["actor"]} == set()


async def test_no_text_that_anybody_wrote_stands_in_the_log(world: World) -> None:
    secrets = {PASSWORD, "a guess of somebody", "another long sentence", TITLE, "Ada Lovelace", "ada@example.com"}
    await make_account(world)
    for letter in letters(world):
        secrets.add(token_in(letter))
    await world.caller().refused("signIn", email="ada@example.com", password="a guess of somebody")
    signed_in = await world.caller().do(
        "signIn", "token refreshToken", email="ada@example.com", password=PASSWORD, kind="APP"
    )
    secrets |= {signed_in["token"], signed_in["refreshToken"]}
    ada = world.caller(signed_in["token"])
    factor = await ada.do("beginTwoFactor", "secret")
    secrets.add(factor["secret"])
    await ada.refused("confirmTwoFactor", code="123456")
    await ada.do("requestPasswordReset", "accepted", email="ada@example.com")
    own = (await ada.ask("{ viewer { organization { id } } }"))["viewer"]["organization"]["id"]
    await ada.do("updateOrganization", "organization { name }", organizationId=own, name=TITLE)
    client = await world.client_side()
    await make_open_gig(world, client, title=TITLE, description=TITLE)
    await make_method(client)
    stored = json.dumps([[one.sealed, one.change] for one in await written(world)], ensure_ascii=False)
    assert [secret for secret in secrets if secret in stored] == []
    assert "sim_ok" not in stored


async def _fault(caller: Any, document: str) -> str:
    try:
        await caller.ask(document)
    except Faulted as fault:
        return str(fault.errors[0]["extensions"]["code"])
    raise AssertionError("it was answered")
