"""Monthly summaries of credits: what an account began with, what came and went, and what it ended with."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import ClassVar
from uuid import UUID

from domain.actors import SYSTEM
from domain.app_credit_budgets import beginning_of, following
from domain.credit_lots import LotSource
from domain.credit_transactions import CreditTransactionType
from domain.events import Recorder
from domain.ids import new_id

PUBLISHED_AFTER = timedelta(hours=3)
"""On the first day of the next month, in UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """How many credits of one kind came into an account in a month, or left it."""

    type: CreditTransactionType
    quantity: int
    """Above zero what came, below what left."""
    source: LotSource
    """Of the lots that it came into, or left."""
    app_id: UUID | None = None


@dataclass(eq=False, kw_only=True)
class CreditSummary(Recorder):
    """One for each account and month, and frozen: what is corrected later belongs to the month of the correction.

    Opening and closing count all credits of the account, set aside by a hold or not.
    """

    SUBJECT: ClassVar[str] = "credit_summary"

    id: UUID
    account_id: UUID
    organization_id: UUID
    month: date
    opening: int
    by_source: Mapping[str, int]
    by_app: Mapping[str, int]
    spent: int
    expired: int
    refunded: int
    transferred_in: int
    transferred_out: int
    adjusted: int
    clawed_back: int
    closing: int
    published_at: datetime
    version: int = field(default=1)

    @property
    def begins_on(self) -> date:
        return self.month

    def concerned_organizations(self) -> list[UUID]:
        return [self.organization_id]

    def concerned_objects(self) -> list[UUID]:
        return [self.account_id]


def due_at(month: date) -> datetime:
    """When the summary of a month is published."""
    return beginning_of(following(month)) + PUBLISHED_AFTER


def latest_due(at: datetime) -> date:
    """The last month whose summary is due by now."""
    month = (at - PUBLISHED_AFTER).date().replace(day=1)
    return (month - timedelta(days=1)).replace(day=1)


def months_due(last: date | None, at: datetime) -> list[date]:
    """The months after the last whose summaries are all there, oldest first; without one only the latest."""
    month = latest_due(at)
    if last is None:
        return [month]
    due = []
    while (last := following(last)) <= month:
        due.append(last)
    return due


_T = CreditTransactionType
_FIGURES = {
    _T.SPEND: "spent",
    _T.HOLD: "spent",
    _T.EXPIRE: "expired",
    _T.REFUND: "refunded",
    _T.TRANSFER_IN: "transferred_in",
    _T.TRANSFER_OUT: "transferred_out",
    _T.ADJUST: "adjusted",
    _T.REVERSAL: "adjusted",
    _T.CLAWBACK: "clawed_back",
}
_LEAVES = {"spent", "expired", "transferred_out", "clawed_back"}
"""Figures that are told as what left, without a sign."""
_GIVEN = (_T.PURCHASE, _T.GRANT)


def publish(
    account_id: UUID,
    organization_id: UUID,
    month: date,
    opening: int,
    movements: Iterable[Movement],
    *,
    at: datetime,
) -> CreditSummary:
    """Of all movements that were posted in a month. What rolls over comes into one lot and leaves another."""
    figures, by_source, by_app, closing = Counter[str](), Counter[str](), Counter[str](), opening
    for movement in movements:
        closing += movement.quantity
        if movement.type in _GIVEN:
            by_source[movement.source.value] += movement.quantity
            continue
        figure = _FIGURES.get(movement.type)
        if figure is not None:
            figures[figure] += -movement.quantity if figure in _LEAVES else movement.quantity
        if figure == "spent" and movement.app_id is not None:
            by_app[f"app_{movement.app_id.hex}"] -= movement.quantity
    summary = CreditSummary(
        id=new_id(),
        account_id=account_id,
        organization_id=organization_id,
        month=month,
        opening=opening,
        by_source=dict(sorted(by_source.items())),
        by_app=dict(sorted(by_app.items())),
        closing=closing,
        published_at=at,
        **{name: figures[name] for name in dict.fromkeys(_FIGURES.values())},
    )
    data = {"month": month.isoformat()}
    summary.record("published", by=SYSTEM, at=at, data=data)
    return summary
