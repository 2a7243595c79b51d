"""What apps may say of themselves, and what of a change waits for staff."""

from datetime import UTC, datetime
from typing import Any

import pytest

from domain.actors import Actor, ActorKind
from domain.app_codes import admit
from domain.app_permissions import OF_ROLE, AppPermission
from domain.apps import App, AppStatus, register
from domain.cross_app_sessions import Grant
from domain.ids import new_id
from domain.permissions import BY_ROLE, BY_STAFF_ROLE, Permission, Role, StaffRole
from domain.refusals import RefusalCode, Refused

NOW, COMPANY = datetime(2026, 3, 1, tzinfo=UTC), new_id()
_P = AppPermission
READ, SPEND, BUY = _P.CREDITS_READ, _P.CREDITS_CONSUME, _P.CREDITS_PURCHASE


def acting(role: Role | StaffRole) -> Actor:
    held = BY_ROLE[role] if isinstance(role, Role) else BY_STAFF_ROLE[role]
    return Actor(kind=ActorKind.USER, user_id=new_id(), organization_id=COMPANY, permissions=held, is_verified=True)


OWNER, STAFF = acting(Role.OWNER), acting(StaffRole.TRUST)


def fields(**changes: Any) -> dict[str, Any]:
    return {
        "name": "Time tools",
        "domain": "Tools.Example",
        "url": "https://tools.example/",
        "primary_color": "#1A73E8",
        "permissions": [SPEND, READ, READ],
        "allowed_origins": ["https://tools.example:443", "https://TOOLS.example"],
        "is_public": False,
        "max_users": None,
    } | changes


def registered(**changes: Any) -> App:
    app = register(fields(**changes), is_sandbox=False, by=OWNER, at=NOW)
    app.version = 1
    app.take_events()
    return app


def approved() -> App:
    app = registered()
    app.approve(None, by=STAFF, at=NOW)
    app.take_events()
    return app


def change(app: App, **fields: Any) -> list[str]:
    """The events of it."""
    app.change(fields, is_sandbox=False, by=OWNER, at=NOW)
    return [event.type for event in app.take_events()]


def test_an_app_is_stored_in_one_form() -> None:
    app = registered()
    assert (app.domain, app.permissions) == ("tools.example", [READ, SPEND])
    assert app.allowed_origins == ["https://tools.example"]
    assert app.client_id == f"app_{app.id.hex}"
    assert app.status is AppStatus.PENDING_REVIEW


@pytest.mark.parametrize(
    "origin",
    [
        "http://tools.example",
        "https://tools.example/",
        "https://tools.example/path",
        "https://tools.example?",
        "https://me@tools.example",
        "https://tools.example:",
        "https://tools.example:99999",
        "https://*.example",
        "https://203.0.113.7",
        "https://localhost",
        "http://localhost:3000",
        "null",
        "",
        "tools.example",
        "https://tools..example",
        "https://tools.example\nhttps://other.example",
    ],
)
def test_an_origin_is_scheme_host_and_port_and_nothing_else(origin: str) -> None:
    with pytest.raises(Refused) as refused:
        registered(allowed_origins=[origin])
    assert [one.path for one in refused.value.problems] == [("allowedOrigins", "0")]


@pytest.mark.parametrize("origin", ["http://localhost:3000", "http://localhost", "https://localhost:8443"])
def test_in_a_sandbox_an_app_may_live_on_its_developers_machine(origin: str) -> None:
    app = register(fields(allowed_origins=[origin]), is_sandbox=True, by=OWNER, at=NOW)
    assert app.allowed_origins == [origin]


@pytest.mark.parametrize(
    ("name", "value", "path"),
    [
        ("name", " ", "name"),
        ("domain", "tools", "domain"),
        ("domain", "tools.example/", "domain"),
        ("url", "http://tools.example/", "url"),
        ("url", "https://other.example/", "url"),
        ("url", "https://eviltools.example/", "url"),
        ("url", "https://tools.example@other.example/", "url"),
        ("url", "https://evil.example\\.tools.example/", "url"),
        ("url", "https://tools.example\\@evil.example/", "url"),
        ("url", "https://evil.example%2f.tools.example/", "url"),
        ("url", "https://.tools.example/", "url"),
        ("primary_color", "1A73E8", "primaryColor"),
        ("primary_color", "#1A73E", "primaryColor"),
        ("primary_color", "#1A73EG", "primaryColor"),
        ("permissions", [], "permissions"),
        ("allowed_origins", [], "allowedOrigins"),
        ("max_users", 0, "maxUsers"),
    ],
)
def test_a_wrong_field_is_named(name: str, value: Any, path: str) -> None:
    with pytest.raises(Refused) as refused:
        registered(**{name: value})
    assert [one.path[0] for one in refused.value.problems] == [path]


def test_before_the_review_every_change_counts_at_once() -> None:
    app = registered()
    assert change(app, permissions=[READ, BUY], domain="other.example", url="https://other.example/") == ["app.updated"]
    assert (app.permissions, app.domain, app.pending_change) == ([READ, BUY], "other.example", None)


