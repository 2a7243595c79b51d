"""Budgets: how many credits an app may use up for an organization, at once and in a calendar month of UTC."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import ClassVar
from uuid import UUID

from domain.actors import Actor
from domain.checks import Checks
from domain.events import Recorder
from domain.ids import new_id
from domain.refusals import RefusalCode, Refused
from domain.states import Versioned

MOST_CREDITS = 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetTerms:
    """What an organization allows an app; None: as much as there is."""

    monthly_limit: int | None
    per_call_limit: int | None
    alert_percent: int | None
    """At which part of the monthly limit the organization is told, once in each month."""


@dataclass(eq=False, kw_only=True)
class AppCreditBudget(Recorder, Versioned):
    """One for each organization and app. Without one, an app that may use up credits is not limited."""

    SUBJECT: ClassVar[str] = "app_credit_budget"

    id: UUID
    organization_id: UUID
    app_id: UUID
    monthly_limit: int | None = field(init=False)
    per_call_limit: int | None = field(init=False)
    alert_percent: int | None = field(init=False)
    alerted_month: date | None = None
    """The first day of the month in which the organization was told last."""

    def write(self, terms: BudgetTerms, *, by: Actor, at: datetime) -> None:
        """All of it anew. What the app has used up in this month counts already."""
        _check(terms)
        if terms.alert_percent != getattr(self, "alert_percent", None):
            self.alerted_month = None
        self.monthly_limit, self.per_call_limit = terms.monthly_limit, terms.per_call_limit
        self.alert_percent = terms.alert_percent
        self.record("set", by=by, at=at, data={"appId": f"app_{self.app_id.hex}"})

    def admit(self, quantity: int, *, used: int, by: Actor, at: datetime) -> None:
        """Refuses LIMIT_REACHED what would go beyond a limit; `used` is what the month has seen of this app so far."""
        if self.per_call_limit is not None and quantity > self.per_call_limit:
            raise _reached(f"This app may use up {self.per_call_limit} credits at once.", quantity, self.per_call_limit)
        if self.monthly_limit is None:
            return
        after = used + quantity
        if after > self.monthly_limit:
            left = max(0, self.monthly_limit - used)
            message = f"This app may use up {left} more credits until {next_month(at):%-d %B %Y}."
            raise _reached(message, used, self.monthly_limit, reset_at=next_month(at))
        self._tell(after, self.monthly_limit, by=by, at=at)

    def concerned_organizations(self) -> list[UUID]:
        return [self.organization_id]

    def concerned_objects(self) -> list[UUID]:
        return [self.app_id]

    def _tell(self, used: int, limit: int, *, by: Actor, at: datetime) -> None:
        month = month_of(at)
        if self.alert_percent is None or self.alerted_month == month or used * 100 < limit * self.alert_percent:
            return
        self.alerted_month = month
        self.record("alert_reached", by=by, at=at, data={"used": used, "limit": limit})


def new_budget(organization_id: UUID, app_id: UUID) -> AppCreditBudget:
    """To be written."""
    return AppCreditBudget(id=new_id(), organization_id=organization_id, app_id=app_id)


def month_of(at: datetime) -> date:
    """The first day of the month, in UTC."""
    return at.astimezone(UTC).date().replace(day=1)


def beginning_of(month: date) -> datetime:
    return datetime(month.year, month.month, 1, tzinfo=UTC)


def following(month: date) -> date:
    """The first day of the month after."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def next_month(at: datetime) -> datetime:
    """When the month of an instant is over."""
    return beginning_of(following(month_of(at)))


def _check(terms: BudgetTerms) -> None:
    checks = Checks()
    checks.whole("monthlyLimit", terms.monthly_limit, least=0, most=MOST_CREDITS)
    checks.whole("perCallLimit", terms.per_call_limit, least=0, most=MOST_CREDITS)
    checks.whole("alertPercent", terms.alert_percent, least=1, most=100)
    has_limit = terms.alert_percent is None or terms.monthly_limit is not None
    checks.require(has_limit, "It is a part of the monthlyLimit: give that, too.", "alertPercent")
    checks.refuse()


def _reached(message: str, used: int, limit: int, *, reset_at: datetime | None = None) -> Refused:
    return Refused(RefusalCode.LIMIT_REACHED, message, used=used, limit=limit, reset_at=reset_at)
