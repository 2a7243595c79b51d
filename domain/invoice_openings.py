"""What is fixed when an invoice opens: its dates and the fee."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from domain.checks import Checks
from domain.customers import Customer
from domain.fees import FeeTerms
from domain.invoices import Invoice, InvoiceKind

DUE_DAYS = {
    InvoiceKind.UPFRONT: 14,
    InvoiceKind.MILESTONE: 7,
    InvoiceKind.INTERIM: 14,
    InvoiceKind.FINAL: 14,
    InvoiceKind.ADVANCE: 14,
}
"""How long the client of a project has to pay."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dates:
    """The day of issue, the tax point and the last day to pay."""

    issue_on: date
    supply_on: date
    due_on: date


def dates_of_draft(invoice: Invoice, customer: Customer, *, at: datetime) -> Dates:
    """Issued today unless an earlier day is written on the draft; due on the customer's terms unless it says when."""
    today = invoice.today(at)
    issue_on = invoice.issue_on or today
    due_on = invoice.due_on or issue_on + timedelta(days=customer.payment_terms_days)
    checks = Checks()
    checks.require(issue_on <= today, f"An invoice is not issued ahead; today is {today}.", "issueOn")
    checks.require(due_on >= issue_on, "It cannot be due before it is issued.", "dueOn")
    checks.refuse()
    return Dates(issue_on=issue_on, supply_on=invoice.supply_on or issue_on, due_on=due_on)


def dates_of_project(invoice: Invoice, *, at: datetime) -> Dates:
    """The system issues today."""
    today = invoice.today(at)
    return Dates(issue_on=today, supply_on=today, due_on=today + timedelta(days=DUE_DAYS[invoice.kind]))


def fix(invoice: Invoice, dates: Dates, terms: FeeTerms) -> None:
    """Writes dates and fee, which stay whatever customers and policies become later."""
    invoice.issue_on, invoice.supply_on, invoice.due_on = dates.issue_on, dates.supply_on, dates.due_on
    fee = terms.fee_of(invoice.net_total_minor)
    invoice.fee_policy_id, invoice.fee_bps, invoice.fee_flat_minor = terms.policy_id, terms.bps, terms.flat_minor
    invoice.fee_minor, invoice.net_minor = fee, invoice.total_minor - invoice.advances_applied_minor - fee
