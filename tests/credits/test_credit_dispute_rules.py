"""Credit disputes: who decides, what can be given back, and until when one may ask or appeal (rule 20)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.actors import Actor, ActorKind
from domain.credit_disputes import CreditDispute, CreditDisputeOutcome, CreditDisputeStatus, Disputed, open_dispute
from domain.ids import new_id
from domain.permissions import BY_ROLE, BY_STAFF_ROLE, Role, StaffRole
from domain.refusals import RefusalCode, Refused

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
ORGANIZATION = new_id()
FULL, PARTIAL, EXPLANATION = CreditDisputeOutcome


def person(permissions: Any, organization_id: Any = None) -> Actor:
    return Actor(kind=ActorKind.USER, user_id=new_id(), organization_id=organization_id, permissions=permissions)


OWNER = person(BY_ROLE[Role.OWNER], ORGANIZATION)
MEMBER = person(BY_ROLE[Role.MEMBER], ORGANIZATION)
FIRST, SECOND = person(BY_STAFF_ROLE[StaffRole.FINANCE]), person(BY_STAFF_ROLE[StaffRole.ADMIN])


def disputed(**changes: Any) -> Disputed:
    spent = {"transaction_id": new_id(), "organization_id": ORGANIZATION, "spent": 30, "refunded": 0, "posted_at": NOW}
    return Disputed(**spent | changes)


def opened(requested: int = 30, *, at: datetime = NOW, **changes: Any) -> CreditDispute:
    about = disputed(**changes)
    return open_dispute(about, "Charged twice", "The same job was charged twice.", requested, by=OWNER, at=at)


def taken(by: Actor = FIRST, requested: int = 30) -> CreditDispute:
    dispute = opened(requested)
    dispute.take(by=by, at=NOW)
    return dispute


def appealed(outcome: CreditDisputeOutcome = PARTIAL, quantity: int | None = 10) -> CreditDispute:
    dispute = taken()
    dispute.resolve(outcome, quantity, "A part of it.", left=30, by=FIRST, at=NOW)
    dispute.appeal_against("It was charged twice in full.", by=OWNER, at=NOW)
    return dispute


def refusal(call: Any) -> Refused:
    with pytest.raises(Refused) as refused:
        call()
    return refused.value


def test_a_dispute_waits_for_staff_and_is_due_in_48_hours() -> None:
    dispute = opened()
    assert (dispute.status, dispute.level, dispute.is_overdue) == (CreditDisputeStatus.PENDING, 1, False)
    assert dispute.response_due_at == NOW + timedelta(hours=48)
    assert [event.type for event in dispute.take_events()] == ["credit_dispute.opened"]


def test_credits_are_disputed_until_30_days_after_they_were_used_up() -> None:
    assert opened(at=NOW + timedelta(days=30)).requested == 30
    late = refusal(lambda: opened(at=NOW + timedelta(days=30, seconds=1)))
    assert (late.code, late.refusal.from_state) == (RefusalCode.WRONG_STATE, "POSTED")


@pytest.mark.parametrize(("requested", "refunded"), [(0, 0), (31, 0), (21, 10), (1, 30)])
def test_no_more_is_asked_for_than_is_left_to_give_back(requested: int, refunded: int) -> None:
    assert refusal(lambda: opened(requested, refunded=refunded)).code is RefusalCode.INVALID


def test_only_who_has_taken_a_dispute_decides_it() -> None:
    dispute = taken(FIRST)
    other = refusal(lambda: dispute.resolve(FULL, None, "Right.", left=30, by=SECOND, at=NOW))
    assert other.code is RefusalCode.FORBIDDEN
    assert refusal(lambda: dispute.reject("No.", by=SECOND, at=NOW)).code is RefusalCode.FORBIDDEN
    allowed = {one.action for one in dispute.available_actions(SECOND) if one.allowed}
    assert allowed == set()
    assert {one.action for one in dispute.available_actions(FIRST) if one.allowed} == {
        "resolveCreditDispute",
        "rejectCreditDispute",
    }


@pytest.mark.parametrize(
    ("outcome", "quantity", "left", "given"),
    [(FULL, None, 30, 30), (FULL, None, 25, 25), (PARTIAL, 12, 30, 12), (EXPLANATION, None, 30, 0)],
)
def test_an_outcome_gives_back_at_most_what_is_left(
    outcome: CreditDisputeOutcome, quantity: int | None, left: int, given: int
) -> None:
    dispute = taken()
    assert dispute.resolve(outcome, quantity, "As said.", left=left, by=FIRST, at=NOW) == given
    assert (dispute.status, dispute.resolved_quantity) == (CreditDisputeStatus.RESOLVED, given)


@pytest.mark.parametrize(
    ("outcome", "quantity", "left"),
    [(FULL, 29, 30), (FULL, None, 0), (PARTIAL, None, 30), (PARTIAL, 0, 30), (PARTIAL, 11, 10), (EXPLANATION, 5, 30)],
)
def test_an_outcome_with_another_quantity_is_refused(
    outcome: CreditDisputeOutcome, quantity: int | None, left: int
) -> None:
    dispute = taken()
    refused = refusal(lambda: dispute.resolve(outcome, quantity, "As said.", left=left, by=FIRST, at=NOW))
    assert refused.code is RefusalCode.INVALID
    assert dispute.status is CreditDisputeStatus.UNDER_REVIEW


def test_whoever_has_decided_first_does_not_take_the_appeal() -> None:
    dispute = appealed()
    assert refusal(lambda: dispute.take(by=FIRST, at=NOW)).code is RefusalCode.FORBIDDEN
    dispute.take(by=SECOND, at=NOW)
    assert dispute.resolve(FULL, None, "All of it after all.", left=20, by=SECOND, at=NOW) == 20
    assert dispute.resolved_quantity == 30


def test_an_appeal_is_possible_once_within_14_days() -> None:
    dispute = taken()
    dispute.reject("It was one job.", by=FIRST, at=NOW)
    late = NOW + timedelta(days=14, seconds=1)
    assert refusal(lambda: dispute.appeal_against("It was not.", by=OWNER, at=late)).code is RefusalCode.WRONG_STATE
    dispute.appeal_against("It was not one.", by=OWNER, at=NOW + timedelta(days=14))
    assert (dispute.status, dispute.level) == (CreditDisputeStatus.APPEALED, 2)
    assert dispute.response_due_at == NOW + timedelta(days=16)
    dispute.take(by=SECOND, at=NOW)
    dispute.reject("It was one job.", by=SECOND, at=NOW)
    again = refusal(lambda: dispute.appeal_against("It was not one.", by=OWNER, at=NOW))
    assert again.code is RefusalCode.WRONG_STATE


def test_a_full_refund_is_not_appealed() -> None:
    refused = refusal(lambda: appealed(FULL, None))
    assert refused.code is RefusalCode.WRONG_STATE


@pytest.mark.parametrize("other", [MEMBER, FIRST])
def test_nobody_else_than_who_manages_credits_withdraws(other: Actor) -> None:
    assert refusal(lambda: opened().withdraw(by=other, at=NOW)).code is RefusalCode.FORBIDDEN


def test_a_dispute_is_withdrawn_once() -> None:
    dispute = opened()
    dispute.withdraw(by=OWNER, at=NOW)
    assert refusal(lambda: dispute.withdraw(by=OWNER, at=NOW)).refusal.from_state == "WITHDRAWN"


def test_an_overdue_dispute_is_told_and_decides_nothing() -> None:
    dispute, staff = taken(), new_id()
    dispute.take_events()
    dispute.escalate(staff, at=NOW + timedelta(hours=48))
    assert (dispute.status, dispute.is_overdue) == (CreditDisputeStatus.UNDER_REVIEW, True)
    [event] = dispute.take_events()
    assert (event.type, event.organization_ids) == ("credit_dispute.overdue", (ORGANIZATION, staff))
