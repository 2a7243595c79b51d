"""Queries of the audit log: who sees which entries, and chains from their first entry to their last."""

from collections.abc import AsyncIterator
from datetime import datetime
from uuid import UUID

from sqlalchemy import false, or_, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.actors import Actor
from domain.audit_chains import AuditChain, AuditVerification, ChainCheck
from domain.audit_entries import KEPT_FOR, AuditEntry, ChainedEntry
from domain.permissions import Permission
from persistence.database import Database
from persistence.organizations import ORGANIZATIONS
from persistence.tables.audit import audit_chains, audit_entries
from persistence.unit import Unit
from persistence.users import USERS
from planner.edges import Condition, Connection, One, Source

AT_ONCE = 200
"""How many entries of a chain are in memory."""


def visible_to(viewer: Actor) -> Condition:
    """Those of the active organization. What people do about themselves is not its business, but that of staff."""
    if viewer.may(Permission.STAFF_AUDIT):
        return true()
    if viewer.organization_id is None or not viewer.may(Permission.AUDIT_READ):
        return false()
    return audit_entries.c.organization_id == viewer.organization_id


def _by(actor_id: UUID) -> Condition:
    columns = (audit_entries.c.actor_user_id, audit_entries.c.actor_key_id, audit_entries.c.actor_app_id)
    return or_(*(column == actor_id for column in columns), audit_entries.c.impersonator_id == actor_id)


AUDIT_ENTRIES = Source(AuditEntry, audit_entries, visible_to)

ACTOR, IMPERSONATOR = One(USERS, "actor_user_id"), One(USERS, "impersonator_id")
ORGANIZATION = One(ORGANIZATIONS, "organization_id")
LIST = Connection(
    AUDIT_ENTRIES,
    orders={"AT": audit_entries.c.at},
    default_order=(("AT", True),),
    filters={
        "actor_id": _by,
        "subject_id": lambda id_: audit_entries.c.subject_id == id_,
        "action": lambda actions: audit_entries.c.action.in_(actions),
        "refusal": lambda codes: audit_entries.c.refusal.in_(codes),
        "at_from": lambda instant: audit_entries.c.at >= instant,
        "at_before": lambda instant: audit_entries.c.at < instant,
    },
)


async def verify(database: Database, chain_id: UUID, now: datetime) -> AuditVerification:
    """Recomputes a chain of any length in one view of the database."""
    async with database.snapshot() as connection:
        return await verify_in(connection, chain_id, now)


async def verify_in(connection: AsyncConnection, chain_id: UUID, now: datetime) -> AuditVerification:
    found = (await connection.execute(_CHAINS.where(audit_chains.c.id == chain_id))).one_or_none()
    chain = None if found is None else AuditChain(*found)
    check = ChainCheck(now)
    async for entry in chained(connection, audit_entries.c.chain_id == chain_id):
        if not check.follows(entry):
            return check.ended(chain, is_broken=True)
    return check.ended(chain)


_CHAINS = select(audit_chains.c.id, audit_chains.c.seq, audit_chains.c.hash)


async def chains(connection: AsyncConnection) -> AsyncIterator[AuditChain]:
    """Where each chain ends, in the order of their ids."""
    statement = _CHAINS.order_by(audit_chains.c.id)
    async for row in await connection.stream(statement, execution_options={"yield_per": AT_ONCE}):
        yield AuditChain(*row)


async def unchained(connection: AsyncConnection) -> list[UUID]:
    """Chains that have entries and no end."""
    lost = select(audit_entries.c.chain_id).distinct().where(audit_entries.c.chain_id.not_in(select(audit_chains.c.id)))
    return list(await connection.scalars(lost))


async def hash_at(connection: AsyncConnection, chain_id: UUID, seq: int) -> bytes | None:
    """The hash of one entry; None where there is none."""
    named = audit_entries.c.chain_id == chain_id, audit_entries.c.seq == seq
    found: bytes | None = await connection.scalar(select(audit_entries.c.hash).where(*named))
    return found


async def chained(connection: AsyncConnection, *conditions: Condition) -> AsyncIterator[ChainedEntry]:
    """Entries through a cursor of the server, chain after chain and each in its order."""
    statement = select(audit_entries).where(*conditions).order_by(audit_entries.c.chain_id, audit_entries.c.seq)
    async for row in await connection.stream(statement, execution_options={"yield_per": AT_ONCE}):
        yield ChainedEntry(**row._mapping)


async def forget_changes(db: Unit, limit: int = 1000) -> int:
    """Lets go of what the oldest acts have changed, when its time is over; PostgreSQL takes it before from nobody."""
    over = select(audit_entries.c.id).where(audit_entries.c.at < db.at - KEPT_FOR, audit_entries.c.change.is_not(None))
    forgetting = update(audit_entries).where(audit_entries.c.id.in_(over.limit(limit))).values(change=None)
    return len((await db.session.execute(forgetting.returning(audit_entries.c.id))).all())
