"""Credit accounts: prepaid units of an organization, in lots that are burned in a fixed order."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import ClassVar
from uuid import UUID

from domain.actors import Actor
from domain.credit_lots import CreditLot
from domain.permissions import Permission
from domain.reasons import said
from domain.refusals import Refused, wrong_state
from domain.states import Move, Side, Stateful

LOW_BALANCE = 20
TOP_UPS_PER_MONTH = 3


class CreditAccountStatus(Enum):
    """The life of a credit account."""

    ACTIVE = "ACTIVE"
    FROZEN = "FROZEN"
    CLOSED = "CLOSED"


_S, _P = CreditAccountStatus, Permission
_OPEN = (_S.ACTIVE, _S.FROZEN)


@dataclass(frozen=True, slots=True)
class Holdup:
    """Something that keeps an account from being closed or unfrozen: a sentence for people."""

    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AutoTopUp:
    """How an account buys credits by itself."""

    enabled: bool
    threshold: int | None
    package_id: UUID | None
    quantity: int | None
    currency: str | None
    max_per_month: int
    failures: int


@dataclass(eq=False, kw_only=True)
class CreditAccount(Stateful):
    """One for each organization, opened with it. Whoever moves credits has locked its row and knows all its lots."""

    SUBJECT: ClassVar[str] = "credit_account"
    MOVES: ClassVar[tuple[Move, ...]] = (
        Move("spendCredits", (_S.ACTIVE,), None, Side.OWNER, _P.CREDITS_SPEND),
        Move("holdCredits", (_S.ACTIVE,), None, Side.OWNER, _P.CREDITS_SPEND),
        Move("transferCredits", (_S.ACTIVE,), None, Side.OWNER, _P.CREDITS_MANAGE),
        Move("purchaseCredits", _OPEN, None, Side.OWNER, _P.CREDITS_PURCHASE),
        Move("redeemPromotion", _OPEN, None, Side.OWNER, _P.CREDITS_PURCHASE),
        Move("setLowBalanceAlert", _OPEN, None, Side.OWNER, _P.CREDITS_MANAGE),
        Move("setAutoTopUp", _OPEN, None, Side.OWNER, _P.CREDITS_MANAGE),
        Move("grantCredits", _OPEN, None, Side.STAFF, _P.STAFF_CREDITS),
        Move("adjustCredits", _OPEN, None, Side.STAFF, _P.STAFF_CREDITS),
        Move("freezeCreditAccount", (_S.ACTIVE,), _S.FROZEN, Side.STAFF, _P.STAFF_CREDITS),
        Move("freezeCreditAccount", (_S.ACTIVE,), _S.FROZEN, Side.STAFF, _P.STAFF_MODERATION),
        Move("unfreezeCreditAccount", (_S.FROZEN,), _S.ACTIVE, Side.STAFF, _P.STAFF_CREDITS),
        Move("closeCreditAccount", (_S.ACTIVE,), _S.CLOSED, Side.OWNER, _P.ORG_CLOSE),
        Move("closeCreditAccount", (_S.ACTIVE,), _S.CLOSED, Side.STAFF, _P.STAFF_CREDITS),
        Move("receiveCredits", _OPEN, None, Side.SYSTEM),
        Move("receiveTransfer", (_S.ACTIVE,), None, Side.SYSTEM),
    )

    id: UUID
    organization_id: UUID
    available: int = 0
    held: int = 0
    lapses: Sequence[Sequence[int]] = ()
    """What of `available` expires and when, soonest first: pairs of an instant (Unix microseconds) and a quantity."""
    freeze_reason: str | None = None
    has_shortfall: bool = False
    """Credits that were taken back had been spent: it stays frozen until what is owed for them is settled."""
    low_balance_threshold: int = LOW_BALANCE
    alert_armed: bool = False
    top_up_enabled: bool = False
    top_up_threshold: int | None = None
    top_up_package_id: UUID | None = None
    top_up_quantity: int | None = None
    top_up_currency: str | None = None
    top_up_max_per_month: int = TOP_UPS_PER_MONTH
    top_up_failures: int = 0
    top_up_failed_id: UUID | None = None
    """What was counted last among them: a purchase, or the occasion of one that could not be begun."""
    status: CreditAccountStatus = field(init=False)

    @property
    def is_closed(self) -> bool:
        return self.status is _S.CLOSED

    @property
    def auto_top_up(self) -> AutoTopUp:
        return AutoTopUp(
            enabled=self.top_up_enabled,
            threshold=self.top_up_threshold,
            package_id=self.top_up_package_id,
            quantity=self.top_up_quantity,
            currency=self.top_up_currency,
            max_per_month=self.top_up_max_per_month,
            failures=self.top_up_failures,
        )

    @property
    def lots(self) -> list[CreditLot]:
        """The lots with anything remaining or held, of an account that is locked."""
        try:
            lots: list[CreditLot] = self.__dict__["_lots"]
        except KeyError:
            raise AssertionError("lock the account before its credits move: its lots are read under the lock") from None
        return lots

    def hold_lots(self, lots: Sequence[CreditLot]) -> None:
        """The lots as they were read under the lock."""
        self.__dict__["_lots"] = list(lots)

    def available_at(self, now: datetime) -> int:
        """What can be spent at an instant: what has expired since the last movement is not there any more."""
        return unlapsed(self.available, self.lapses, now)

    def settle(self, *, by: Actor, at: datetime) -> None:
        """Brings the sums of the account to those of its lots, and tells when the balance has become low."""
        self.available = sum(lot.remaining for lot in self.lots)
        self.held = sum(lot.held for lot in self.lots)
        lapsing: Counter[int] = Counter()
        for lot in self.lots:
            if lot.remaining and lot.expires_at is not None:
                lapsing[instant_of(lot.expires_at)] += lot.remaining
        self.lapses = sorted([lapses_at, quantity] for lapses_at, quantity in lapsing.items())
        if self.available >= self.low_balance_threshold:
            self.alert_armed = True
        elif self.alert_armed:
            self.alert_armed = False
            data = {"available": str(self.available), "threshold": str(self.low_balance_threshold)}
            self.record("credits.balance_low", by=by, at=at, data=data)

    def freeze(self, reason: str, *, by: Actor, at: datetime) -> None:
        """Stops what goes out; what was set aside before may still be captured or released."""
        self.move_to("freezeCreditAccount", by=by, at=at)
        self.freeze_reason = said(reason, required=True)
        self.record("frozen", by=by, at=at)

    def unfreeze(self, reason: str, *, by: Actor, at: datetime) -> None:
        self.check("unfreezeCreditAccount", by=by)
        said(reason, required=True)
        self.move_to("unfreezeCreditAccount", by=by, at=at)
        self.freeze_reason = None
        self.record("unfrozen", by=by, at=at, data={"reason": reason.strip()})

    def close(self, reason: str | None, holdups: Sequence[Holdup], *, by: Actor, at: datetime) -> None:
        """Ends it for good, once nothing is in it and nothing waits to come into it."""
        self.check("closeCreditAccount", by=by)
        said(reason)
        if self.available or self.held:
            holdups = [Holdup(f"{self.available} credits are available and {self.held} held"), *holdups]
        if holdups:
            message = "; ".join(one.message for one in holdups)
            raise wrong_state(f"The account cannot be closed: {message}.", from_state="NOT_EMPTY", allowed=["EMPTY"])
        self.move_to("closeCreditAccount", by=by, at=at)
        self.record("closed", by=by, at=at)

    def blocked(self, action: str) -> Refused | None:
        if action == "unfreezeCreditAccount" and self.has_shortfall:
            message = "Credits that were taken back had been spent: what is owed for them has to be settled first."
            return wrong_state(message, from_state="SHORTFALL", allowed=["SETTLED"])
        return None

    def organization_of(self, side: Side) -> UUID | None:
        return self.organization_id if side is Side.OWNER else None

    def concerned_organizations(self) -> list[UUID]:
        return [self.organization_id]


def instant_of(at: datetime) -> int:
    """An instant in whole microseconds of Unix time, as `lapses` keeps it."""
    return int(at.timestamp()) * 1_000_000 + at.microsecond


def unlapsed(available: int, lapses: Sequence[Sequence[int]], now: datetime) -> int:
    """What of a balance is left at an instant, of which some expires as `lapses` says."""
    instant = instant_of(now)
    return available - sum(quantity for lapses_at, quantity in lapses if lapses_at <= instant)
