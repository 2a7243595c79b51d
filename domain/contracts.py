"""Contracts: a subscription for a term, with notice, renewal at a raised price, a fee for an early end (rule 19)."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import Enum
from itertools import count, takewhile
from typing import ClassVar
from uuid import UUID

from domain.actors import SYSTEM, Actor
from domain.billing_calendar import Anchor, Span
from domain.billing_subscriptions import BillingSubscription
from domain.catalogue import CatalogueStatus
from domain.checks import Checks
from domain.ids import new_id
from domain.money import rounded, share_of
from domain.permissions import Permission
from domain.prices import UNIT_PLACES, Price
from domain.reasons import said
from domain.refusals import Refused, wrong_state
from domain.states import Move, Side, Stateful

TERMS = (12, 24, 36)
NOTICE_DAYS = 30
MAX_BPS = 10_000


class ContractStatus(Enum):
    """The life of a contract. RENEWED: the next one has taken its place."""

    PENDING_SIGNATURE = "PENDING_SIGNATURE"
    ACTIVE = "ACTIVE"
    RENEWED = "RENEWED"
    ENDED = "ENDED"
    TERMINATED = "TERMINATED"


_S, _P = ContractStatus, Permission


@dataclass(eq=False, kw_only=True)
class Contract(Stateful):
    """At most one of a subscription is ACTIVE. Its term is a whole number of the subscription's periods."""

    SUBJECT: ClassVar[str] = "contract"
    MOVES: ClassVar[tuple[Move, ...]] = (
        Move("activateContract", (_S.PENDING_SIGNATURE,), _S.ACTIVE, Side.STAFF, _P.STAFF_MONEY),
        Move("terminateContract", (_S.PENDING_SIGNATURE, _S.ACTIVE), _S.TERMINATED, Side.STAFF, _P.STAFF_MONEY),
        Move("giveContractNotice", (_S.ACTIVE,), None, Side.OWNER, _P.BILLING_MANAGE),
        Move("withdrawContractNotice", (_S.ACTIVE,), None, Side.OWNER, _P.BILLING_MANAGE),
        Move("renewContract", (_S.ACTIVE,), _S.RENEWED, Side.SYSTEM),
        Move("endContract", (_S.ACTIVE,), _S.ENDED, Side.SYSTEM),
    )

    id: UUID
    subscription_id: UUID
    organization_id: UUID
    follows_id: UUID | None
    """The contract whose term this one continues."""
    term_months: int
    starts_at: datetime | None
    """None until it is signed."""
    ends_at: datetime | None
    auto_renew: bool
    notice_days: int
    uplift_bps: int
    termination_fee_bps: int
    notice_given_at: datetime | None
    fee_minor: int | None
    """What its early end cost, without tax."""
    terminate_reason: str | None
    status: ContractStatus = field(init=False)

    @property
    def notice_closes_at(self) -> datetime | None:
        return None if self.ends_at is None else self.ends_at - timedelta(days=self.notice_days)

    def activate(self, term: Span, *, by: Actor, at: datetime) -> None:
        """Both have signed; the term counts from the start of the period that is open."""
        self.move_to("activateContract", by=by, at=at)
        self.starts_at, self.ends_at = term.start, term.end
        self.record("activated", by=by, at=at)

    def give_notice(self, *, by: Actor, at: datetime) -> datetime:
        """The customer leaves when the term ends; says when that is."""
        self.check("giveContractNotice", by=by)
        ends_at = self._in_time_for_notice("giveContractNotice", at)
        if self.notice_given_at is not None:
            raise wrong_state("Notice has been given already.", from_state="NOTICE_GIVEN")
        self.notice_given_at = at
        self.record("notice_given", by=by, at=at)
        return ends_at

    def withdraw_notice(self, *, by: Actor, at: datetime) -> None:
        self.check("withdrawContractNotice", by=by)
        self._in_time_for_notice("withdrawContractNotice", at)
        if self.notice_given_at is None:
            raise wrong_state("No notice was given.", from_state=self.status.name)
        self.notice_given_at = None
        self.record("notice_withdrawn", by=by, at=at)

    def terminate(self, fee_minor: int, reason: str, *, by: Actor, at: datetime) -> None:
        """Staff end it early; the fee is for what the customer has committed to and was not billed yet."""
        self.terminate_reason = said(reason, required=True)
        self.move_to("terminateContract", by=by, at=at)
        self.fee_minor = fee_minor
        self.record("ended", by=by, at=at, data={"feeMinor": fee_minor, "isTerminated": True})

    @property
    def is_last_term(self) -> bool:
        """Whether nothing follows the term."""
        return not self.auto_renew or self.notice_given_at is not None

    def end(self, *, at: datetime) -> None:
        """The term is over and nothing follows it, or the subscription that it binds has ended."""
        self.move_to("endContract", by=SYSTEM, at=at)
        self.record("ended", by=SYSTEM, at=at, data={"isTerminated": False})

    def renew(self, ends_at: datetime, *, at: datetime) -> "Contract":
        """The term is over: the contract that continues it until then."""
        if self.ends_at is None:
            raise LookupError("a contract that was never signed has no end")
        self.move_to("renewContract", by=SYSTEM, at=at)
        self.record("renewed", by=SYSTEM, at=at)
        following = _drawn_up(self, Span(self.ends_at, ends_at))
        following.born(_S.ACTIVE, action="renewContract", by=SYSTEM, at=at)
        return following

    def refuses_cancellation(self, at: datetime) -> Refused | None:
        """Why the customer cannot cancel the subscription now: it is bound until the end of the term."""
        if self.status is not _S.ACTIVE or self.ends_at is None or at >= self.ends_at:
            return None
        until = f"The contract binds the subscription until {_day(self.ends_at)}"
        if self.notice_given_at is not None:
            return wrong_state(f"{until}; notice was given, so it ends then.", from_state="IN_CONTRACT_TERM")
        closes = self.ends_at - timedelta(days=self.notice_days)
        way = f"giveContractNotice is open until {_day(closes)}" if at < closes else f"notice closed {_day(closes)}"
        return wrong_state(f"{until}; {way}.", from_state="IN_CONTRACT_TERM")

    def organization_of(self, side: Side) -> UUID | None:
        return self.organization_id if side is Side.OWNER else None

    def concerned_organizations(self) -> list[UUID]:
        return [self.organization_id]

    def concerned_objects(self) -> list[UUID]:
        return [self.subscription_id]

    def _in_time_for_notice(self, action: str, at: datetime) -> datetime:
        if self.ends_at is None or self.notice_closes_at is None:
            raise LookupError("a contract that was never signed has no end")
        if at >= self.notice_closes_at:
            message = f"Notice closed {_day(self.notice_closes_at)}, {self.notice_days} days before the term ends."
            raise wrong_state(f"{action}: {message}", from_state="NOTICE_CLOSED")
        return self.ends_at


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractTerms:
    """What staff and a customer have agreed on."""

    term_months: int
    auto_renew: bool = True
    notice_days: int = NOTICE_DAYS
    uplift_bps: int = 0
    termination_fee_bps: int = 0

    def check(self, period_months: int) -> None:
        """Refuses INVALID for what no contract has; a term must be a whole number of the subscription's periods."""
        checks = Checks()
        known = checks.require(self.term_months in TERMS, "A term has 12, 24 or 36 months.", "termMonths")
        whole = not known or self.term_months % period_months == 0
        message = f"The subscription is paid every {period_months} months: a term must be a multiple of them."
        checks.require(whole, message, "termMonths")
        checks.whole("noticeDays", self.notice_days, least=0, most=180)
        checks.whole("upliftBps", self.uplift_bps, least=0, most=MAX_BPS)
        checks.whole("terminationFeeBps", self.termination_fee_bps, least=0, most=MAX_BPS)
        checks.refuse()


