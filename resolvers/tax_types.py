"""Tax types: adding and retiring rates."""

from typing import Any
from uuid import UUID

from domain import taxes as rules
from persistence import tax_types
from persistence.unit import Unit
from resolvers.mutations import Changed

LIST = tax_types.LIST


async def create_tax_type(db: Unit, **fields: Any) -> Changed:
    tax_type = rules.create(fields, by=db.by)
    db.add(tax_type)
    return Changed(tax_type=tax_type)


async def retire_tax_type(db: Unit, *, tax_type_id: UUID) -> Changed:
    tax_type = await tax_types.for_retirement(db, tax_type_id)
    tax_type.retire()
    return Changed(tax_type=tax_type)
