"""Lots of credits: what came in together, until when it counts, and in which order lots are burned."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import ClassVar
from uuid import UUID

from domain.actors import Actor
from domain.events import Recorder
from domain.ids import new_id
from domain.money import Money, rounded
from domain.states import Versioned

MAX_QUANTITY = 10**12
"""The most credits that one lot has: far below what BIGINT holds, so that sums never overflow."""

_NEVER = datetime.max.replace(tzinfo=UTC)


class LotSource(Enum):
    """Where the credits of a lot come from."""

    PURCHASE = "PURCHASE"
    SUBSCRIPTION = "SUBSCRIPTION"
    ROLLOVER = "ROLLOVER"
    PROMOTION = "PROMOTION"
    GRANT = "GRANT"
    REFUND = "REFUND"
    TRANSFER = "TRANSFER"


class LotStatus(Enum):
    """Whether anything of a lot can still be spent."""

    ACTIVE = "ACTIVE"
    EXHAUSTED = "EXHAUSTED"
    EXPIRED = "EXPIRED"


PRIORITIES = {
    LotSource.PROMOTION: 10,
    LotSource.ROLLOVER: 20,
    LotSource.SUBSCRIPTION: 30,
    LotSource.GRANT: 40,
    LotSource.REFUND: 50,
    LotSource.PURCHASE: 60,
    LotSource.TRANSFER: 70,
}
"""What is burned first, unless a lot says otherwise: what costs its owner least to use up."""


@dataclass(eq=False, kw_only=True)
class CreditLot(Recorder, Versioned):
    """Credits that came in together. Quantity, source and cost never change; `remaining` and `held` go up and down."""

    SUBJECT: ClassVar[str] = "credit_lot"

    id: UUID
    account_id: UUID
    organization_id: UUID
    source: LotSource
    source_id: UUID
    part: int
    quantity: int
    remaining: int
    held: int = 0
    priority: int
    cost_minor: int
    """What was paid for it, without tax."""
    currency: str | None
    """Of the cost; None where there is none."""
    expires_at: datetime | None
    expiry_told_at: datetime | None = None
    """When its owner was told that it expires soon."""

    @property
    def cost(self) -> Money | None:
        return None if self.currency is None else Money(self.cost_minor, self.currency)

    @property
    def gone(self) -> int:
        """How many credits have left it."""
        return self.quantity - self.remaining - self.held

    def is_expired(self, at: datetime) -> bool:
        return self.expires_at is not None and self.expires_at <= at

    def status_at(self, at: datetime) -> LotStatus:
        """What is held counts as there: it can still be captured or come back."""
        if not self.remaining and not self.held:
            return LotStatus.EXHAUSTED
        return LotStatus.EXPIRED if self.is_expired(at) else LotStatus.ACTIVE

    def take(self, quantity: int) -> int:
        """Credits leave it for good; the share of its cost that leaves with them, in minor units."""
        return self._move(remaining=-quantity)

    def give_back(self, quantity: int) -> int:
        """Credits that had left it are there again; the (negative) share of its cost that they had taken along."""
        return self._move(remaining=quantity)

    def set_aside(self, quantity: int) -> None:
        self._move(remaining=-quantity, held=quantity)

    def release(self, quantity: int) -> None:
        self._move(remaining=quantity, held=-quantity)

    def capture(self, quantity: int) -> int:
        """What was set aside leaves it for good; the share of its cost that leaves with it."""
        return self._move(held=-quantity)

    def tell_of_expiry(self, *, by: Actor, at: datetime) -> None:
        """Its owners learn, once, that it expires soon."""
        if self.expires_at is None:
            raise AssertionError(f"lot {self.id} never expires")
        self.expiry_told_at = at
        data = {"remaining": str(self.remaining), "expiresAt": self.expires_at.isoformat()}
        self.record("credits.expiring", by=by, at=at, data=data)

    def concerned_organizations(self) -> list[UUID]:
        return [self.organization_id]

    def concerned_objects(self) -> list[UUID]:
        return [self.account_id]

    def _move(self, *, remaining: int = 0, held: int = 0) -> int:
        """Shares of the cost are cumulative differences, so that those of all credits add up to it exactly."""
        before = self._cost_of(self.gone)
        self.remaining += remaining
        self.held += held
        if self.remaining < 0 or self.held < 0 or self.gone < 0:
            raise AssertionError(f"lot {self.id} of {self.quantity} would have {self.remaining} and {self.held} held")
        return self._cost_of(self.gone) - before

    def _cost_of(self, gone: int) -> int:
        return rounded(self.cost_minor * gone, self.quantity)


def opened(
    account_id: UUID,
    organization_id: UUID,
    *,
    source: LotSource,
    source_id: UUID,
    part: int = 0,
    quantity: int,
    cost_minor: int = 0,
    currency: str | None = None,
    expires_at: datetime | None = None,
    priority: int | None = None,
    at: datetime,
) -> CreditLot:
    """A full lot; the cost is kept in its currency, and there is no currency without a cost."""
    if quantity < 1 or cost_minor < 0 or (cost_minor > 0 and currency is None):
        raise AssertionError(
            f"a lot has at least one credit, and a cost a currency: {quantity}, {cost_minor} {currency}"
        )
    lot = CreditLot(
        id=new_id(),
        account_id=account_id,
        organization_id=organization_id,
        source=source,
        source_id=source_id,
        part=part,
        quantity=quantity,
        remaining=quantity,
        priority=PRIORITIES[source] if priority is None else priority,
        cost_minor=cost_minor,
        currency=currency if cost_minor else None,
        expires_at=expires_at,
    )
    lot.created_at = at
    return lot


def in_burn_order(lots: Iterable[CreditLot]) -> list[CreditLot]:
    """By priority, then what expires first, then what came first."""
    return sorted(lots, key=lambda lot: (lot.priority, lot.expires_at or _NEVER, lot.created_at, lot.id))


def burned(lots: Iterable[CreditLot], quantity: int, *, at: datetime) -> list[tuple[CreditLot, int]]:
    """Which lots give how much, first what burns first; less than `quantity` in all where there is not enough."""
    parts, missing = [], quantity
    for lot in in_burn_order(lots):
        if missing == 0:
            break
        part = 0 if lot.is_expired(at) else min(lot.remaining, missing)
        if part:
            parts.append((lot, part))
            missing -= part
    return parts