def test_what_widens_an_approved_app_waits_and_what_narrows_it_does_not() -> None:
    app = approved()
    origins = ["https://app.tools.example"]
    told = change(app, permissions=[READ, BUY], allowed_origins=origins, name="Tools", max_users=3)
    assert told == ["app.updated", "app.change_requested"]
    assert (app.permissions, app.allowed_origins, app.name, app.max_users) == ([READ], [], "Tools", 3)
    assert app.pending_change == {"permissions": [BUY.value], "allowed_origins": origins}


def test_another_domain_waits_with_its_address() -> None:
    app = approved()
    change(app, domain="other.example", url="https://other.example/")
    assert (app.domain, app.url) == ("tools.example", "https://tools.example/")
    app.decide_change(True, None, by=STAFF, at=NOW)
    assert (app.domain, app.url, app.pending_change) == ("other.example", "https://other.example/", None)


def test_what_waits_stays_waiting_while_something_else_changes_and_goes_when_it_is_wanted_no_more() -> None:
    app = approved()
    change(app, permissions=[READ, SPEND, BUY])
    assert change(app, name="Tools") == ["app.updated"]
    assert app.pending_change == {"permissions": [BUY.value]}
    assert change(app, permissions=[READ, SPEND]) == ["app.updated"]
    assert app.pending_change is None
    assert change(app, permissions=[READ, SPEND]) == []


def test_a_change_that_is_dropped_needs_a_note_and_leaves_what_was_approved() -> None:
    app = approved()
    change(app, permissions=[READ, SPEND, BUY])
    with pytest.raises(Refused, match="at least 1"):
        app.decide_change(False, " ", by=STAFF, at=NOW)
    app.decide_change(False, "What for?", by=STAFF, at=NOW)
    assert (app.permissions, app.pending_change, app.review_note) == ([READ, SPEND], None, "What for?")
    with pytest.raises(Refused) as refused:
        app.decide_change(True, None, by=STAFF, at=NOW)
    assert refused.value.code is RefusalCode.WRONG_STATE


def test_only_an_approved_app_works_and_before_its_review_its_owner_tries_it_in_a_sandbox() -> None:
    app, other = registered(), new_id()
    assert [app.works_for(one, is_sandbox=True) for one in (COMPANY, other)] == [True, False]
    assert not app.works_for(COMPANY, is_sandbox=False)
    app.approve(None, by=STAFF, at=NOW)
    assert app.works_for(other, is_sandbox=False)
    app.suspend("Complaints", [other], by=STAFF, at=NOW)
    assert not app.works_for(COMPANY, is_sandbox=True)
    with pytest.raises(Refused) as refused:
        app.require_working(is_sandbox=True)
    assert refused.value.code is RefusalCode.FORBIDDEN


def test_an_app_gets_keys_for_production_once_it_is_approved() -> None:
    app = registered()
    app.check_key(is_sandbox=True, by=OWNER)
    with pytest.raises(Refused) as refused:
        app.check_key(is_sandbox=False, by=OWNER)
    assert refused.value.code is RefusalCode.WRONG_STATE
    app.approve(None, by=STAFF, at=NOW)
    app.check_key(is_sandbox=False, by=OWNER)


def test_organizations_that_have_installed_it_hear_that_it_is_stopped() -> None:
    app, client = approved(), new_id()
    app.suspend("Complaints", [client], by=STAFF, at=NOW)
    app.activate([client], by=STAFF, at=NOW)
    app.revoke(None, [client], by=OWNER, at=NOW)
    told = [(event.type, event.organization_ids) for event in app.take_events()]
    assert told == [(f"app.{verb}", (COMPANY, client)) for verb in ("suspended", "activated", "revoked")]


@pytest.mark.parametrize("role", list(Role))
def test_an_app_may_never_do_more_than_the_person_could(role: Role) -> None:
    everything = list(AppPermission)
    grant = Grant(role=role, app=everything, installation=everything, is_suspended=False)
    assert set(grant.permissions) == OF_ROLE[role]
    assert (_P.USAGE_WRITE in grant.permissions) == (Permission.ORG_MANAGE in BY_ROLE[role])
    assert (BUY in grant.permissions) == (Permission.MONEY_MOVE in BY_ROLE[role])


def test_what_an_app_may_do_is_what_it_asks_for_and_the_organization_has_consented_to() -> None:
    grant = Grant(role=Role.OWNER, app=[READ, BUY], installation=[BUY, SPEND], is_suspended=False)
    assert grant.permissions == [BUY]


def test_in_a_suspended_organization_an_app_only_reads() -> None:
    everything = list(AppPermission)
    grant = Grant(role=Role.OWNER, app=everything, installation=everything, is_suspended=True)
    assert {one.value.rpartition(":")[2] for one in grant.permissions} == {"read"}


def test_an_app_takes_as_many_users_as_it_may_have() -> None:
    app, user = registered(max_users=2), new_id()
    assert admit(app, user, known=1, real=NOW).user_id == user
    with pytest.raises(Refused) as refused:
        admit(app, user, known=2, real=NOW)
    refusal = refused.value.refusal
    assert (refusal.code, refusal.used, refusal.limit) == (RefusalCode.LIMIT_REACHED, 2, 2)
