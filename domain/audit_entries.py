"""The audit log: what is written down of an act, and the hash that shows whether it was changed afterwards."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any
from uuid import UUID

from domain.actors import Actor, ActorKind
from domain.ids import new_id
from domain.organizations import OrganizationKind
from domain.refusals import RefusalCode

KEPT_FOR = timedelta(days=2557)
"""How long it is known what an act changed: seven years. That there was one, and its hash, stay for good."""

BEGINNING = bytes(32)
"""What the first entry of a chain comes after."""

NOBODYS = UUID(int=0)
"""The chain of acts that nobody known has done for nobody known, such as guessing at a password."""


_PLATFORM = OrganizationKind.PLATFORM.value


class AuditActorKind(Enum):
    """Which kind of principal did it."""

    ANONYMOUS = "ANONYMOUS"
    USER = "USER"
    STAFF = "STAFF"
    API_KEY = "API_KEY"
    APP = "APP"
    SYSTEM = "SYSTEM"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An event that an act has recorded."""

    type: str
    subject_type: str
    subject_id: UUID
    organization_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Something to be written down together with what it changes: by whom, for whom, about what and from where."""

    by: Actor
    action: str
    organization_id: UUID | None
    subject_type: str | None = None
    subject_id: UUID | None = None
    refusal: RefusalCode | None = None
    ip: str = ""
    change: Mapping[str, Any] = field(default_factory=dict)
    """JSON without floats, which is canonical however often it is read and written."""

    @property
    def chain_id(self) -> UUID:
        return self.organization_id or self.by.user_id or NOBODYS


@dataclass(frozen=True, slots=True)
class Written:
    """An act as it enters the log, where it gets its number and its hash."""

    chain_id: UUID
    sealed: str
    change: str


_SEALED = {
    "id": "id",
    "chainId": "chain_id",
    "at": "at",
    "actorKind": "actor_kind",
    "actorUserId": "actor_user_id",
    "actorKeyId": "actor_key_id",
    "actorAppId": "actor_app_id",
    "impersonatorId": "impersonator_id",
    "organizationId": "organization_id",
    "action": "action",
    "subjectType": "subject_type",
    "subjectId": "subject_id",
    "refusal": "refusal",
    "changeSha256": "change_sha256",
    "requestId": "request_id",
    "ip": "ip",
}
"""What a hash covers besides its number and the hash before it: names in the canonical JSON, and attributes."""


@dataclass(eq=False, kw_only=True)
class ChainedEntry:
    """An act as it was written down, at its place in a chain."""

    id: UUID
    chain_id: UUID
    seq: int
    at: datetime
    actor_kind: AuditActorKind
    actor_user_id: UUID | None
    actor_key_id: UUID | None
    actor_app_id: UUID | None
    impersonator_id: UUID | None
    organization_id: UUID | None
    action: str
    subject_type: str | None
    subject_id: UUID | None
    refusal: RefusalCode | None
    change: dict[str, Any] | None
    change_sha256: bytes
    request_id: str | None
    ip: str | None
    prev_hash: bytes
    hash: bytes

    @property
    def sealed(self) -> dict[str, str]:
        """What its hash covers, by the names in the canonical JSON; of what was changed it is the SHA-256."""
        return _texts({name: getattr(self, attribute) for name, attribute in _SEALED.items()})

    def is_sound(self) -> bool:
        """Whether its hash is that of what stands there, as far as it still does."""
        is_whole = self.change is None or _sha256(canonical(self.change)) == self.change_sha256
        return is_whole and self.hash == seal(self.prev_hash, self.seq, canonical(self.sealed))


@dataclass(eq=False, kw_only=True)
class AuditEntry(ChainedEntry):
    """The same for those who look at a few. Whoever goes along a whole chain needs less than objects of the session."""


def canonical(value: Any) -> str:
    """The one way to write a JSON value: names in order, no spaces, all characters as they are."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def seal(prev_hash: bytes, seq: int, text: str) -> bytes:
    """SHA-256 of the hash before, the number in 8 bytes with the highest first, and the canonical JSON in UTF-8."""
    return hashlib.sha256(prev_hash + seq.to_bytes(8) + text.encode()).digest()


def written(act: Act, told: Sequence[Told], *, at: datetime, request_id: str | None) -> Written:
    """An act with the events that it has recorded."""
    events = [{"type": one.type, "subjectId": str(one.subject_id)} for one in told]
    change = canonical({**act.change, "events": events} if events else act.change)
    known = {
        "id": new_id(),
        "chainId": act.chain_id,
        "at": at,
        "actorKind": kind_of(act.by),
        "actorUserId": act.by.user_id,
        "actorKeyId": act.by.key_id,
        "actorAppId": act.by.app_id,
        "impersonatorId": act.by.impersonator_id,
        "organizationId": act.organization_id,
        "action": act.action,
        "subjectType": act.subject_type,
        "subjectId": act.subject_id,
        "refusal": act.refusal,
        "changeSha256": _sha256(change),
        "requestId": request_id or None,
        "ip": act.ip or None,
    }
    return Written(act.chain_id, canonical(_texts(known)), change)


def is_staff(by: Actor) -> bool:
    """Asked of every operation, and therefore without a look into an enumeration."""
    return by.organization_kind == _PLATFORM and by.kind is ActorKind.USER


def kind_of(by: Actor) -> AuditActorKind:
    return AuditActorKind.STAFF if is_staff(by) else AuditActorKind[by.kind.name]


def own_act(by: Actor, told: Sequence[Told]) -> Act | None:
    """What the system has done by itself, named after its first event; None when it has recorded none."""
    if by.kind is not ActorKind.SYSTEM or not told:
        return None
    first = told[0]
    return Act(
        by=by,
        action=first.type,
        organization_id=next(iter(first.organization_ids), None),
        subject_type=first.subject_type,
        subject_id=first.subject_id,
    )


def _texts(known: Mapping[str, Any]) -> dict[str, str]:
    return {name: _text(value) for name, value in known.items() if value is not None}


def _text(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, bytes):
        return value.hex()
    return str(value.value if isinstance(value, Enum) else value)


def _sha256(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
