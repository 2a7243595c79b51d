"""Ledger adjustments: staff ask, other staff approve."""

from uuid import UUID

from domain.ledger_adjustments import CorrectionLine
from persistence import ledger_adjustments
from persistence.unit import Unit
from resolvers.mutations import Changed


async def adjust_ledger(db: Unit, *, transfer_id: UUID, lines: list[CorrectionLine], reason: str) -> Changed:
    return Changed(approval=await ledger_adjustments.ask(db, transfer_id, lines, reason))
