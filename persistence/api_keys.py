"""Queries of API keys: from a key to an actor with its rights of this moment, the lists, and the locks of the verbs."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Select,
    Uuid,
    any_,
    bindparam,
    func,
    literal_column,
    or_,
    select,
    true,
    update,
)

from domain.actors import Actor, ActorKind
from domain.api_keys import SCOPES, USED_EVERY, WORKING, ApiKey, ApiKeyStatus, KeyText
from domain.networks import networks_of
from domain.organizations import OrganizationStatus
from domain.permission_decisions import left_to
from domain.permissions import Permission
from domain.refusals import forbidden
from persistence.database import Database
from persistence.holders import NOBODY, Holder, good_for
from persistence.organizations import ORGANIZATIONS
from persistence.prepared import Prepared
from persistence.tables.columns import Instant
from persistence.tables.identity import organizations
from persistence.tables.keys import api_keys
from persistence.unit import Unit
from persistence.users import USERS
from planner.edges import Condition, Connection, One, Source

BATCH = 100


def visible_to(viewer: Actor) -> Condition:
    """The key that asks, those of the organization for who manages them, and all for staff who look after apps."""
    if viewer.may(Permission.STAFF_APPS):
        return true()
    itself = api_keys.c.id == viewer.key_id
    if not viewer.may(Permission.KEYS_MANAGE):
        return itself
    return or_(itself, api_keys.c.organization_id == viewer.organization_id)


API_KEYS = Source(ApiKey, api_keys, visible_to)
ORGANIZATION, CREATED_BY = One(ORGANIZATIONS, "organization_id"), One(USERS, "created_by_id")
SUCCESSOR = One(API_KEYS, "successor_id")
ITSELF = One(API_KEYS, "key_id")
ACTOR = One(API_KEYS, "actor_key_id")
"""Of rows that name who acted."""

LIST = Connection(
    API_KEYS,
    orders={"CREATED_AT": api_keys.c.created_at, "LAST_USED_AT": api_keys.c.last_used_at},
    default_order=(("CREATED_AT", True),),
    filters={
        "status": lambda values: api_keys.c.status.in_(values),
        "organization_id": lambda id_: api_keys.c.organization_id == id_,
    },
)


async def holder_of(database: Database, text: KeyText) -> Holder:
    """Who holds this key; NOBODY where it is unknown, revoked, expired or another secret.

    Asked by every request, and therefore one indexed read. That a key was used is written at most once a minute.
    """
    row = await _by_prefix().row(database, text.prefix)
    if row is None or not text.fits(row.secret_hash):
        return NOBODY
    now = datetime.now(UTC)
    if row.last_used_at is None or row.last_used_at <= now - USED_EVERY:
        await _note_use(database, row.key_id, now)
    networks = None if row.allowed_ips is None else networks_of(tuple(row.allowed_ips))
    return Holder(_actor(row), networks, row.good_for)


async def actors_of_keys(database: Database, ids: Collection[UUID], now: datetime) -> dict[UUID, Actor]:
    """Who these keys are by now, for connections that outlive a request; none of those that have ended. Only looks."""
    async with database.connection() as connection:
        rows = (await connection.execute(_by_ids(), {"ids": list(ids), "now": now})).all()
    return {row.key_id: _actor(row) for row in rows}


@cache
def _by_ids() -> Select[Any]:
    """Put together once: that takes longer than asking."""
    return _live_key(api_keys.c.id == any_(bindparam("ids", type_=ARRAY(Uuid))), bindparam("now", type_=Instant))


async def acting(db: Unit, key_id: UUID) -> Actor | None:
    """The key that asked for something, or the one that it was replaced by, with the rights of this moment.

    None from the first one on that was revoked: that ends what was asked with it, whatever came after it.
    """
    key = await db.session.get_one(ApiKey, key_id)
    while key.successor_id is not None and key.status is not ApiKeyStatus.REVOKED:
        key = await db.session.get_one(ApiKey, key.successor_id)
    row = (await db.session.execute(_live_key(api_keys.c.id == key.id, func.now()))).one_or_none()
    return None if row is None else _actor(row)


async def behind(db: Unit, user_id: UUID | None, key_id: UUID | None) -> list[UUID]:
    """The person who asks for something; where a key asks, who was shown it, and could have asked with it."""
    if key_id is None:
        return [] if user_id is None else [user_id]
    return list(await db.session.scalars(select(api_keys.c.created_by_id).where(api_keys.c.id == key_id)))


async def require_for_others(db: Unit, user_id: UUID) -> None:
    """Refuses a key what is about the rights of whoever was shown it: nobody changes their own, by a key neither."""
    if user_id in await behind(db, None, db.by.key_id):
        raise forbidden("A key changes nothing about the rights of whoever was shown it.", "membershipId")


async def for_change(db: Unit, key_id: UUID) -> ApiKey:
    """A key of the active organization or, for staff, of any; locked, but not against what it is doing right now."""
    statement = select(ApiKey).where(api_keys.c.id == key_id, visible_to(db.by)).with_for_update(key_share=True)
    return await db.require(statement, "key", "keyId")


async def working_of(db: Unit, organization_id: UUID) -> Sequence[ApiKey]:
    """All that still work for an organization, locked in one order; for when it closes."""
    which = (api_keys.c.organization_id == organization_id, api_keys.c.status.in_(WORKING))
    statement = select(ApiKey).where(*which).order_by(api_keys.c.id).with_for_update(key_share=True)
    return (await db.session.scalars(statement)).all()


async def due_for_expiry(db: Unit, real: datetime) -> Sequence[ApiKey]:
    """Keys whose time is over, locked; those that somebody else has locked are left to them."""
    due = select(ApiKey).where(api_keys.c.status.in_(WORKING), api_keys.c.expires_at <= real)
    due = due.order_by(api_keys.c.expires_at).limit(BATCH)
    return (await db.session.scalars(due.with_for_update(key_share=True, skip_locked=True))).all()


@cache
def _by_prefix() -> Prepared:
    return Prepared(_live_key(api_keys.c.prefix == literal_column("$1"), func.now()))


async def _note_use(database: Database, key_id: UUID, now: datetime) -> None:
    used = api_keys.c.last_used_at
    is_due = or_(used.is_(None), used <= now - USED_EVERY)
    async with database.connection() as connection:
        await connection.execute(update(api_keys).where(api_keys.c.id == key_id, is_due).values(last_used_at=now))


def _live_key(which: Condition, now: datetime | ColumnElement[datetime]) -> Select[Any]:
    """Keys live on real time, and as long as their organization does; those of apps only while it is active."""
    key, status = api_keys.c, organizations.c.status
    return (
        select(
            key.id.label("key_id"),
            key.app_id,
            key.secret_hash,
            key.scopes,
            key.allowed_ips,
            key.last_used_at,
            good_for(key.expires_at),
            organizations.c.id.label("organization_id"),
            organizations.c.kind,
            organizations.c.status.label("organization_status"),
        )
        .join(organizations, organizations.c.id == key.organization_id)
        .where(
            which,
            key.status.in_(WORKING),
            or_(key.expires_at.is_(None), key.expires_at > now),
            status != OrganizationStatus.CLOSED,
            or_(key.app_id.is_(None), status == OrganizationStatus.ACTIVE),
        )
    )


def _actor(row: Any) -> Actor:
    scopes = frozenset(SCOPES[scope] for scope in row.scopes if scope in SCOPES)
    return Actor(
        kind=ActorKind.API_KEY if row.app_id is None else ActorKind.APP,
        key_id=row.key_id,
        app_id=row.app_id,
        organization_id=row.organization_id,
        organization_kind=row.kind.value,
        is_verified=True,
        permissions=left_to(row.organization_status, scopes),
    )
