"""Queries of fee policies and tiers: what counts for a document, and the locks of those who plan the next one."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, delete, false, func, literal, or_, select, text, true

from domain.actors import Actor
from domain.fee_tiers import FeeTier
from domain.fees import FeePolicy, FeeScope, FeeTerms
from domain.invoices import Invoice
from domain.payment_methods import PaymentMethodStatus, Provider
from domain.permissions import Permission
from persistence.tables.fees import fee_policies, fee_tiers
from persistence.tables.money import payment_methods
from persistence.unit import Unit
from planner.edges import Condition, Connection, Many, One, Source


def visible_to(viewer: Actor) -> Condition:
    """All of them, for whoever may read money: the rates are the same for everybody."""
    return true() if viewer.may(Permission.MONEY_READ) or viewer.may(Permission.STAFF_MONEY) else false()


FEE_POLICIES = Source(FeePolicy, fee_policies, visible_to)
FEE_TIERS = Source(FeeTier, fee_tiers, visible_to)

POLICY = One(FEE_POLICIES, "policy_id")
TIERS = Many(FEE_TIERS, "policy_id", "position")
LIST = Connection(
    FEE_POLICIES,
    orders={"EFFECTIVE_FROM": fee_policies.c.effective_from},
    default_order=(("EFFECTIVE_FROM", True),),
    filters={"scope": lambda scopes: fee_policies.c.scope.in_(scopes)},
)


async def terms_for(db: Unit, scope: FeeScope, currency: str, amount_minor: int, provider: Provider | None) -> FeeTerms:
    """What counts at the instant of this transaction for a document over an amount that this provider collects."""
    return await _terms(db, scope, currency, amount_minor, literal(provider, fee_tiers.c.provider.type))


async def terms_at_opening(db: Unit, scope: FeeScope, invoice: Invoice, payer_id: UUID | None) -> FeeTerms:
    """The same for an invoice that is about to open: its provider is that of the payer's default method."""
    provider = select(payment_methods.c.provider).where(
        payment_methods.c.organization_id == payer_id,
        payment_methods.c.currency == invoice.currency,
        payment_methods.c.is_default.is_(True),
        payment_methods.c.status == PaymentMethodStatus.ACTIVE,
    )
    return await _terms(db, scope, invoice.currency, invoice.net_total_minor, provider.scalar_subquery())


async def _terms(
    db: Unit, scope: FeeScope, currency: str, amount_minor: int, provider: ColumnElement[Provider | None]
) -> FeeTerms:
    """The policy in force and, where there is one, its tier; the reference data see to it that there is a policy."""
    policies, tiers = fee_policies.c, fee_tiers.c
    tier = (
        select(tiers.bps, tiers.flat_minor)
        .where(
            tiers.policy_id == policies.id,
            tiers.currency == currency,
            tiers.min_minor <= amount_minor,
            or_(tiers.max_minor.is_(None), tiers.max_minor >= amount_minor),
            or_(tiers.provider.is_(None), tiers.provider == provider),
        )
        .order_by(tiers.provider.nulls_last())
        .limit(1)
        .lateral("tier")
    )
    minimum = policies.minimum_fees_minor[currency].as_string().cast(BigInteger)
    statement = (
        select(
            policies.id,
            func.coalesce(tier.c.bps, policies.bps),
            func.coalesce(tier.c.flat_minor, 0),
            func.coalesce(minimum, 0),
        )
        .outerjoin(tier, true())
        .where(
            policies.scope == scope,
            policies.effective_from <= db.at,
            or_(policies.effective_to.is_(None), policies.effective_to > db.at),
        )
    )
    id_, bps, flat, least = (await db.session.execute(statement)).one()
    return FeeTerms(policy_id=id_, bps=bps, flat_minor=flat, minimum_minor=least)


async def for_planning(db: Unit, scope: FeeScope) -> Sequence[FeePolicy]:
    """All policies of a scope, while nobody else plans one; whoever opens documents goes on."""
    await db.session.execute(text("LOCK TABLE fee_policies IN SHARE ROW EXCLUSIVE MODE"))
    return (await db.session.scalars(select(FeePolicy).where(fee_policies.c.scope == scope))).all()


async def for_change(db: Unit, policy_id: UUID) -> FeePolicy:
    statement = select(FeePolicy).where(fee_policies.c.id == policy_id, visible_to(db.by)).with_for_update()
    return await db.require(statement, "fee policy", "feePolicyId")


async def replace_tiers(db: Unit, policy: FeePolicy, tiers: Sequence[FeeTier]) -> None:
    await db.session.execute(delete(fee_tiers).where(fee_tiers.c.policy_id == policy.id))
    db.add(*tiers)
