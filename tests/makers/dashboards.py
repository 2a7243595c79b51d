"""Dashboards as somebody reads them, and the same figures counted anew from every row that there is."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import select

from domain.approval_requests import ApprovalRequest
from domain.credit_lots import CreditLot
from domain.escrow_holds import EscrowHold
from domain.gigs import Gig
from domain.invoices import Invoice
from domain.ledger import AccountCode
from domain.milestones import Milestone
from domain.projects import Project
from domain.proposals import Proposal
from domain.tasks import Task
from persistence.tables.money import ledger_accounts, ledger_entries
from tests.makers.rows import rows
from tests.world import Person, World

T = TypeVar("T")

_MONEY = "{ amountMinor currency }"
_TOTALS = (
    f"{{ currency openCount openAmount {_MONEY} overdueCount overdueAmount {_MONEY} paidCount paidAmount {_MONEY} }}"
)
FIGURES = f"""
  work {{ openGigs proposalsReceived proposalsSent offersReceived offersSent activeProjects milestonesToApprove
    milestonesToSubmit milestonesAwaitingApproval milestonesAwaitingSubmission openTasks }}
  invoices {{ issued {_TOTALS} received {_TOTALS} }}
  money {{ wallets {_MONEY} escrow {_MONEY} pendingApprovals }}
  credits"""
DASHBOARD = f"query($id: ID!) {{ dashboard(organizationId: $id) {{ {FIGURES} }} }}"


async def dashboard_of(person: Person) -> dict[str, Any]:
    """The figures of somebody's own organization."""
    found = await person.ask(DASHBOARD, id=f"org_{person.organization_id.hex}")
    dashboard: dict[str, Any] = found["dashboard"]
    return dashboard


async def recomputed(world: World, own: UUID) -> dict[str, Any]:
    """What the dashboard of an organization has to show, from all rows of everybody."""
    return {
        "work": await _work(world, own),
        "invoices": await _invoices(world, own),
        "money": await _money(world, own),
        "credits": await _credits(world, own),
    }


async def _work(world: World, own: UUID) -> dict[str, int]:
    gigs, proposed, projects = await _all(world, Gig), await _all(world, Proposal), await _all(world, Project)
    milestones, tasks = await _all(world, Milestone), await _all(world, Task)
    handed_in, worked_on = ("SUBMITTED", "SHORTLISTED"), ("IN_PROGRESS", "CHANGES_REQUESTED")
    return {
        "openGigs": sum(one.organization_id == own and one.status.name == "OPEN" for one in gigs),
        "proposalsReceived": _count(proposed, "client", own, *handed_in),
        "proposalsSent": _count(proposed, "freelancer", own, *handed_in),
        "offersReceived": _count(proposed, "freelancer", own, "OFFERED"),
        "offersSent": _count(proposed, "client", own, "OFFERED"),
        "activeProjects": _count(projects, "client", own, "ACTIVE") + _count(projects, "freelancer", own, "ACTIVE"),
        "milestonesToApprove": _count(milestones, "client", own, "SUBMITTED"),
        "milestonesToSubmit": _count(milestones, "freelancer", own, *worked_on),
        "milestonesAwaitingApproval": _count(milestones, "freelancer", own, "SUBMITTED"),
        "milestonesAwaitingSubmission": _count(milestones, "client", own, *worked_on),
        "openTasks": sum(
            _count(tasks, side, own, "TODO", "IN_PROGRESS", "SUBMITTED", "CHANGES_REQUESTED")
            for side in ("client", "freelancer")
        ),
    }


async def _invoices(world: World, own: UUID) -> dict[str, Any]:
    found = await _all(world, Invoice)
    issued, received = [one for one in found if one.issuer_id == own], [one for one in found if one.recipient_id == own]
    return {"issued": _totals(world, issued), "received": _totals(world, received)}


def _totals(world: World, found: list[Invoice]) -> list[dict[str, Any]]:
    now = world.clock.now()
    parts: dict[str, dict[str, list[Invoice]]] = defaultdict(lambda: {"open": [], "overdue": [], "paid": []})
    for one in found:
        if one.status.name == "OPEN":
            parts[one.currency]["open"].append(one)
            if one.is_overdue_at(now):
                parts[one.currency]["overdue"].append(one)
        if one.status.name == "PAID" and one.paid_at is not None and now - one.paid_at < timedelta(days=30):
            parts[one.currency]["paid"].append(one)
    shown = []
    for currency, of_currency in sorted(parts.items()):
        totals: dict[str, Any] = {"currency": currency}
        for name, some in of_currency.items():
            amount = sum(one.paid_minor if name == "paid" else one.amount_due_minor for one in some)
            totals |= {f"{name}Count": len(some), f"{name}Amount": _shown(amount, currency)}
        shown.append(totals)
    return shown


async def _money(world: World, own: UUID) -> dict[str, Any]:
    entries = select(ledger_entries.c.currency, -ledger_entries.c.amount_minor).join(
        ledger_accounts, ledger_accounts.c.id == ledger_entries.c.account_id
    )
    of_wallets = ledger_accounts.c.organization_id == own, ledger_accounts.c.code == AccountCode.WALLET_AVAILABLE
    wallets = await rows(world, entries.where(*of_wallets))
    is_held = ("HELD", "PARTIALLY_RELEASED")
    holds = [one for one in await _all(world, EscrowHold) if own in _sides(one) and one.status.name in is_held]
    left = [(one.currency, one.amount_minor - one.released_minor - one.refunded_minor) for one in holds]
    requests = await _all(world, ApprovalRequest)
    return {
        "wallets": _sums(wallets),
        "escrow": _sums(left),
        "pendingApprovals": sum(one.organization_id == own and one.status.name == "PENDING" for one in requests),
    }


async def _credits(world: World, own: UUID) -> str:
    lots = [one for one in await _all(world, CreditLot) if one.organization_id == own]
    return str(sum(one.remaining for one in lots if not one.expires_at or one.expires_at > world.clock.now()))


def _sums(amounts: Iterable[tuple[Any, ...]]) -> list[dict[str, str]]:
    sums: dict[str, int] = defaultdict(int)
    for currency, minor in amounts:
        sums[currency] += minor
    return [_shown(minor, currency) for currency, minor in sorted(sums.items())]


def _shown(minor: int, currency: str) -> dict[str, str]:
    return {"amountMinor": str(minor), "currency": currency}


def _count(found: Iterable[Any], side: str, own: UUID, *states: str) -> int:
    return sum(getattr(one, f"{side}_organization_id") == own and one.status.name in states for one in found)


def _sides(one: Any) -> tuple[UUID, UUID]:
    return one.client_organization_id, one.freelancer_organization_id


async def _all(world: World, kind: type[T]) -> list[T]:
    async with world.database.reader() as session:
        return list(await session.scalars(select(kind)))
