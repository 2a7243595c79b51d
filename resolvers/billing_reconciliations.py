"""Reconciliations of subscriptions with who bills them, as staff start and read them."""

from uuid import UUID

from domain.permissions import Permission
from persistence import reconciliation_runs as runs
from persistence.unit import Unit
from resolvers.mutations import Changed

READERS = (Permission.STAFF_READ, Permission.STAFF_MONEY, Permission.APPS_DEVELOP)
LIST, FINDINGS, EXCEPTION = runs.LIST, runs.FINDINGS, runs.EXCEPTION
APP, REQUESTED_BY = runs.APP, runs.REQUESTED_BY


async def run_reconciliation(db: Unit, *, app_id: UUID | None, dry_run: bool) -> Changed:
    return Changed(run=await runs.begin(db, app_id, dry_run=dry_run))
