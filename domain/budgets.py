"""Budgets: how much of a project's budget is billed, paid and left (rule W20)."""

from collections.abc import Iterable
from dataclasses import dataclass

from domain.money import Money, rounded
from domain.projects import Project


@dataclass(frozen=True, slots=True, kw_only=True)
class Billed:
    """What one valid project invoice bills of the budget, and how far its total is paid."""

    agreed_minor: int
    paid_minor: int
    total_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetSummary:
    """A project's budget at a moment. remaining = budget - reduction - paid."""

    budget: Money
    invoiced: Money
    paid: Money
    remaining: Money
    upfront: Money


def agreed_part_paid(invoices: Iterable[Billed]) -> int:
    """Each invoice counts with its agreed amount in proportion to its paid part, so that taxes do not."""
    return sum(rounded(one.agreed_minor * one.paid_minor, one.total_minor) for one in invoices)


def summary(project: Project, invoices: Iterable[Billed]) -> BudgetSummary:
    billed = list(invoices)
    paid_minor = agreed_part_paid(billed)
    return BudgetSummary(
        budget=project.budget,
        invoiced=Money(sum(one.agreed_minor for one in billed), project.currency),
        paid=Money(paid_minor, project.currency),
        remaining=Money(project.budget_minor - project.reduction_minor - paid_minor, project.currency),
        upfront=project.upfront,
    )


def progress(approved: int, counted: int) -> int:
    """Percent of the tasks that count (cancelled ones do not) that are approved; 0 where none count."""
    return rounded(100 * approved, counted) if counted else 0
