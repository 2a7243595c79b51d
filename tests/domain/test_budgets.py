"""Figures of a project: what is billed, paid and left, and how far the tasks are."""

from domain.budgets import Billed, agreed_part_paid, progress, summary
from tests.makers.work import running


def test_paid_counts_the_agreed_part_and_leaves_taxes_out() -> None:
    with_tax = Billed(agreed_minor=10_000, paid_minor=5_900, total_minor=11_800)
    assert agreed_part_paid([with_tax]) == 5_000


def test_each_invoice_rounds_for_itself_half_away_from_zero() -> None:
    third = Billed(agreed_minor=100, paid_minor=1, total_minor=3)
    half = Billed(agreed_minor=1, paid_minor=1, total_minor=2)
    assert agreed_part_paid([third, half]) == 33 + 1


def test_a_summary_adds_up() -> None:
    project = running("COMPLETION", (1, 1), budget_minor=330_000).project
    upfront = Billed(agreed_minor=39_600, paid_minor=39_600, total_minor=39_600)
    interim = Billed(agreed_minor=145_200, paid_minor=72_600, total_minor=145_200)
    figures = summary(project, [upfront, interim])
    assert str(figures.budget) == "3300.00 EUR"
    assert str(figures.invoiced) == "1848.00 EUR"
    assert str(figures.paid) == "1122.00 EUR"
    assert str(figures.remaining) == "2178.00 EUR"
    assert str(figures.upfront) == "396.00 EUR"


def test_progress_is_a_whole_percentage() -> None:
    assert [progress(1, 3), progress(2, 3), progress(1, 8), progress(4, 4), progress(0, 0)] == [33, 67, 13, 100, 0]
