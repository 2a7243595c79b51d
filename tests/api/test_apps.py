"""Partner apps through the API: registered, reviewed, changed, installed, stopped and ended."""

import asyncio
from typing import Any

import pytest

from domain.ids import new_id
from domain.permissions import Role, StaffRole
from tests.client import Client, Faulted
from tests.makers.apps import (
    APP,
    ORIGIN,
    PERMISSIONS,
    app_input,
    install,
    looked_up,
    make_active_app,
    make_app,
    make_backend,
    make_partner,
    sign_in,
)
from tests.makers.colleagues import also_joins, colleague
from tests.makers.traces import events, nothing_changes
from tests.world import Person, World

STATUS = "app { status reviewNote availableActions { action allowed } }"


async def _statuses(person: Person, app: str) -> tuple[str, str | None]:
    found = await person.ask("query($id: ID!) { app(id: $id) { status reviewNote } }", id=app)
    return found["app"]["status"], found["app"]["reviewNote"]


def _allowed(app: dict[str, Any]) -> set[str]:
    return {one["action"] for one in app["availableActions"] if one["allowed"]}


async def test_an_app_is_registered_approved_suspended_and_goes_on(world: World) -> None:
    owner, reviewer = await world.freelancer_side(), await world.staff(StaffRole.TRUST)
    registered = (await owner.do("registerApp", f"{STATUS} {APP}", **app_input()))["app"]
    app = registered["id"]
    assert registered["status"] == "PENDING_REVIEW"
    assert _allowed(registered) == {"updateApp", "createAppKey", "revokeApp"}
    approved = await reviewer.do("approveApp", STATUS, appId=app, note="Welcome", expectedVersion=1)
    assert (approved["app"]["status"], approved["app"]["reviewNote"]) == ("ACTIVE", "Welcome")
    assert _allowed(approved["app"]) == {"revokeApp", "suspendApp"}
    await reviewer.do("suspendApp", STATUS, appId=app, reason="Complaints")
    assert await _statuses(owner, app) == ("SUSPENDED", "Complaints")
    await reviewer.do("activateApp", STATUS, appId=app)
    await owner.do("revokeApp", STATUS, appId=app)
    assert await events(world, "app.") == [
        f"app.{verb}" for verb in ("registered", "approved", "suspended", "activated", "revoked")
    ]
    for mutation, more in (("suspendApp", {"reason": "Late"}), ("revokeApp", {}), ("approveApp", {})):
        refusal = await reviewer.refused(mutation, appId=app, **more)
        assert (refusal["code"], refusal["from"]) == ("WRONG_STATE", "REVOKED")


async def test_a_rejected_app_is_changed_and_submitted_again(world: World) -> None:
    owner, reviewer = await world.freelancer_side(), await world.staff(StaffRole.TRUST)
    app = await make_app(owner)
    await reviewer.do("rejectApp", STATUS, appId=app, note="Name your company.")
    assert await _statuses(owner, app) == ("REJECTED", "Name your company.")
    changed = await owner.do("updateApp", APP, appId=app, permissions=["PROFILE_READ"], expectedVersion=2)
    assert (changed["app"]["permissions"], changed["app"]["pendingChange"]) == (["PROFILE_READ"], None)
    await owner.do("resubmitApp", STATUS, appId=app)
    assert (await _statuses(owner, app))[0] == "PENDING_REVIEW"


async def test_staff_review_what_they_have_seen(world: World) -> None:
    owner, reviewer = await world.freelancer_side(), await world.staff(StaffRole.TRUST)
    app = await make_app(owner)
    await owner.do("updateApp", APP, appId=app, name="Another name")
    refusal = await reviewer.refused("approveApp", appId=app, expectedVersion=1)
    assert (refusal["code"], refusal["currentVersion"]) == ("CONFLICT", 2)


async def test_nobody_of_the_owner_decides_about_its_app(world: World) -> None:
    owner, reviewer = await world.client_side(), await world.staff(StaffRole.ADMIN)
    app = await make_app(owner)
    await also_joins(world, reviewer, owner.organization_id, Role.VIEWER)
    async with nothing_changes(world):
        for mutation, more in (
            ("approveApp", {}),
            ("rejectApp", {"note": "No."}),
            ("suspendApp", {"reason": "No."}),
            ("activateApp", {}),
            ("decideAppChange", {"approve": True}),
        ):
            refusal = await reviewer.refused(mutation, appId=app, **more)
            assert refusal["code"] == "FORBIDDEN", mutation
            assert "somebody else" in refusal["message"]


async def test_every_wrong_field_of_an_app_is_named_at_once(world: World) -> None:
    owner = await world.freelancer_side()
    wrong = app_input(name="", primaryColor="blue", allowedOrigins=["http://tools.example"], permissions=[])
    refusal = await owner.refused("registerApp", **wrong)
    paths = [problem["path"] for problem in refusal["problems"]]
    assert paths == [["name"], ["primaryColor"], ["permissions"], ["allowedOrigins", "0"]]


