"""Keys by themselves: how they look, from where they may come, and which one follows which."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from domain.actors import SYSTEM, Actor, ActorKind
from domain.api_keys import SCOPES, ApiKeyStatus, KeyTerms, create, is_key, new_key, read_key
from domain.ids import new_id
from domain.networks import is_within, networks_of
from domain.permissions import BY_ROLE, Permission, Role
from domain.refusals import RefusalCode, Refused

AT = datetime(2030, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def _somebody(role: Role = Role.ADMIN) -> Actor:
    return Actor(
        kind=ActorKind.USER, user_id=new_id(), organization_id=new_id(), is_verified=True, permissions=BY_ROLE[role]
    )


def _terms(*scopes: str, expires_at: datetime | None = None, allowed_ips: list[str] | None = None) -> KeyTerms:
    return KeyTerms(name="Books", scopes=scopes or ("work:read",), allowed_ips=allowed_ips, expires_at=expires_at)


def test_a_key_is_read_back_where_it_works_and_nowhere_else() -> None:
    for is_sandbox, prefix in ((True, "mp_test_"), (False, "mp_live_")):
        text = new_key(is_sandbox=is_sandbox)
        assert text.whole.startswith(prefix)
        assert (len(text.prefix), len(text.secret), is_key(text.whole)) == (16, 43, True)
        assert read_key(text.whole, is_sandbox=is_sandbox) == text
        assert read_key(text.whole, is_sandbox=not is_sandbox) is None
        assert text.secret not in repr(text)


@pytest.mark.parametrize("token", ["mp_test_", "mp_test_abcdefgh_short", "mp_test_ABCDEFGH_" + "a" * 43, "x" * 60])
def test_what_is_no_key_is_none(token: str) -> None:
    assert read_key(token, is_sandbox=True) is None


def test_only_its_own_secret_fits() -> None:
    one, other = new_key(is_sandbox=True), new_key(is_sandbox=True)
    assert one.fits(one.secret_hash)
    assert not other.fits(one.secret_hash)


@pytest.mark.parametrize(
    ("ip", "expected"),
    [
        ("203.0.113.7", True),
        ("203.0.114.7", False),
        ("198.51.100.9", True),
        ("::ffff:198.51.100.9", True),
        ("2001:db8::5", True),
        ("2001:db9::5", False),
        ("", False),
        ("a test", False),
    ],
)
def test_an_address_lies_within_networks_or_not(ip: str, expected: bool) -> None:
    networks = networks_of(("203.0.113.0/24", "198.51.100.9/32", "2001:db8::/32"))
    assert is_within(networks, ip) is expected


def test_all_that_is_wrong_with_a_key_is_named_at_once() -> None:
    terms = KeyTerms(
        name=" ", scopes=["work:read", "staff:ops"], allowed_ips=["10.0.0.1/8", "::1"], expires_at=AT - HOUR
    )
    with pytest.raises(Refused) as refused:
        create(new_id(), new_key(is_sandbox=True), terms, by=_somebody(), at=AT, real=AT)
    assert refused.value.code is RefusalCode.INVALID
    paths = [problem.path for problem in refused.value.problems]
    assert paths == [("name",), ("scopes", "1"), ("allowedIps", "0"), ("expiresAt",)]


@pytest.mark.parametrize("role", [Role.OWNER, Role.ADMIN, Role.FINANCE, Role.MEMBER, Role.VIEWER])
def test_a_key_gets_no_more_than_its_maker_may_do(role: Role) -> None:
    maker, held = _somebody(role), BY_ROLE[role]
    for code, permission in SCOPES.items():
        if permission in held:
            key = create(new_id(), new_key(is_sandbox=True), _terms(code), by=maker, at=AT, real=AT)
            assert key.scopes == [code]
            continue
        with pytest.raises(Refused) as refused:
            create(new_id(), new_key(is_sandbox=True), _terms("org:read", code), by=maker, at=AT, real=AT)
        assert (refused.value.code, refused.value.refusal.path) == (RefusalCode.FORBIDDEN, ("scopes", "1"))


def test_a_successor_may_do_the_same_and_lives_as_long() -> None:
    by = _somebody()
    terms = _terms("work:read", "money:read", expires_at=AT + 30 * HOUR, allowed_ips=["203.0.113.7"])
    key = create(by.organization_id or new_id(), new_key(is_sandbox=True), terms, by=by, at=AT, real=AT)
    later = AT + 10 * HOUR
    successor = key.rotate(new_key(is_sandbox=True), 24 * HOUR, by=by, at=later, real=later)
    assert (key.status, key.successor_id) == (ApiKeyStatus.ROTATING, successor.id)
    assert key.expires_at == AT + 30 * HOUR, "an overlap makes no life longer"
    assert (successor.scopes, successor.allowed_ips) == (key.scopes, ["203.0.113.7/32"])
    assert (successor.status, successor.expires_at) == (ApiKeyStatus.ACTIVE, later + 30 * HOUR)
    assert successor.prefix != key.prefix


def test_only_keys_that_live_are_replaced_and_ended() -> None:
    by = _somebody()
    key = create(by.organization_id or new_id(), new_key(is_sandbox=True), _terms(), by=by, at=AT, real=AT)
    key.rotate(new_key(is_sandbox=True), timedelta(), by=by, at=AT, real=AT)
    assert (key.status, key.expires_at) == (ApiKeyStatus.EXPIRED, AT)
    for again in (
        lambda: key.rotate(new_key(is_sandbox=True), HOUR, by=by, at=AT, real=AT),
        lambda: key.revoke(by=by, at=AT),
    ):
        with pytest.raises(Refused) as refused:
            again()
        assert refused.value.code is RefusalCode.WRONG_STATE


def test_a_key_cannot_be_given_more_by_whoever_replaces_it() -> None:
    owner = _somebody(Role.OWNER)
    home = owner.organization_id or new_id()
    key = create(home, new_key(is_sandbox=True), _terms("org:close"), by=owner, at=AT, real=AT)
    admin = Actor(kind=ActorKind.USER, user_id=new_id(), organization_id=home, permissions=BY_ROLE[Role.ADMIN])
    with pytest.raises(Refused) as refused:
        key.rotate(new_key(is_sandbox=True), HOUR, by=admin, at=AT, real=AT)
    assert refused.value.code is RefusalCode.FORBIDDEN
    assert key.status is ApiKeyStatus.ACTIVE


def test_the_key_of_an_app_is_replaced_only_by_who_develops_it() -> None:
    owner, terms = _somebody(Role.OWNER), replace(_terms(), scopes=(), app_id=new_id())
    home = owner.organization_id or new_id()
    key = create(home, new_key(is_sandbox=True), terms, by=owner, at=AT, real=AT)
    keeper = replace(owner, user_id=new_id(), permissions=frozenset({Permission.KEYS_MANAGE}))
    with pytest.raises(Refused, match="apps:develop"):
        key.rotate(new_key(is_sandbox=True), HOUR, by=keeper, at=AT, real=AT)
    assert key.status is ApiKeyStatus.ACTIVE
    assert key.rotate(new_key(is_sandbox=True), HOUR, by=owner, at=AT, real=AT).app_id == key.app_id


def test_a_key_makes_no_keys() -> None:
    program = Actor(
        kind=ActorKind.API_KEY, key_id=new_id(), organization_id=new_id(), permissions=frozenset(Permission)
    )
    with pytest.raises(Refused, match="a person"):
        create(new_id(), new_key(is_sandbox=True), _terms(), by=program, at=AT, real=AT)
    SYSTEM.require_person()
