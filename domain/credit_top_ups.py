"""Auto top-up and the alert of a low balance: what an organization sets, when credits are bought by themselves, and
what becomes of it when that fails."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.actors import SYSTEM, Actor
from domain.checks import Checks
from domain.credit_accounts import CreditAccount, CreditAccountStatus
from domain.credit_prices import check_quantity

FAILURES_ALLOWED = 2
"""In a row; then it is switched off."""
MOST_PER_MONTH = 100
MOST_CREDITS = 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class TopUpTerms:
    """What is bought once less than `threshold` is available: a package or a quantity, at most so often in a month."""

    enabled: bool
    threshold: int | None
    package_id: UUID | None
    quantity: int | None
    currency: str | None
    max_per_month: int


def set_alert(account: CreditAccount, threshold: int, *, by: Actor, at: datetime) -> None:
    """From now on it is told when less is available; a balance that is lower already is not told of."""
    account.check("setLowBalanceAlert", by=by)
    checks = Checks()
    checks.whole("threshold", threshold, least=0, most=MOST_CREDITS)
    checks.refuse()
    account.low_balance_threshold = threshold
    account.alert_armed = account.available >= threshold
    account.record("alert_set", by=by, at=at, data={"threshold": str(threshold)})


def set_top_up(account: CreditAccount, terms: TopUpTerms, *, by: Actor, at: datetime) -> None:
    """All of it anew. Earlier failures are forgotten: whoever sets it has looked at what was wrong."""
    account.check("setAutoTopUp", by=by)
    _check(terms)
    account.top_up_enabled, account.top_up_threshold = terms.enabled, terms.threshold
    account.top_up_package_id, account.top_up_quantity = terms.package_id, terms.quantity
    account.top_up_currency, account.top_up_max_per_month = terms.currency, terms.max_per_month
    account.top_up_failures = 0
    account.record("top_up_set", by=by, at=at, data={"enabled": terms.enabled})


def is_due(account: CreditAccount) -> bool:
    """Whether so little is available that credits are bought."""
    threshold = account.top_up_threshold
    is_on = account.top_up_enabled and account.status is not CreditAccountStatus.CLOSED
    return is_on and threshold is not None and account.available < threshold


def tell_if_due(account: CreditAccount, *, by: Actor, at: datetime) -> None:
    """After credits were used up or set aside; they are bought once that is committed."""
    if is_due(account):
        account.record("top_up_due", by=by, at=at, data={"available": str(account.available)})


def has_failed(account: CreditAccount, attempt_id: UUID, *, at: datetime) -> bool:
    """Counts a purchase that was not paid by itself, once; the second in a row switches it off."""
    if account.top_up_failed_id == attempt_id:
        return False
    account.top_up_failed_id = attempt_id
    account.top_up_failures += 1
    is_over = account.top_up_failures >= FAILURES_ALLOWED
    if is_over:
        account.top_up_enabled = False
    data = {"failures": account.top_up_failures, "switchedOff": is_over}
    account.record("credits.top_up_failed", by=SYSTEM, at=at, data=data)
    return True


def has_worked(account: CreditAccount) -> None:
    """A purchase was paid; failures are counted anew."""
    account.top_up_failures = 0


def _check(terms: TopUpTerms) -> None:
    checks = Checks()
    checks.whole("maxPerMonth", terms.max_per_month, least=1, most=MOST_PER_MONTH)
    if terms.enabled:
        checks.require(terms.threshold is not None, "Say below which balance credits are bought.", "threshold")
        one = (terms.package_id is None) != (terms.quantity is None)
        checks.require(one, "Name a package or a quantity: one of the two.", "quantity")
        checks.require(terms.currency is not None, "Say in which currency to pay.", "currency")
    checks.whole("threshold", terms.threshold, least=1, most=MOST_CREDITS)
    if terms.quantity is not None:
        check_quantity(checks, terms.quantity)
    if terms.currency is not None:
        checks.currency("currency", terms.currency)
    checks.refuse()