async def test_added_permissions_wait_for_staff_and_then_for_the_consent_of_each_organization(world: World) -> None:
    partner = await make_partner(world)
    more = [*PERMISSIONS, "ANALYTICS_READ"]
    changed = (await partner.owner.do("updateApp", APP, appId=partner.id, permissions=more))["app"]
    assert changed["permissions"] == PERMISSIONS
    assert changed["pendingChange"] == {
        "permissions": ["ANALYTICS_READ"],
        "allowedOrigins": [],
        "domain": None,
        "url": None,
    }
    early = await partner.user.refused("installApp", appId=partner.id, permissions=more)
    assert (early["code"], early["path"]) == ("INVALID", ["permissions"])
    decided = await partner.reviewer.do("decideAppChange", APP, appId=partner.id, approve=True)
    assert (decided["app"]["permissions"], decided["app"]["pendingChange"]) == (more, None)
    assert (await sign_in(partner))["session"]["permissions"] == PERMISSIONS
    assert await install(partner.user, partner.id, more) == partner.installation
    assert (await sign_in(partner))["session"]["permissions"] == more
    assert (await events(world, "app."))[-3:] == ["app.change_requested", "app.change_approved", "app.consent_changed"]


async def test_a_permission_that_was_taken_away_needs_consent_again_when_it_comes_back(world: World) -> None:
    partner = await make_partner(world)
    await partner.owner.do("updateApp", APP, appId=partner.id, permissions=["PROFILE_READ"])
    await partner.owner.do("updateApp", APP, appId=partner.id, permissions=PERMISSIONS)
    await partner.reviewer.do("decideAppChange", APP, appId=partner.id, approve=True)
    listed = "{ appInstallations { nodes { id grantedPermissions version } } }"
    found = (await partner.user.ask(listed))["appInstallations"]["nodes"]
    assert found == [{"id": partner.installation, "grantedPermissions": ["PROFILE_READ"], "version": 3}]
    assert (await sign_in(partner))["session"]["permissions"] == ["PROFILE_READ"]


async def test_a_private_app_is_its_owners_alone_and_a_public_one_is_found_once_it_is_approved(world: World) -> None:
    owner, stranger, reviewer = await world.freelancer_side(), await world.client_side(), await world.staff()
    hidden = await make_active_app(owner, reviewer, isPublic=False)
    waiting, public = await make_app(owner), await make_active_app(owner, reviewer)
    listed = "{ apps { nodes { id reviewNote maxUsers pendingChange { url } } } }"
    found = [one["id"] for one in (await stranger.ask(listed))["apps"]["nodes"]]
    assert found == [public]
    for app in (hidden, waiting, f"app_{new_id().hex}"):
        refusal = await stranger.refused("installApp", appId=app, permissions=[])
        assert (refusal["code"], refusal["path"]) == ("NOT_FOUND", ["appId"])
    assert len((await owner.ask(listed))["apps"]["nodes"]) == 3
    assert (await stranger.refused("updateApp", appId=public, name="Mine"))["code"] == "FORBIDDEN"
    member = await colleague(world, owner, Role.MEMBER)
    with pytest.raises(Faulted, match="apps:install or apps:develop or staff:apps"):
        await member.ask(listed)


async def test_what_owner_and_staff_say_to_each_other_stays_between_them(world: World) -> None:
    partner = await make_partner(world, maxUsers=7)
    await partner.owner.do("updateApp", APP, appId=partner.id, domain="other.example", url="https://other.example/")
    query = "query($id: ID!) { app(id: $id) { name maxUsers reviewNote pendingChange { domain url } } }"
    for person in (partner.owner, partner.reviewer):
        seen = (await person.ask(query, id=partner.id))["app"]
        assert (seen["maxUsers"], seen["pendingChange"]["domain"]) == (7, "other.example")
    seen = (await partner.user.ask(query, id=partner.id))["app"]
    assert seen == {"name": "Time tools", "maxUsers": None, "reviewNote": None, "pendingChange": None}


async def test_installations_are_seen_by_the_organization_and_by_the_apps_owner(world: World) -> None:
    partner = await make_partner(world)
    listed = "{ appInstallations { nodes { id app { name } organization { name } } } }"
    expected = [{"id": partner.installation, "app": {"name": "Time tools"}, "organization": {"name": "Northwind"}}]
    for person in (partner.user, partner.owner, partner.reviewer):
        assert (await person.ask(listed))["appInstallations"]["nodes"] == expected
    assert (await (await world.client_side()).ask(listed))["appInstallations"]["nodes"] == []
    refusal = await partner.owner.refused("uninstallApp", installationId=partner.installation)
    assert refusal["code"] == "FORBIDDEN"


