"""Quotas: the one statement that moves a counter, and only as far as the limit allows."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, and_, case, literal, or_, select
from sqlalchemy.dialects.postgresql import insert

from domain.catalogue import CatalogueStatus
from domain.entitlements import Entitlement
from domain.ids import new_id
from domain.plan_limits import counts_what_is_there
from domain.products import ProductKind
from domain.quotas import (
    Quota,
    QuotaCounter,
    QuotaWindow,
    check_amount,
    limit_reached,
    not_entitled,
    quota_of,
    warned_from,
    window_of,
)
from persistence import entitlements
from persistence.outbox import outbox_row
from persistence.plan_usage import COUNTS
from persistence.tables.catalogue import plans, product_features, products
from persistence.tables.entitlements import quota_counters
from persistence.tables.platform import outbox
from persistence.unit import Unit

_counters = quota_counters.c
_UNLIMITED = 2**62


async def consume(db: Unit, organization_id: UUID, code: str, amount: int, app_id: UUID | None = None) -> Quota:
    """Uses so much of a limit, or refuses all of it: NOT_ENTITLED while the feature is off, LIMIT_REACHED."""
    entitlement = await entitlements.of_feature(db, organization_id, code, app_id)
    check_amount(entitlement, amount)
    if app_id is None and code in COUNTS:
        raise counts_what_is_there(code)
    if not entitlement.is_active:
        raise not_entitled(code)
    return await use(db, organization_id, entitlement, amount, app_id)


async def use(
    db: Unit,
    organization_id: UUID,
    entitlement: Entitlement,
    amount: int,
    app_id: UUID | None = None,
    path: Sequence[str] = ("amount",),
) -> Quota:
    """The same of a limit that is known to be on; a refusal names `path`."""
    window = window_of(entitlement, db.at)
    counter = await _moved(db, organization_id, entitlement, window, amount)
    if counter is None:
        feature_id = entitlement.feature.feature_id
        used = await _used(db, organization_id, feature_id, window)
        plan = await plan_that_admits(db, feature_id, app_id, used + amount)
        raise limit_reached(entitlement, used, amount, window, plan, path)
    await _tell(db, counter, entitlement)
    return quota_of(entitlement, counter.used, window)


async def _moved(
    db: Unit, organization_id: UUID, entitlement: Entitlement, window: QuotaWindow, amount: int
) -> QuotaCounter | None:
    """The counter after it was moved; None where that would pass the limit. Whoever comes at the same time waits."""
    limit = _UNLIMITED if entitlement.limit is None else entitlement.limit
    warned = _UNLIMITED if entitlement.limit is None else warned_from(entitlement.limit)
    first: list[Any] = [
        literal(new_id()),
        literal(organization_id),
        literal(entitlement.feature.feature_id),
        literal(window.starts_at),
        literal(amount, BigInteger),
        literal(amount if amount >= warned else None, BigInteger),
        literal(db.at),
    ]
    names = ["id", "organization_id", "feature_id", "window_starts_at", "used", "warned_at_used", "updated_at"]
    total = _counters.used + amount
    warns = and_(_counters.warned_at_used.is_(None), total >= warned)
    moved = (
        insert(quota_counters)
        .from_select(names, select(*first).where(literal(amount, BigInteger) <= limit))
        .on_conflict_do_update(
            constraint="uq_quota_counters_window",
            set_={
                "used": total,
                "warned_at_used": case((warns, total), else_=_counters.warned_at_used),
                "updated_at": db.at,
            },
            where=_counters.used <= limit - amount,
        )
        .returning(*[_counters[name] for name in names if name != "updated_at"])
    )
    row = (await db.session.execute(moved)).mappings().one_or_none()
    return None if row is None else QuotaCounter(**row)


async def _used(db: Unit, organization_id: UUID, feature_id: UUID, window: QuotaWindow) -> int:
    """What is used by now, which nobody can have lowered since."""
    counted = select(_counters.used).where(
        _counters.organization_id == organization_id,
        _counters.feature_id == feature_id,
        _counters.window_starts_at == window.starts_at,
    )
    return (await db.session.execute(counted)).scalar_one_or_none() or 0


async def plan_that_admits(db: Unit, feature_id: UUID, app_id: UUID | None, wanted: int) -> str | None:
    """The product code of the lowest-ranked plan on sale whose limit is high enough; None where there is none."""
    found = (
        select(products.c.code)
        .join(plans, plans.c.product_id == products.c.id)
        .join(product_features, product_features.c.product_id == products.c.id)
        .where(
            products.c.kind == ProductKind.PLAN,
            products.c.status == CatalogueStatus.ACTIVE,
            products.c.app_id.is_not_distinct_from(app_id),
            product_features.c.feature_id == feature_id,
            or_(product_features.c.value.is_(None), product_features.c.value >= wanted),
        )
        .order_by(plans.c.rank)
        .limit(1)
    )
    return (await db.session.execute(found)).scalar_one_or_none()


async def _tell(db: Unit, counter: QuotaCounter, entitlement: Entitlement) -> None:
    counter.moved(entitlement.feature.code, entitlement.limit, by=db.by, at=db.at)
    told = [outbox_row(counter, 1, event, db.request_id) for event in counter.take_events()]
    if told:
        await db.session.execute(outbox.insert(), told)
