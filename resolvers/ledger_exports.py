"""Exports of the ledger: asking for one, and where they lead."""

from typing import Any
from uuid import UUID

from domain import ledger_exports as rules
from persistence import ledger_exports, organizations
from persistence.unit import Unit
from resolvers.mutations import Changed

LIST, PARTS = ledger_exports.LIST, ledger_exports.PARTS
REQUESTED_BY, ACCOUNT_ORGANIZATION = ledger_exports.REQUESTED_BY, ledger_exports.ACCOUNT_ORGANIZATION


async def export_ledger(db: Unit, *, organization_id: UUID | None, **fields: Any) -> Changed:
    export = rules.request(organization_id=organization_id, **fields, by=db.by, at=db.at)
    if organization_id is not None:
        await organizations.named(db, organization_id)
    db.add(export)
    return Changed(export=export)
