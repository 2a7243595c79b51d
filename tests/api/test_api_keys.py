"""API keys through the API: what they open, how they are replaced and ended, and that their secrets are not kept."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from sqlalchemy import text, update

from domain.organizations import OrganizationStatus
from domain.permissions import Role, StaffRole
from persistence.tables import metadata
from persistence.tables.identity import organizations, sessions
from persistence.tables.keys import api_keys
from schema.ids import global_id
from server.logs import redacted
from tests.client import Faulted
from tests.makers.colleagues import colleague
from tests.makers.gigs import gig_input, make_category
from tests.makers.identity import letters
from tests.makers.keys import KEY, Program, fault_of, make_key
from tests.makers.rows import rows, write
from tests.makers.traces import events
from tests.world import Caller, World

WHO = "{ currentApiKey { id status organization { id } scopes } }"
OWN = "{ gigs { totalCount } }"
STATUS = "key { id status expiresAt }"


async def _rotate(person: Caller, key: Program, **more: Any) -> tuple[Program, dict[str, Any]]:
    done = await person.do("rotateApiKey", f"key {{ {KEY} }} former {{ {KEY} }} secret", keyId=key.id, **more)
    return Program(person.world, done["secret"], done["key"]["id"], done["key"]["prefix"]), done["former"]


async def _pass(world: World, key: Program, by: timedelta) -> None:
    """So much real time goes by for a key."""
    which = api_keys.c.prefix == key.prefix
    await write(world, update(api_keys).where(which).values(expires_at=api_keys.c.expires_at - by))


async def _status(person: Caller, key: Program) -> str:
    found = await person.ask("query($id: ID!) { node(id: $id) { ... on ApiKey { status } } }", id=key.id)
    return str(found["node"]["status"])


async def test_a_key_acts_for_its_organization_as_far_as_its_scopes_go(world: World) -> None:
    await make_category(world)
    client = await world.client_side()
    key = await make_key(client, "work:read", "work:write")
    who = (await key.ask(WHO))["currentApiKey"]
    home = global_id("Organization", client.organization_id)
    assert who == {
        "id": key.id,
        "status": "ACTIVE",
        "organization": {"id": home},
        "scopes": ["work:read", "work:write"],
    }
    made = await key.do("createGig", "gig { id organization { id } }", **gig_input())
    assert made["gig"]["organization"]["id"] == home
    history = "{ history { nodes { action actorKind user { id } apiKey { id prefix } organization { id } } } }"
    gig = (await client.ask(f"query($id: ID!) {{ gig(id: $id) {history} }}", id=made["gig"]["id"]))["gig"]
    named = {"id": key.id, "prefix": key.prefix}
    assert gig["history"]["nodes"] == [
        {"action": "createGig", "actorKind": "API_KEY", "user": None, "apiKey": named, "organization": {"id": home}}
    ]
    refusal = await key.refused("createTaxType", name="VAT", rateBps=1800)
    assert (refusal["code"], "invoices:write" in refusal["message"]) == ("FORBIDDEN", True)
    assert await fault_of(key, "{ invoices { totalCount } }") == "FORBIDDEN"


async def test_a_key_learns_who_the_members_are_only_with_a_scope_for_it(world: World) -> None:
    await make_category(world)
    owner = await world.client_side()
    member = await colleague(world, owner, Role.MEMBER)
    gig = (await owner.do("createGig", "gig { id }", **gig_input()))["gig"]["id"]
    query = "query($id: ID!) { gig(id: $id) { history { nodes { user { email } } } } }"
    for scopes, user in ((("work:read",), None), (("work:read", "members:read"), {"email": owner.email})):
        key = await make_key(owner, *scopes)
        assert (await key.ask(query, id=gig))["gig"]["history"]["nodes"] == [{"user": user}]
    manager, which = await make_key(owner, "members:manage"), global_id("Membership", member.membership_id)
    done = await manager.do("removeMember", "membership { status user { email } }", membershipId=which)
    assert done["membership"] == {"status": "REMOVED", "user": {"email": member.email}}


async def test_only_those_who_manage_keys_make_and_see_them(world: World) -> None:
    owner = await world.client_side()
    key = await make_key(owner, "work:read", allowedIps=["127.0.0.0/8"])
    for role in (Role.FINANCE, Role.MEMBER, Role.VIEWER):
        member = await colleague(world, owner, role)
        assert (await member.refused("createApiKey", name="Mine", scopes=["work:read"]))["code"] == "FORBIDDEN"
        assert await fault_of(member, "{ apiKeys { totalCount } }") == "FORBIDDEN"
        found = await member.ask("query($id: ID!) { node(id: $id) { id } }", id=key.id)
        assert found["node"] is None
    admin, stranger = await colleague(world, owner, Role.ADMIN), await world.client_side()
    listed = (await admin.ask(f"{{ apiKeys {{ nodes {{ {KEY} createdBy {{ id }} }} }} }}"))["apiKeys"]["nodes"]
    assert listed == [
        {
            "id": key.id,
            "name": "Bookkeeping",
            "prefix": key.prefix,
            "scopes": ["work:read"],
            "allowedIps": ["127.0.0.0/8"],
            "status": "ACTIVE",
            "expiresAt": None,
            "lastUsedAt": None,
            "createdBy": {"id": global_id("User", owner.user_id)},
        }
    ]
    assert (await stranger.ask("{ apiKeys { totalCount } }"))["apiKeys"]["totalCount"] == 0
    refusal = await admin.refused("createApiKey", name="More", scopes=["work:read", "org:close"])
    assert (refusal["code"], refusal["path"]) == ("FORBIDDEN", ["scopes", "1"])


async def test_making_and_replacing_keys_needs_somebody_who_has_just_shown_who_they_are(world: World) -> None:
    client = await world.client_side()
    key = await make_key(client, "keys:manage")
    await write(world, update(sessions).values(reauthenticated_at=datetime.now(UTC) - timedelta(minutes=6)))
    for mutation, input in (
        ("createApiKey", {"name": "One", "scopes": ["work:read"]}),
        ("rotateApiKey", {"keyId": key.id}),
    ):
        refusal = await client.refused(mutation, **input)
        assert (refusal["code"], refusal["path"]) == ("FORBIDDEN", ["reauthentication"])
        refusal = await key.refused(mutation, **input)
        assert (refusal["code"], refusal["path"]) == ("FORBIDDEN", ["person"])
    await client.do("revokeApiKey", STATUS, keyId=key.id)


async def test_a_secret_is_in_its_answer_and_nowhere_else(world: World) -> None:
    client = await world.client_side()
    key = await make_key(client)
    follower, _ = await _rotate(client, key)
    await follower.ask(WHO)
    await world.settle()
    tables = (f"SELECT row::text FROM {name} row" for name in metadata.tables)
    stored = "\n".join(row for (row,) in await rows(world, text(" UNION ALL ".join(tables))))
    mailed = "\n".join(letter.get_content() for letter in letters(world))
    for program in (key, follower):
        secret = program.token.removeprefix(f"{program.prefix}_")
        assert program.prefix in stored
        for place in (stored, mailed, redacted(f"GET /?key={program.token} {secret}")):
            assert secret not in place
            assert secret.encode().hex() not in place


async def test_both_keys_work_until_the_overlap_ends_and_then_the_new_one(world: World) -> None:
    client = await world.client_side()
    first = await make_key(client, "work:read")
    second, former = await _rotate(client, first)
    until = datetime.fromisoformat(former["expiresAt"]) - datetime.now(UTC)
    assert (former["status"], timedelta(hours=23, minutes=59) < until <= timedelta(hours=24)) == ("ROTATING", True)
    assert [await fault_of(key, WHO) for key in (first, second)] == [None, None]
    await _pass(world, first, timedelta(hours=23, minutes=59))
    assert [await fault_of(key, WHO) for key in (first, second)] == [None, None]
    await _pass(world, first, timedelta(minutes=1))
    assert [await fault_of(key, WHO) for key in (first, second)] == ["UNAUTHENTICATED", None]
    assert await _status(client, first) == "ROTATING"
    await world.settle()
    assert await _status(client, first) == "EXPIRED"
    assert (await client.refused("rotateApiKey", keyId=first.id))["code"] == "WRONG_STATE"
    told = ["api_key.created", "api_key.rotated", "api_key.expired"]
    assert await events(world, "api_key.") == told


async def test_without_an_overlap_the_old_key_ends_at_once_and_a_week_is_the_longest(world: World) -> None:
    client = await world.client_side()
    key = await make_key(client, "work:read")
    assert (await client.refused("rotateApiKey", keyId=key.id, overlapHours=169))["path"] == ["overlapHours"]
    second, former = await _rotate(client, key, overlapHours=0)
    assert (former["status"], await fault_of(key, WHO), await fault_of(second, WHO)) == (
        "EXPIRED",
        "UNAUTHENTICATED",
        None,
    )
    await _rotate(client, second, overlapHours=168)


async def test_of_ten_who_replace_a_key_at_once_one_succeeds(world: World) -> None:
    client = await world.client_side()
    key = await make_key(client, "work:read")
    tried = (client.attempt("rotateApiKey", "secret", keyId=key.id) for _ in range(10))
    answers = [one.get("code") for one in await asyncio.gather(*tried)]
    assert sorted(answers, key=str) == [None] + ["WRONG_STATE"] * 9
    assert (await client.ask("{ apiKeys { totalCount } }"))["apiKeys"]["totalCount"] == 2


async def test_a_revoked_key_is_refused_from_the_next_request_on(world: World) -> None:
    client, staff = await world.client_side(), await world.staff(StaffRole.TRUST)
    keys = [await make_key(client) for _ in range(3)]
    for key, who in zip(keys, (client, staff, keys[2]), strict=True):
        for _ in range(3):
            assert await fault_of(key, OWN) is None
        assert (await who.do("revokeApiKey", STATUS, keyId=key.id))["key"]["status"] == "REVOKED"
        answers = [await fault_of(key, query) for query in (OWN, WHO, OWN, "{ apiKeys { totalCount } }")]
        assert answers == ["UNAUTHENTICATED"] * 4
        with pytest.raises(Faulted, match="UNAUTHENTICATED"):
            await key.attempt("createGig", "gig { id }", **gig_input())
    assert (await client.refused("revokeApiKey", keyId=keys[0].id))["code"] == "WRONG_STATE"
    stranger = await world.client_side()
    assert (await stranger.refused("revokeApiKey", keyId=keys[0].id))["code"] == "NOT_FOUND"


async def test_no_request_that_begins_after_a_revocation_is_served(world: World) -> None:
    client = await world.client_side()
    key = await make_key(client)
    answers: list[tuple[bool, str | None]] = []
    is_revoked = False

    async def ask_on() -> None:
        while sum(was_revoked for was_revoked, _ in answers) < 100:
            was_revoked = is_revoked
            answers.append((was_revoked, await fault_of(key, OWN)))

    asking = [asyncio.create_task(ask_on()) for _ in range(8)]
    while len(answers) < 50:
        await asyncio.sleep(0.001)
    await client.do("revokeApiKey", STATUS, keyId=key.id)
    is_revoked = True
    await asyncio.gather(*asking)
    after = [code for was_revoked, code in answers if was_revoked]
    print(f"{len(answers) - len(after)} requests before, {len(after)} after, {after.count(None)} of these served")
    assert set(after) == {"UNAUTHENTICATED"}


@pytest.mark.parametrize("accept", ["application/json", "application/json, multipart/x"])
async def test_a_key_that_is_revoked_while_the_request_arrives_changes_nothing(world: World, accept: str) -> None:
    await make_category(world)
    client = await world.client_side()
    key = await make_key(client)
    query = "mutation($input: CreateGigInput!) { createGig(input: $input) { __typename } }"

    async def body() -> AsyncIterator[bytes]:
        await client.do("revokeApiKey", STATUS, keyId=key.id)
        yield orjson.dumps({"query": query, "variables": {"input": gig_input()}})

    headers = {"authorization": f"Bearer {key.token}", "content-type": "application/json", "accept": accept}
    answer = await world.client.http.post("/graphql", content=body(), headers=headers)
    assert [error["extensions"]["code"] for error in answer.json()["errors"]] == ["UNAUTHENTICATED"]
    assert (await client.ask(OWN))["gigs"]["totalCount"] == 0


async def test_a_key_survives_its_maker_and_does_what_its_organization_may(world: World) -> None:
    await make_category(world)
    owner = await world.client_side()
    admin = await colleague(world, owner, Role.ADMIN)
    key = await make_key(admin, "work:read", "work:write")
    member = global_id("Membership", admin.membership_id)
    await owner.do("removeMember", "membership { id }", membershipId=member)
    await key.do("createGig", "gig { id }", **gig_input())
    which = organizations.c.id == owner.organization_id
    await write(world, update(organizations).where(which).values(status=OrganizationStatus.SUSPENDED))
    assert await fault_of(key, OWN) is None
    assert (await key.refused("createGig", **gig_input()))["code"] == "FORBIDDEN"
    await write(world, update(organizations).where(which).values(status=OrganizationStatus.CLOSED))
    assert await fault_of(key, OWN) == "UNAUTHENTICATED"


async def test_owners_and_whoever_did_it_are_told_of_every_change(world: World) -> None:
    owner = await world.client_side()
    admin, _ = await colleague(world, owner, Role.ADMIN), await colleague(world, owner, Role.ADMIN)
    key = await make_key(admin, "work:read")
    await _rotate(owner, key)
    staff = await world.staff(StaffRole.TRUST)
    await staff.do("revokeApiKey", STATUS, keyId=key.id)
    await world.settle()
    told = [(letter["To"], key.prefix in letter.get_content()) for letter in letters(world)]
    assert sorted(told) == sorted([(admin.email, True)] + [(owner.email, True)] * 3)


async def test_a_key_with_an_end_stops_working_by_itself(world: World) -> None:
    client = await world.client_side()
    until = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    key = await make_key(client, "work:read", expiresAt=until)
    assert await fault_of(key, WHO) is None
    await _pass(world, key, timedelta(hours=1))
    assert await fault_of(key, WHO) == "UNAUTHENTICATED"
    await world.settle()
    assert await _status(client, key) == "EXPIRED"
