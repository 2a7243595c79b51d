"""Fee policies: planning the next one, setting its tiers, and what an amount would pay now."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from domain import fee_tiers, fees
from domain.checks import Checks
from domain.fee_tiers import TierTerms
from domain.fees import FeeQuote, FeeScope
from domain.money import Money
from domain.payment_methods import Provider
from persistence import fee_policies as policies
from persistence.unit import Unit
from resolvers.context import Context
from resolvers.mutations import Changed

LIST, TIERS, POLICY = policies.LIST, policies.TIERS, policies.POLICY


async def create_fee_policy(
    db: Unit, *, scope: FeeScope, bps: int, minimum_fees: Sequence[Money], effective_from: datetime
) -> Changed:
    policy = fees.create_policy(
        scope=scope, bps=bps, minimum_fees=minimum_fees, effective_from=effective_from, by=db.by, at=db.at
    )
    fees.take_place(policy, await policies.for_planning(db, scope))
    # Whoever was in force until then ends first: the database lets no two of them meet.
    await db.flush()
    db.add(policy)
    return Changed(fee_policy=policy)


async def set_fee_tiers(db: Unit, *, fee_policy_id: UUID, tiers: Sequence[TierTerms]) -> Changed:
    policy = await policies.for_change(db, fee_policy_id)
    await policies.replace_tiers(db, policy, fee_tiers.write(policy, tiers, at=db.at))
    return Changed(fee_policy=policy)


async def quote_fee(context: Context, *, amount: Money, scope: FeeScope, provider: Provider | None) -> FeeQuote:
    checks = Checks()
    checks.money("amount", amount)
    checks.refuse()
    platform = context.platform
    async with platform.database.reader() as session:
        db = Unit(session, platform.now(), context.viewer)
        terms = await policies.terms_for(db, scope, amount.currency, amount.amount_minor, provider)
    return FeeQuote(amount=amount, terms=terms)
