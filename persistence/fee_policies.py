"""Queries of fee policies."""

from sqlalchemy import select

from domain.fees import FeePolicy, FeeScope
from persistence.tables.invoicing import fee_policies
from persistence.unit import Unit


async def in_force(db: Unit, scope: FeeScope) -> FeePolicy:
    """The policy that counts at the instant of this transaction; the reference data see to it that there is one."""
    statement = (
        select(FeePolicy)
        .where(fee_policies.c.scope == scope, fee_policies.c.effective_from <= db.at)
        .order_by(fee_policies.c.effective_from.desc())
        .limit(1)
    )
    return (await db.session.scalars(statement)).one()