async def test_ten_who_install_an_app_at_once_make_one_installation(world: World) -> None:
    partner = await make_partner(world)
    other = await world.client_side("Southwind")
    made = await asyncio.gather(*(install(other, partner.id) for _ in range(10)))
    assert len(set(made)) == 1


async def test_an_app_that_was_sent_away_can_be_installed_anew(world: World) -> None:
    partner = await make_partner(world)
    gone = await partner.user.do(
        "uninstallApp", "installation { status revokedAt }", installationId=partner.installation
    )
    assert gone["installation"]["status"] == "REVOKED"
    assert gone["installation"]["revokedAt"] is not None
    again = await partner.user.refused("uninstallApp", installationId=partner.installation)
    assert (again["code"], again["from"]) == ("WRONG_STATE", "REVOKED")
    assert await install(partner.user, partner.id) != partner.installation


async def test_a_revoked_app_leaves_no_installation_and_no_key(world: World) -> None:
    partner = await make_partner(world)
    await partner.reviewer.do("revokeApp", STATUS, appId=partner.id, reason="Fraud")
    found = await partner.user.ask("{ appInstallations { nodes { status } } }")
    assert found["appInstallations"]["nodes"] == [{"status": "REVOKED"}]
    with pytest.raises(Faulted, match="UNAUTHENTICATED"):
        await partner.backend.ask("{ crossAppSessions { totalCount } }")
    keys = await partner.owner.ask("{ apiKeys { nodes { status } } }")
    assert keys["apiKeys"]["nodes"] == [{"status": "REVOKED"}]


async def test_the_key_of_an_app_opens_nothing_of_its_owners(world: World) -> None:
    partner = await make_partner(world)
    async with nothing_changes(world):
        for query in ("{ gigs { totalCount } }", "{ apps { totalCount } }", "{ members { totalCount } }"):
            with pytest.raises(Faulted, match="FORBIDDEN"):
                await partner.backend.ask(query)
        refusal = await partner.backend.refused("updateApp", appId=partner.id, name="Mine")
        assert refusal["code"] == "FORBIDDEN"
        refusal = await partner.backend.refused("authorizeApp", appId=partner.id, origin=ORIGIN)
        assert (refusal["code"], refusal["path"]) == ("FORBIDDEN", ["person"])


async def test_in_production_an_app_gets_keys_when_it_is_approved_and_is_tried_by_nobody_before(world: World) -> None:
    owner, reviewer = await world.freelancer_side(), await world.staff(StaffRole.TRUST)
    app = await make_app(owner, isPublic=False)
    assert await install(owner, app)
    async with Client.serving(world.database, world.clock, is_sandbox=False) as production:
        sandbox, world.client = world.client, production
        early = await owner.refused("createAppKey", appId=app, name="Backend")
        assert (early["code"], early["from"], early["allowed"]) == ("WRONG_STATE", "PENDING_REVIEW", ["ACTIVE"])
        refusal = await owner.refused("authorizeApp", appId=app, origin=ORIGIN)
        assert (refusal["code"], refusal["path"]) == ("FORBIDDEN", ["app"])
        await reviewer.do("approveApp", "app { id }", appId=app)
        key = await owner.do("createAppKey", "secret key { prefix scopes }", appId=app, name="Backend")
        assert key["key"]["prefix"].startswith("mp_live_")
        assert key["key"]["scopes"] == []
        world.client = sandbox
    assert (await make_backend(owner, app)).token.startswith("mp_test_")


async def test_the_keys_of_an_app_work_only_while_its_owner_is_active(world: World) -> None:
    partner = await make_partner(world)
    made = await partner.owner.do("createAppKey", "key { id } secret", appId=partner.id, name="Second")
    backend, staff = world.caller(made["secret"]), partner.reviewer
    tokens = await sign_in(partner)
    mine = {"organizationId": f"org_{partner.owner.organization_id.hex}", "reason": "Fake documents."}
    simulated = 'simulatePermission(subjectId: $key, permission: "org:read", organizationId: $of) { reason }'
    await staff.do("suspendOrganization", "organization { id }", **mine)
    with pytest.raises(Faulted, match="UNAUTHENTICATED"):
        await looked_up(backend, tokens["jwt"])
    query = f"query($key: ID!, $of: ID!) {{ {simulated} }}"
    decided = await staff.ask(query, key=made["key"]["id"], of=mine["organizationId"])
    assert decided["simulatePermission"] == {"reason": "APP_NOT_ACTIVE"}
    await staff.do("reactivateOrganization", "organization { id }", **mine)
    assert (await looked_up(backend, tokens["jwt"]))["isActive"]
