"""API keys: what a program shows in place of a session, for one organization and with the scopes it was given."""

import hmac
import re
import secrets
import string
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import Enum
from typing import ClassVar
from uuid import UUID

from domain.actors import SYSTEM, Actor
from domain.checks import Checks
from domain.ids import new_id
from domain.networks import check_networks
from domain.permissions import Permission
from domain.refusals import forbidden, wrong_state
from domain.states import Move, Side, Stateful
from domain.tokens import digest, new_token

LIVE, TEST = "mp_live_", "mp_test_"
"""How keys of production and of sandboxes begin; neither works in the other's place."""
OVERLAP, LONGEST_OVERLAP = timedelta(hours=24), timedelta(days=7)
"""How long a key works on beside its successor, unless said, and at most."""
MOST = 100
"""Of scopes, and of networks, that a key is given."""
USED_EVERY = timedelta(minutes=1)
"""How exact last_used_at is: using a key writes no more often than this."""

SCOPES = {one.value: one for one in Permission if not one.value.startswith("staff:")}
"""What a key can be given: rights inside an organization. Staff act in person."""

_NAMED_BY, _LETTERS = 8, string.ascii_lowercase + string.digits
_FORM = re.compile(rf"(mp_(?:live|test)_[a-z0-9]{{{_NAMED_BY}}})_([A-Za-z0-9_-]{{43}})")


class ApiKeyStatus(Enum):
    """The life of a key. One that is ROTATING works until its overlap ends."""

    ACTIVE = "ACTIVE"
    ROTATING = "ROTATING"
    EXPIRED = "EXPIRED"
    REVOKED = "REVOKED"


_S = ApiKeyStatus
WORKING = (_S.ACTIVE, _S.ROTATING)


@dataclass(frozen=True, slots=True)
class KeyText:
    """A key as its holder has it: the prefix says which one it is, the secret that they are its holder."""

    prefix: str
    secret: str = field(repr=False)

    @property
    def whole(self) -> str:
        return f"{self.prefix}_{self.secret}"

    @property
    def secret_hash(self) -> bytes:
        return digest(self.secret)

    def fits(self, secret_hash: bytes) -> bool:
        """Whether this is the secret of that hash; takes as long for a wrong one."""
        return hmac.compare_digest(self.secret_hash, secret_hash)


def is_key(token: str) -> bool:
    """Whether somebody means a key by this, rather than the token of a session."""
    return token.startswith((LIVE, TEST))


def read_key(token: str, *, is_sandbox: bool) -> KeyText | None:
    """The parts of a key of this kind of place; None for anything else."""
    found = _FORM.fullmatch(token)
    if found is None or not token.startswith(TEST if is_sandbox else LIVE):
        return None
    return KeyText(found[1], found[2])


def new_key(*, is_sandbox: bool) -> KeyText:
    """A fresh key, to be shown once."""
    name = "".join(secrets.choice(_LETTERS) for _ in range(_NAMED_BY))
    return KeyText(f"{TEST if is_sandbox else LIVE}{name}", new_token())


