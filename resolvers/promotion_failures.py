"""Codes that come to nothing are counted after the fact: what tried them was rolled back."""

from domain.promotion_redemptions import CodeRefused
from persistence import promotion_uses
from persistence.unit import Unit
from resolvers.context import Context
from resolvers.turns import in_turn


async def count_failure(context: Context, refused: CodeRefused) -> None:
    """One more towards those that an organization may try within an hour."""

    async def work(db: Unit) -> None:
        await promotion_uses.count_failure(db, refused.organization_id)

    await in_turn(context, work)
