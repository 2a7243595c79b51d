"""What has to come to its end before an organization can be closed, counted in one statement."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Table, func, or_, select

from domain.billing_subscriptions import LIVE
from domain.chargebacks import UNDECIDED
from domain.credit_disputes import UNDECIDED as DISPUTED
from domain.escrow_holds import HOLDING, HoldStatus
from domain.gigs import GigStatus
from domain.invoices import InvoiceStatus
from domain.ledger import AccountCode
from domain.organizations import Organization
from domain.payments import LIVE_STATES
from domain.payouts import BEFORE_SENT, PayoutState
from domain.projects import NOT_ENDED
from domain.provider_calls import CallState
from domain.refusals import not_found
from domain.sales import SaleStatus
from persistence.tables.credit_control import credit_disputes
from persistence.tables.credits import credit_accounts
from persistence.tables.escrow import escrow_holds
from persistence.tables.identity import organizations
from persistence.tables.invoicing import customers, invoices
from persistence.tables.losses import chargebacks
from persistence.tables.money import ledger_accounts, ledger_balances, payments
from persistence.tables.payouts import payouts
from persistence.tables.projects import projects
from persistence.tables.refunds import refunds
from persistence.tables.sales import sales
from persistence.tables.subscriptions import billing_subscriptions
from persistence.tables.work import gigs
from persistence.unit import Unit

_OFFERED = (GigStatus.OPEN, GigStatus.PAUSED)
_UNDER_WAY = (CallState.PENDING, CallState.PROCESSING, CallState.UNKNOWN)
_IN_THE_WALLET = (AccountCode.WALLET_AVAILABLE, AccountCode.WALLET_HELD)


async def for_closing(db: Unit, organization_id: UUID) -> Organization:
    """The caller's active organization, locked against everything that would begin something new for it."""
    if not db.by.acts_for(organization_id):
        raise not_found("organization", "organizationId")
    statement = select(Organization).where(organizations.c.id == organization_id).with_for_update()
    return (await db.session.scalars(statement)).one()


async def still_open(db: Unit, organization_id: UUID) -> list[str]:
    """In words, one for each kind of thing: 2 projects, 1 invoice."""
    counts = list(_counts(organization_id))
    found = (await db.session.execute(select(*(count.scalar_subquery() for _, _, count in counts)))).one()
    named = zip(counts, found, strict=True)
    return [f"{number} {one if number == 1 else several}" for (one, several, _), number in named if number]


def _counts(id_: UUID) -> Iterator[tuple[str, str, Select[tuple[int]]]]:
    """Each kind of thing in the singular and the plural, and how many there are."""
    offered = gigs.c.organization_id == id_, gigs.c.status.in_(_OFFERED)
    yield "gig that is open or paused", "gigs that are open or paused", _count(gigs.c.id).where(*offered)
    worked_on = _of(projects, id_), projects.c.status.in_(NOT_ENDED)
    yield "project that has not ended", "projects that have not ended", _count(projects.c.id).where(*worked_on)
    held = _of(escrow_holds, id_), escrow_holds.c.status.in_((HoldStatus.PENDING, *HOLDING))
    yield "hold in escrow", "holds in escrow", _count(escrow_holds.c.id).where(*held)
    owed = _is(id_, invoices.c.issuer_id, invoices.c.recipient_id), invoices.c.status == InvoiceStatus.OPEN
    yield "open invoice", "open invoices", _count(invoices.c.id).where(*owed)
    paid = _is(id_, payments.c.payer_id, payments.c.issuer_id), payments.c.status.in_(LIVE_STATES)
    yield "payment under way", "payments under way", _count(payments.c.id).where(*paid)
    returned = _is(id_, refunds.c.payer_id, refunds.c.issuer_id), refunds.c.status.in_(_UNDER_WAY)
    yield "refund under way", "refunds under way", _count(refunds.c.id).where(*returned)
    sent = payouts.c.organization_id == id_, payouts.c.status.in_((*BEFORE_SENT, PayoutState.IN_TRANSIT))
    yield "payout under way", "payouts under way", _count(payouts.c.id).where(*sent)
    disputed = chargebacks.c.issuer_id == id_, chargebacks.c.status.in_(UNDECIDED)
    yield "undecided chargeback", "undecided chargebacks", _count(chargebacks.c.id).where(*disputed)
    subscribed = billing_subscriptions.c.organization_id == id_, billing_subscriptions.c.status.in_(LIVE)
    yield "live subscription", "live subscriptions", _count(billing_subscriptions.c.id).where(*subscribed)
    unpaid = sales.c.organization_id == id_, sales.c.tries.is_not(None), sales.c.status == SaleStatus.PENDING
    yield "charge that is owed", "charges that are owed", _count(sales.c.id).where(*unpaid)
    own = ledger_accounts.c.organization_id == id_
    yield "balance in a wallet", "balances in wallets", _balances(*_IN_THE_WALLET).where(own)
    yield "debt", "debts", _balances(AccountCode.ORG_DEBT).where(own)
    as_customer = customers.c.linked_organization_id == id_
    theirs = ledger_accounts.c.customer_id.in_(select(customers.c.id).where(as_customer))
    yield "customer credit", "customer credits", _balances(AccountCode.CUSTOMER_CREDIT).where(or_(own, theirs))
    yield from _credit_counts(id_)


def _credit_counts(id_: UUID) -> Iterator[tuple[str, str, Select[tuple[int]]]]:
    """Credits are worth money: they are spent or passed on before, and disputes about them decided."""
    left = credit_accounts.c.organization_id == id_, credit_accounts.c.available + credit_accounts.c.held > 0
    yield "balance of credits", "balances of credits", _count(credit_accounts.c.id).where(*left)
    disputed = credit_disputes.c.organization_id == id_, credit_disputes.c.status.in_(DISPUTED)
    yield "undecided credit dispute", "undecided credit disputes", _count(credit_disputes.c.id).where(*disputed)


def _count(column: Any) -> Select[tuple[int]]:
    return select(func.count(column))


def _of(table: Table, id_: UUID) -> ColumnElement[bool]:
    """Whether a row is about work of the organization, on either side."""
    return _is(id_, table.c.client_organization_id, table.c.freelancer_organization_id)


def _is(id_: UUID, *columns: ColumnElement[Any]) -> ColumnElement[bool]:
    return or_(*(column == id_ for column in columns))


def _balances(*codes: AccountCode) -> Select[tuple[int]]:
    """How many accounts of these codes are not empty."""
    not_empty = ledger_balances.c.balance_minor != 0
    counted = _count(ledger_accounts.c.id).join(ledger_balances, ledger_balances.c.account_id == ledger_accounts.c.id)
    return counted.where(ledger_accounts.c.code.in_(codes), not_empty)