@dataclass(eq=False, kw_only=True)
class ApiKey(Stateful):
    """Belongs to its organization and survives whoever made it. Of the secret only a SHA-256 is kept.

    When it was issued, expires and was used last is real time, not the platform clock's.
    """

    SUBJECT: ClassVar[str] = "api_key"
    MOVES: ClassVar[tuple[Move, ...]] = (
        Move("rotateApiKey", (_S.ACTIVE,), _S.ROTATING, Side.OWNER, Permission.KEYS_MANAGE),
        Move("revokeApiKey", WORKING, _S.REVOKED, Side.OWNER, Permission.KEYS_MANAGE),
        Move("revokeApiKey", WORKING, _S.REVOKED, Side.STAFF, Permission.STAFF_APPS),
        Move("expireApiKey", WORKING, _S.EXPIRED, Side.SYSTEM),
    )

    id: UUID
    organization_id: UUID
    app_id: UUID | None
    """The partner's app that calls with it; None: the organization's own programs."""
    name: str
    prefix: str
    secret_hash: bytes = field(repr=False)
    scopes: list[str]
    allowed_ips: list[str] | None
    """Addresses and networks that it may be used from; None: from everywhere."""
    created_by_id: UUID
    """Who was shown the secret, and is therefore no second person to what it asks for."""
    issued_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None = None
    successor_id: UUID | None = None
    status: ApiKeyStatus = field(init=False)

    def rotate(self, text: KeyText, overlap: timedelta, *, by: Actor, at: datetime, real: datetime) -> "ApiKey":
        """Its successor, which may do the same and is to live as long. Both work until the overlap ends."""
        self.check("rotateApiKey", by=by)
        if self.app_id is not None:
            # Of an app, it opens what others have entrusted to it: it is shown only to those who could make one.
            by.require(Permission.APPS_DEVELOP)
        if self.expires_at is not None and self.expires_at <= real:
            raise wrong_state("This key has expired.", from_state=_S.EXPIRED.name, allowed=[_S.ACTIVE.name])
        require_held(self.scopes, by=by)
        until = None if self.expires_at is None else real + (self.expires_at - self.issued_at)
        terms = KeyTerms(
            name=self.name, scopes=self.scopes, allowed_ips=self.allowed_ips, expires_at=until, app_id=self.app_id
        )
        successor = issue(self.organization_id, text, terms, by=by, at=at, real=real)
        self.successor_id = successor.id
        self.expires_at = min(real + overlap, self.expires_at or real + overlap)
        self.move_to("rotateApiKey", by=by, at=at)
        self.record("rotated", by=by, at=at, data={"prefix": self.prefix, "successor": successor.prefix})
        if not overlap:
            self.expire(at=at)
        return successor

    def revoke(self, *, by: Actor, at: datetime) -> None:
        """It is refused from the next request on, and its sockets and streams end."""
        self.move_to("revokeApiKey", by=by, at=at)
        self.record("revoked", by=by, at=at, data={"prefix": self.prefix})

    def expire(self, *, at: datetime) -> None:
        """Writes down that its time is over; it has not worked since."""
        self.move_to("expireApiKey", by=SYSTEM, at=at)
        self.record("expired", by=SYSTEM, at=at, data={"prefix": self.prefix})

    def organization_of(self, side: Side) -> UUID | None:
        return self.organization_id if side is Side.OWNER else None

    def concerned_organizations(self) -> list[UUID]:
        return [self.organization_id]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyTerms:
    """What a key is for, and for how long."""

    name: str
    scopes: Sequence[str]
    allowed_ips: Sequence[str] | None
    expires_at: datetime | None
    app_id: UUID | None = None


def create(organization_id: UUID, text: KeyText, terms: KeyTerms, *, by: Actor, at: datetime, real: datetime) -> ApiKey:
    """A key with some of the rights of whoever makes it. Refuses INVALID with all wrong fields, then FORBIDDEN."""
    checked = _checked(terms, real=real)
    require_held(terms.scopes, by=by)
    key = issue(organization_id, text, checked, by=by, at=at, real=real)
    key.record("created", by=by, at=at, data={"prefix": key.prefix})
    return key


def require_held(scopes: Iterable[str], *, by: Actor) -> None:
    """Refuses FORBIDDEN to give a key what its maker may not do themselves."""
    for position, scope in enumerate(scopes):
        if not by.may(SCOPES[scope]):
            raise forbidden(f"A key gets what its maker may do, and you lack {scope}.", "scopes", str(position))


def issue(organization_id: UUID, text: KeyText, terms: KeyTerms, *, by: Actor, at: datetime, real: datetime) -> ApiKey:
    """A key on terms that have been checked, made by a person: they are shown the secret."""
    by.require_person()
    if by.user_id is None:
        raise AssertionError("somebody has to be shown the secret")
    key = ApiKey(
        id=new_id(),
        organization_id=organization_id,
        app_id=terms.app_id,
        name=terms.name,
        prefix=text.prefix,
        secret_hash=text.secret_hash,
        scopes=list(terms.scopes),
        allowed_ips=None if terms.allowed_ips is None else list(terms.allowed_ips),
        created_by_id=by.user_id,
        issued_at=real,
        expires_at=terms.expires_at,
    )
    key.born(_S.ACTIVE, action="createApiKey", by=by, at=at)
    return key


def _checked(terms: KeyTerms, *, real: datetime) -> KeyTerms:
    """The terms in their normal form; INVALID names all that is wrong with them."""
    checks = Checks()
    checks.line("name", terms.name, least=1, most=120)
    # What an app may do is not said by its keys, but by who has let it in.
    checks.count("scopes", terms.scopes, least=1 if terms.app_id is None else 0, most=MOST)
    for position, scope in enumerate(terms.scopes):
        checks.require(scope in SCOPES, f"There is no scope {scope[:40]!r}.", "scopes", str(position))
    networks = check_networks(checks, "allowedIps", terms.allowed_ips, most=MOST)
    is_to_come = terms.expires_at is None or terms.expires_at > real
    checks.require(is_to_come, "Give an instant that is still to come.", "expiresAt")
    checks.refuse()
    return replace(terms, name=terms.name.strip(), scopes=list(dict.fromkeys(terms.scopes)), allowed_ips=networks)
