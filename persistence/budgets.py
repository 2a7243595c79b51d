"""Queries of budgets: what the valid invoices of projects bill and have been paid."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.budgets import Billed, BudgetSummary, agreed_part_paid, progress, summary
from domain.invoices import InvoiceStatus
from domain.projects import Project
from domain.tasks import TaskStatus
from persistence.tables.escrow import advance_applications
from persistence.tables.invoicing import invoices
from persistence.tables.projects import tasks
from persistence.unit import Unit
from planner.edges import Batch

_VALID = (InvoiceStatus.OPEN, InvoiceStatus.PAID, InvoiceStatus.UNCOLLECTIBLE)


NOT_SETTLED = ~exists().where(advance_applications.c.advance_id == invoices.c.id)
"""An advance counts until an invoice has settled it: that one bills the same part of the budget."""


async def paid_minor(db: Unit, project_id: UUID) -> int:
    """How much of the agreed budget is paid at this moment of the transaction."""
    return agreed_part_paid((await _billed(db.session, [project_id]))[project_id])


async def _billed(session: AsyncSession, project_ids: Sequence[UUID]) -> Mapping[UUID, list[Billed]]:
    table = invoices.c
    paid = table.paid_minor + table.advances_applied_minor
    rows = await session.execute(
        select(table.project_id, table.agreed_minor, paid, table.total_minor).where(
            table.project_id.in_(project_ids), table.status.in_(_VALID), NOT_SETTLED
        )
    )
    found: dict[UUID, list[Billed]] = defaultdict(list)
    for project_id, agreed, paid, total in rows:
        found[project_id].append(Billed(agreed_minor=agreed, paid_minor=paid, total_minor=total))
    return found


async def _summaries(session: AsyncSession, viewer: Any, parents: Sequence[Project]) -> Mapping[UUID, BudgetSummary]:
    found = await _billed(session, [project.id for project in parents])
    return {project.id: summary(project, found[project.id]) for project in parents}


async def _progress(session: AsyncSession, viewer: Any, parents: Sequence[Project]) -> Mapping[UUID, int]:
    approved = func.count().filter(tasks.c.status == TaskStatus.APPROVED)
    rows = await session.execute(
        select(tasks.c.project_id, approved, func.count())
        .where(tasks.c.project_id.in_([project.id for project in parents]), tasks.c.status != TaskStatus.CANCELLED)
        .group_by(tasks.c.project_id)
    )
    return {project_id: progress(done, counted) for project_id, done, counted in rows}


SUMMARY = Batch(_summaries)
PROGRESS = Batch(_progress, default=0)
