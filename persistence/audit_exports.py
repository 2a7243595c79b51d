"""Exports of the audit log: their list, the stream of entries that a file is made of, and its parts."""

from collections.abc import AsyncIterator, Sequence
from uuid import UUID

from sqlalchemy import delete, exists, false, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.actors import Actor
from domain.audit_entries import ChainedEntry
from domain.audit_exports import AuditExport, AuditExportPart
from domain.ids import new_id
from domain.ledger_exports import KEPT_FOR, ExportStatus
from domain.permissions import Permission
from persistence.audit_entries import chained
from persistence.organizations import ORGANIZATIONS
from persistence.tables.audit import audit_entries, audit_export_parts, audit_exports
from persistence.unit import Unit
from persistence.users import USERS
from planner.edges import Condition, Connection, One, Source


def visible_to(viewer: Actor) -> Condition:
    """Those of one's own organization: staff that exported everybody's entries did so for the platform."""
    if viewer.organization_id is None:
        return false()
    if not viewer.may(Permission.AUDIT_EXPORT) and not viewer.may(Permission.STAFF_AUDIT):
        return false()
    return audit_exports.c.organization_id == viewer.organization_id


def _parts_visible_to(viewer: Actor) -> Condition:
    return exists().where(audit_exports.c.id == audit_export_parts.c.export_id, visible_to(viewer))


AUDIT_EXPORTS = Source(AuditExport, audit_exports, visible_to)
AUDIT_EXPORT_PARTS = Source(AuditExportPart, audit_export_parts, _parts_visible_to)

REQUESTED_BY, OF_ORGANIZATION = One(USERS, "requested_by_id"), One(ORGANIZATIONS, "of_organization_id")
LIST = Connection(
    AUDIT_EXPORTS,
    orders={"CREATED_AT": audit_exports.c.created_at},
    default_order=(("CREATED_AT", True),),
    filters={"status": lambda values: audit_exports.c.status.in_(values)},
)
PARTS = Connection(
    AUDIT_EXPORT_PARTS,
    orders={"POSITION": audit_export_parts.c.position},
    default_order=(("POSITION", False),),
    column="export_id",
)


def entries(connection: AsyncConnection, export: AuditExport) -> AsyncIterator[ChainedEntry]:
    """The same log gives the same lines every time."""
    entry = audit_entries.c
    conditions = [entry.at < export.at_before]
    if export.at_from is not None:
        conditions.append(entry.at >= export.at_from)
    if export.of_organization_id is not None:
        conditions.append(entry.organization_id == export.of_organization_id)
    return chained(connection, *conditions)


async def for_writing(db: Unit, export_id: UUID) -> AuditExport | None:
    """An export that is still to be written, while nobody else writes it."""
    statement = select(AuditExport).where(
        audit_exports.c.id == export_id, audit_exports.c.status == ExportStatus.PENDING
    )
    return await db.session.scalar(statement.with_for_update(skip_locked=True))


async def add_part(db: Unit, export: AuditExport, position: int, content: str) -> None:
    row = {"id": new_id(), "export_id": export.id, "position": position, "content": content}
    await db.session.execute(insert(audit_export_parts), [row])


async def over(db: Unit, limit: int = 100) -> Sequence[AuditExport]:
    """Exports whose content has been kept long enough."""
    statement = select(AuditExport).where(
        audit_exports.c.status == ExportStatus.READY, audit_exports.c.ready_at < db.at - KEPT_FOR
    )
    return (await db.session.scalars(statement.limit(limit).with_for_update(skip_locked=True))).all()


async def forget_content(db: Unit, export: AuditExport) -> None:
    await db.session.execute(delete(audit_export_parts).where(audit_export_parts.c.export_id == export.id))