def draw_up(
    terms: ContractTerms, *, subscription_id: UUID, organization_id: UUID, period_months: int, by: Actor, at: datetime
) -> Contract:
    """A contract that waits for its signatures."""
    terms.check(period_months)
    contract = Contract(
        id=new_id(),
        subscription_id=subscription_id,
        organization_id=organization_id,
        follows_id=None,
        term_months=terms.term_months,
        starts_at=None,
        ends_at=None,
        auto_renew=terms.auto_renew,
        notice_days=terms.notice_days,
        uplift_bps=terms.uplift_bps,
        termination_fee_bps=terms.termination_fee_bps,
        notice_given_at=None,
        fee_minor=None,
        terminate_reason=None,
    )
    contract.born(_S.PENDING_SIGNATURE, action="createContract", by=by, at=at)
    contract.record("created", by=by, at=at)
    return contract


def term_of(contract: Contract, subscription: BillingSubscription) -> Span:
    """A term that is signed now: whole periods from the start of the one that is open."""
    start, number = subscription.current_period_start, subscription.period_number
    if start is None or number is None:
        raise LookupError("a contract binds a subscription that has been paid")
    anchor = subscription.anchor
    return Span(start, anchor.start_of(number + contract.term_months // anchor.months))


def raised(price: Price, bps: int, *, at: datetime) -> Price:
    """The price of the next term: archived, because nobody else can choose it. Each amount is rounded once."""
    following = replace(
        price,
        id=new_id(),
        unit_amount_minor=_raised(price.unit_amount_minor, bps),
        tiers=tuple(
            replace(tier, unit_amount=_raised_unit(tier.unit_amount, bps), flat_minor=_raised(tier.flat_minor, bps))
            for tier in price.tiers
        ),
        provider_price_id=None,
        is_variant=True,
    )
    following.born(CatalogueStatus.ARCHIVED, action="raisePrice", by=SYSTEM, at=at)
    return following


def periods_left(anchor: Anchor, number: int, until: datetime) -> int:
    """How many whole periods begin after period `number` and before the end of a term."""
    return sum(1 for _ in takewhile(lambda k: anchor.start_of(k) < until, count(number + 1)))


def number_from(anchor: Anchor, instant: datetime, number: int) -> int:
    """The first period, counting on from `number`, that begins at an instant or later."""
    return next(k for k in count(number) if anchor.start_of(k) >= instant)


def termination_fee(amount_minor: int, unbilled_periods: int, bps: int) -> int:
    """The fee on all periods of the term that were not billed, rounded once."""
    return share_of(amount_minor * unbilled_periods, bps)


def _raised(amount_minor: int, bps: int) -> int:
    """Half away from zero."""
    return rounded(amount_minor * (MAX_BPS + bps), MAX_BPS)


def _raised_unit(unit_amount: Decimal, bps: int) -> Decimal:
    """The same for the price of a unit in a tier, kept to its decimals."""
    exact = unit_amount * (MAX_BPS + bps) / MAX_BPS
    return exact.quantize(Decimal(1).scaleb(-UNIT_PLACES), rounding=ROUND_HALF_UP)


def _drawn_up(earlier: Contract, term: Span) -> Contract:
    return Contract(
        id=new_id(),
        subscription_id=earlier.subscription_id,
        organization_id=earlier.organization_id,
        follows_id=earlier.id,
        term_months=earlier.term_months,
        starts_at=term.start,
        ends_at=term.end,
        auto_renew=earlier.auto_renew,
        notice_days=earlier.notice_days,
        uplift_bps=earlier.uplift_bps,
        termination_fee_bps=earlier.termination_fee_bps,
        notice_given_at=None,
        fee_minor=None,
        terminate_reason=None,
    )


def _day(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
