"""Sums over credits: what an app has used up in a month, and what all accounts hold together."""

from dataclasses import dataclass
from uuid import UUID

from domain.money import Money


@dataclass(frozen=True, slots=True)
class AppUse:
    """What one app has used up of an organization's credits in a month."""

    app_id: UUID
    used: int
    movements: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditOverview:
    """All credits at a moment."""

    accounts: int
    available: int
    held: int
    low_balances: int
    frozen: int
    liability: tuple[Money, ...]
    """What was paid for credits that are still there, by currency."""
