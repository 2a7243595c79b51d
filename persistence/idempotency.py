"""Idempotency records: one effect and one answer per key, however often a request is repeated."""

import hashlib
import json
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from domain.actors import Actor
from domain.ids import new_id
from domain.quotas import Quota
from domain.refusals import RefusalCode, Refused
from persistence.mapping import PLAIN, VERSIONED
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


async def claim(db: Unit, scope_id: UUID, mutation: str, key: UUID, input_hash: bytes) -> dict[str, Any] | None:
    """The stored result of an earlier request with this key, or None when this one is the first.

    A twin that is still running holds the unique index, so this waits for it: once it has committed, its result
    comes back; if it failed, the key is free again. Refuses with IDEMPOTENCY_KEY_REUSED for another input.
    """
    mine = await db.session.execute(
        insert(records)
        .values(
            id=new_id(),
            scope_id=scope_id,
            mutation=mutation,
            key=key,
            input_hash=input_hash,
            user_id=db.by.user_id,
            created_at=db.at,
        )
        .on_conflict_do_nothing(index_elements=["scope_id", "mutation", "key"])
        .returning(records.c.id)
    )
    if mine.first() is not None:
        return None
    stored = (
        await db.session.execute(select(records.c.input_hash, records.c.result).where(*_same(scope_id, mutation, key)))
    ).one()
    if stored.input_hash != input_hash:
        raise Refused(
            RefusalCode.IDEMPOTENCY_KEY_REUSED,
            "This idempotencyKey was used with another input. Take a fresh key for a new intention.",
            path=("idempotencyKey",),
        )
    return dict(stored.result)


async def keep(db: Unit, scope_id: UUID, mutation: str, key: UUID, objects: dict[str, Any]) -> None:
    """Stores what a repeat shall be answered with, in the transaction of the effect: objects by id, values as such."""
    result = {name: _kept(value) for name, value in objects.items()}
    await db.session.execute(update(records).where(*_same(scope_id, mutation, key)).values(result=result))


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
