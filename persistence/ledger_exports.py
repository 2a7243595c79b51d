"""Exports of the ledger: their list, the stream of entries that a file is made of, and its parts."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, and_, delete, exists, false, insert, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.actors import Actor
from domain.ids import new_id
from domain.ledger_export_parts import LedgerExportPart
from domain.ledger_exports import KEPT_FOR, ExportStatus, Extent, LedgerExport
from domain.ledger_files import FiledEntry
from domain.permissions import Permission
from persistence.organizations import ORGANIZATIONS
from persistence.tables.exports import ledger_export_parts, ledger_exports
from persistence.tables.money import ledger_accounts, ledger_entries, ledger_transfers
from persistence.unit import Unit
from persistence.users import USERS
from planner.edges import Condition, Connection, One, Source

AT_ONCE = 2000
"""How many rows of the cursor are in memory."""


def visible_to(viewer: Actor) -> Condition:
    """Those of one's own organization: staff that exported everybody's accounts did so for the platform."""
    if viewer.organization_id is None:
        return false()
    if not viewer.may(Permission.MONEY_READ) and not viewer.may(Permission.STAFF_MONEY):
        return false()
    return ledger_exports.c.organization_id == viewer.organization_id


def _parts_visible_to(viewer: Actor) -> Condition:
    return exists().where(ledger_exports.c.id == ledger_export_parts.c.export_id, visible_to(viewer))


LEDGER_EXPORTS = Source(LedgerExport, ledger_exports, visible_to)
LEDGER_EXPORT_PARTS = Source(LedgerExportPart, ledger_export_parts, _parts_visible_to)

REQUESTED_BY, ACCOUNT_ORGANIZATION = One(USERS, "requested_by_id"), One(ORGANIZATIONS, "account_organization_id")
LIST = Connection(
    LEDGER_EXPORTS,
    orders={"CREATED_AT": ledger_exports.c.created_at},
    default_order=(("CREATED_AT", True),),
    filters={"status": lambda values: ledger_exports.c.status.in_(values)},
)
PARTS = Connection(
    LEDGER_EXPORT_PARTS,
    orders={"POSITION": ledger_export_parts.c.position},
    default_order=(("POSITION", False),),
    column="export_id",
)


async def entries(connection: AsyncConnection, extent: Extent) -> AsyncIterator[FiledEntry]:
    """The entries through a cursor of the server, oldest first: the same books give the same lines every time."""
    rows = await connection.stream(_statement(extent), execution_options={"yield_per": AT_ONCE})
    async for row in rows:
        yield FiledEntry(**row._mapping)


def _statement(extent: Extent) -> Select[object]:
    transfer, entry, account = ledger_transfers.c, ledger_entries.c, ledger_accounts.c
    conditions = [
        None if extent.posted_from is None else transfer.posted_at >= extent.posted_from,
        None if extent.posted_before is None else transfer.posted_at < extent.posted_before,
        None if extent.account_code is None else account.code == extent.account_code,
        None if extent.account_organization_id is None else account.organization_id == extent.account_organization_id,
    ]
    return (
        select(
            transfer.id.label("transfer_id"),
            *(transfer[name] for name in ("kind", "source_type", "source_id", "posted_at", "reverses_id", "reason")),
            entry.id.label("entry_id"),
            account.id.label("account_id"),
            account.code.label("account_code"),
            account.organization_id,
            *(entry[name] for name in ("currency", "amount_minor", "invoice_id", "hold_id", "payment_id", "payout_id")),
        )
        .join(ledger_entries, entry.transfer_id == transfer.id)
        .join(ledger_accounts, account.id == entry.account_id)
        .where(and_(true(), *(one for one in conditions if one is not None)))
        .order_by(transfer.posted_at, transfer.id, entry.id)
    )


async def for_writing(db: Unit, export_id: UUID) -> LedgerExport | None:
    """An export that is still to be written, while nobody else writes it."""
    statement = select(LedgerExport).where(
        ledger_exports.c.id == export_id, ledger_exports.c.status == ExportStatus.PENDING
    )
    return await db.session.scalar(statement.with_for_update(skip_locked=True))


async def add_part(db: Unit, export: LedgerExport, position: int, content: str) -> None:
    row = {"id": new_id(), "export_id": export.id, "position": position, "content": content}
    await db.session.execute(insert(ledger_export_parts), [row])


async def over(db: Unit, limit: int = 100) -> Sequence[LedgerExport]:
    """Exports whose content has been kept long enough."""
    oldest: datetime = db.at - KEPT_FOR
    statement = select(LedgerExport).where(
        ledger_exports.c.status == ExportStatus.READY, ledger_exports.c.ready_at < oldest
    )
    return (await db.session.scalars(statement.limit(limit).with_for_update(skip_locked=True))).all()


async def forget_content(db: Unit, export: LedgerExport) -> None:
    await db.session.execute(delete(ledger_export_parts).where(ledger_export_parts.c.export_id == export.id))
