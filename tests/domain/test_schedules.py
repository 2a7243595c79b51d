"""Dates of projects: counted from the activation, moved by the length of a hold."""

from datetime import UTC, date, datetime, timedelta

from domain.actors import SYSTEM
from domain.milestones import ApprovedVia
from domain.schedules import activate, days_to_ends, resume
from domain.terms import PlannedMilestone
from tests.makers.work import CLIENT, START, agreed, delivered, hours, running


def test_milestones_without_durations_end_after_equal_parts() -> None:
    assert days_to_ends([None, None, None], 30) == [10, 20, 30]
    assert days_to_ends([None, None], 7) == [4, 7]
    assert days_to_ends([None], 14) == [14]


def test_milestones_with_durations_end_one_after_the_other() -> None:
    assert days_to_ends([5, 10, 1], 30) == [5, 15, 16]


def test_activation_makes_dates_of_days_in_the_zone_of_the_gig() -> None:
    agreement = agreed(tasks=(1, 2), delivery_days=11)
    late_evening = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
    activate(agreement.project, agreement.milestones, agreement.tasks, paid_minor=0, by=CLIENT, at=late_evening)
    assert agreement.project.due_on == date(2026, 3, 13)
    assert [one.due_on for one in agreement.milestones] == [date(2026, 3, 8), date(2026, 3, 13)]
    assert [one.due_on for one in agreement.tasks] == [date(2026, 3, 8), date(2026, 3, 13), date(2026, 3, 13)]


def test_a_later_agreed_start_counts_and_an_earlier_one_does_not() -> None:
    later, earlier = agreed(start_on=date(2026, 4, 1)), agreed(start_on=date(2026, 1, 1))
    for agreement in (later, earlier):
        activate(agreement.project, agreement.milestones, agreement.tasks, paid_minor=0, by=SYSTEM, at=START)
    assert later.project.due_on == date(2026, 5, 1)
    assert earlier.project.due_on == date(2026, 3, 31)


def test_the_event_of_an_activation_says_what_is_left_to_pay() -> None:
    agreement = agreed("COMPLETION", budget_minor=330_000)
    agreement.project.take_events()
    activate(agreement.project, agreement.milestones, agreement.tasks, paid_minor=39_600, by=SYSTEM, at=START)
    (event,) = agreement.project.take_events()
    assert event.type == "project.activated"
    assert event.data == {"currency": "EUR", "budgetMinor": 330_000, "remainingMinor": 290_400}


def test_dates_and_clocks_move_by_the_length_of_a_hold() -> None:
    agreement = running(tasks=(1, 1, 1))
    project, (done, waiting, planned) = agreement.project, agreement.milestones
    delivered(agreement, 0, 1)
    done.approve(ApprovedVia.CLIENT, by=CLIENT, at=START)
    agreement.tasks[0].approve(by=CLIENT, at=START)
    clock, dates = waiting.auto_approve_at, [one.due_on for one in (project, done, waiting, planned)]
    assert clock is not None
    project.pause("pauseProject", paid_minor=0, by=CLIENT, at=hours(5))
    resume(project, agreement.milestones, agreement.tasks, paid_minor=0, by=CLIENT, at=hours(5 + 60))
    three_days = timedelta(days=3)
    assert waiting.auto_approve_at == clock + timedelta(hours=60)
    assert (project.due_on, waiting.due_on, planned.due_on) == tuple(
        one and one + three_days for one in (dates[0], dates[2], dates[3])
    )
    assert (done.due_on, agreement.tasks[0].due_on) == (dates[1], dates[1])
    assert agreement.tasks[2].due_on == planned.due_on
    assert (project.held_at, project.held_by_freelancer) == (None, False)


def test_a_clock_that_began_during_the_hold_moves_by_the_rest_of_it_only() -> None:
    agreement = running(tasks=(1,))
    (milestone,) = agreement.milestones
    project = agreement.project
    milestone.start(at=START)
    project.pause("pauseProject", paid_minor=0, by=CLIENT, at=START)
    milestone.submit(auto_approve_after_days=14, at=hours(30))
    resume(project, agreement.milestones, agreement.tasks, paid_minor=0, by=CLIENT, at=hours(40))
    assert milestone.auto_approve_at == hours(40) + timedelta(days=14)


def test_less_than_half_a_day_of_hold_moves_no_date() -> None:
    agreement = running()
    due_on = agreement.project.due_on
    agreement.project.pause("pauseProject", paid_minor=0, by=CLIENT, at=START)
    resume(agreement.project, agreement.milestones, agreement.tasks, paid_minor=0, by=CLIENT, at=hours(11))
    assert agreement.project.due_on == due_on


def test_durations_are_kept_in_the_plan() -> None:
    plan = (PlannedMilestone(title="One", duration_days=3), PlannedMilestone(title="Two", duration_days=4))
    agreement = running(milestones=plan, delivery_days=30)
    assert [one.due_on for one in agreement.milestones] == [date(2026, 3, 4), date(2026, 3, 8)]
    assert [one.duration_days for one in agreement.milestones] == [3, 4]
