"""Queries of tax types: an issuer's rates, and the ones its documents get by default."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import false, select, true

from domain.actors import Actor
from domain.invoice_terms import MAX_TAXES
from domain.permissions import Permission
from domain.refusals import not_found
from domain.taxes import TaxType
from persistence.tables.invoicing import tax_types
from persistence.unit import Unit
from planner.edges import Condition, Connection, Source


def visible_to(viewer: Actor) -> Condition:
    """Own ones only; a recipient reads a tax on the line that carries it."""
    if viewer.may(Permission.STAFF_READ):
        return true()
    if viewer.organization_id is None or not viewer.may(Permission.INVOICES_READ):
        return false()
    return tax_types.c.organization_id == viewer.organization_id


TAX_TYPES = Source(TaxType, tax_types, visible_to)

LIST = Connection(
    TAX_TYPES,
    orders={"NAME": tax_types.c.name, "CREATED_AT": tax_types.c.created_at},
    default_order=(("NAME", False),),
    filters={"is_active": lambda wanted: tax_types.c.is_active.is_(wanted)},
    where=lambda viewer: tax_types.c.organization_id == viewer.organization_id,
)


async def for_retirement(db: Unit, tax_type_id: UUID) -> TaxType:
    statement = select(TaxType).where(tax_types.c.id == tax_type_id, visible_to(db.by)).with_for_update()
    return await db.require(statement, "tax type", "taxTypeId")


async def choose(db: Unit, issuer_id: UUID, ids: Collection[UUID]) -> dict[UUID, TaxType]:
    """The issuer's active tax types of these ids; refuses when one of them is unknown, foreign or retired."""
    usable = (tax_types.c.organization_id == issuer_id, tax_types.c.is_active, tax_types.c.id.in_(ids))
    found = {one.id: one for one in await db.session.scalars(select(TaxType).where(*usable))} if ids else {}
    if set(ids) - set(found):
        raise not_found("active tax type", "lines")
    return found


async def defaults(db: Unit, issuer_id: UUID) -> dict[UUID, TaxType]:
    """The types that a document of the system carries: the oldest active defaults, as many as a line may have."""
    own = (tax_types.c.organization_id == issuer_id, tax_types.c.is_active, tax_types.c.is_default)
    statement = select(TaxType).where(*own).order_by(tax_types.c.created_at, tax_types.c.id).limit(MAX_TAXES)
    return {one.id: one for one in await db.session.scalars(statement)}
