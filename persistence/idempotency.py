"""Idempotency records: one effect and one answer per key, however often a request is repeated."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from domain.actors import Actor
from domain.ids import new_id
from domain.organizations import OrganizationStatus
from domain.quotas import Quota
from domain.refusals import RefusalCode, Refused
from persistence.audit_log import KeptAnswer
from persistence.mapping import PLAIN, VERSIONED
from persistence.parking import Standing
from persistence.tables.platform import idempotency_records as records
from persistence.unit import Unit

_VALUES = {kind.__name__: kind for kind in (Quota,)}
"""What is no object of its own: a repeat is answered with it as it was."""


def hash_of(arguments: dict[str, Any]) -> bytes:
    """SHA-256 of an input in canonical form; the key itself is no part of it."""
    canonical = json.dumps(arguments, sort_keys=True, separators=(",", ":"), default=repr)
    return hashlib.sha256(canonical.encode()).digest()


def scope_of(by: Actor, *, is_personal: bool) -> UUID:
    """Whose key it is. What is done for an organization belongs to it, so that two of its members cannot pay the same
    thing twice with one key; what somebody does about themselves (sign out, accept an invitation) is their own."""
    scope = by.user_id if is_personal else by.organization_id or by.user_id
    if scope is None:
        raise AssertionError("a keyed mutation needs somebody who is signed in")
    return scope


@dataclass(frozen=True, slots=True)
class Claim:
    """What came of a key: the stored result of an earlier request with it, or how the organization that acts stands."""

    earlier: dict[str, Any] | None = None
    standing: Standing | None = None


_CLAIM = """
INSERT INTO idempotency_records (id, scope_id, mutation, key, input_hash, user_id, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (scope_id, mutation, key) DO NOTHING
RETURNING (SELECT status FROM organizations WHERE id = $8), (SELECT parked_at FROM organizations WHERE id = $8)
"""


async def claim(db: Unit, scope_id: UUID, mutation: str, key: UUID, input_hash: bytes) -> Claim:
    """Takes a key for this request, unless an earlier one has.

    A twin that is still running holds the unique index, so this waits for it: once it has committed, its result
    comes back; if it failed, the key is free again. Refuses with IDEMPOTENCY_KEY_REUSED for another input.
    """
    connection = await db.session.connection()
    record = (new_id(), scope_id, mutation, key, input_hash, db.by.user_id, db.at)
    mine: Any = (await connection.exec_driver_sql(_CLAIM, (*record, db.by.organization_id))).one_or_none()
    if mine is not None:
        status, parked_at = mine
        return Claim(standing=None if status is None else Standing(OrganizationStatus(status), parked_at))
    stored = (
        await db.session.execute(select(records.c.input_hash, records.c.result).where(*_same(scope_id, mutation, key)))
    ).one()
    if stored.input_hash != input_hash:
        raise Refused(
            RefusalCode.IDEMPOTENCY_KEY_REUSED,
            "This idempotencyKey was used with another input. Take a fresh key for a new intention.",
            path=("idempotencyKey",),
        )
    return Claim(earlier=dict(stored.result))


def keep(db: Unit, scope_id: UUID, mutation: str, key: UUID, objects: dict[str, Any]) -> None:
    """Stores what a repeat shall be answered with, with the last statement of the transaction of the effect: objects by
    id, values as such."""
    result = json.dumps({name: _kept(value) for name, value in objects.items()})
    db.kept = KeptAnswer(scope_id, mutation, key, result)


def _kept(value: Any) -> Any:
    if isinstance(value, list):
        return [_kept(one) for one in value]
    if type(value) in _VALUES.values():
        return {"value": type(value).__name__, "document": value.as_document()}
    return {"class": type(value).__name__, "id": str(value.id)} if hasattr(value, "id") else value


async def read_back(db: Unit, stored: Any) -> Any:
    """An object of a stored result as it is now, or the stored value itself; lists of both likewise."""
    if isinstance(stored, list):
        return [await read_back(db, one) for one in stored]
    if isinstance(stored, dict) and stored.get("value") in _VALUES:
        return _VALUES[stored["value"]].of_document(stored["document"])
    if not isinstance(stored, dict) or "class" not in stored:
        return stored
    classes = {kind.__name__: kind for kind in (*PLAIN, *VERSIONED)}
    return await db.session.get(classes[stored["class"]], UUID(stored["id"]))


def _same(scope_id: UUID, mutation: str, key: UUID) -> tuple[Any, ...]:
    return records.c.scope_id == scope_id, records.c.mutation == mutation, records.c.key == key
