"""Approvals: who may be the second person, how long a request waits, and that it stays what it was."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.actors import SYSTEM, Actor, ActorKind
from domain.approval_requests import RULES, ApprovalKind, ApprovalRequest, ApprovalStatus, ask, hash_of
from domain.ids import new_id
from domain.permissions import BY_ROLE, BY_STAFF_ROLE, Permission, Role, StaffRole
from domain.refusals import RefusalCode, Refused

AT = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
FREELANCER, CLIENT, PLATFORM = new_id(), new_id(), new_id()


def member(organization_id: UUID = FREELANCER, role: Role = Role.OWNER, **more: Any) -> Actor:
    return _person(organization_id, BY_ROLE[role], **more)


def staff(role: StaffRole = StaffRole.FINANCE, **more: Any) -> Actor:
    return _person(PLATFORM, BY_STAFF_ROLE[role], **more)


def _person(organization_id: UUID, permissions: frozenset[Permission], user_id: UUID | None = None) -> Actor:
    return Actor(
        kind=ActorKind.USER,
        user_id=user_id or new_id(),
        organization_id=organization_id,
        is_verified=True,
        permissions=permissions,
    )


ASKER = member(role=Role.FINANCE)


def waiting(kind: ApprovalKind = ApprovalKind.PAYOUT, *, by: Actor = ASKER, **changes: Any) -> ApprovalRequest:
    values: dict[str, Any] = {
        "organization_id": FREELANCER,
        "staff_may_decide": False,
        "staff_organization_id": PLATFORM,
        "requested_with": Permission.MONEY_MOVE,
    }
    return ask(kind, new_id(), {"amountMinor": 5}, **(values | changes), by=by, at=AT)


def code_of(refused: pytest.ExceptionInfo[Refused]) -> RefusalCode:
    return refused.value.code


@pytest.mark.parametrize("role", [Role.OWNER, Role.ADMIN, Role.FINANCE])
def test_colleagues_with_money_approve_decide(role: Role) -> None:
    request = waiting()
    request.approve(None, by=member(role=role), at=AT)
    assert request.status is ApprovalStatus.APPROVED


@pytest.mark.parametrize(
    "other", [member(role=Role.MEMBER), member(role=Role.VIEWER), member(CLIENT), staff()], ids=lambda one: ""
)
def test_nobody_else_does(other: Actor) -> None:
    request = waiting()
    for decide in (request.approve, request.reject):
        with pytest.raises(Refused) as refused:
            decide("Reason", by=other, at=AT)
        assert code_of(refused) is RefusalCode.FORBIDDEN
    assert request.status is ApprovalStatus.PENDING


def test_the_requester_decides_for_no_organization_whatsoever() -> None:
    request = waiting(staff_may_decide=True)
    for hat in (ASKER, member(user_id=ASKER.user_id), staff(user_id=ASKER.user_id)):
        with pytest.raises(Refused) as refused:
            request.approve(None, by=hat, at=AT)
        assert code_of(refused) is RefusalCode.FORBIDDEN


def test_where_staff_decide_it_takes_the_permission_of_the_kind() -> None:
    ruling = waiting(ApprovalKind.RULING, organization_id=None, staff_may_decide=True, by=staff(StaffRole.TRUST))
    assert ruling.required_permission is Permission.STAFF_DISPUTES
    assert not ruling.is_second_person(staff(StaffRole.FINANCE))
    assert ruling.is_second_person(staff(StaffRole.TRUST))
    payout = waiting(organization_id=None, staff_may_decide=True)
    assert payout.required_permission is Permission.STAFF_MONEY
    assert not payout.is_second_person(staff(StaffRole.TRUST))
    assert not payout.is_second_person(member())
    assert payout.is_second_person(staff(StaffRole.FINANCE))


def test_whoever_is_excluded_decides_neither_in_person_nor_for_their_organization() -> None:
    approver = member(CLIENT)
    assert approver.user_id is not None
    release = waiting(
        ApprovalKind.RELEASE,
        organization_id=CLIENT,
        staff_may_decide=True,
        excluded_user_ids=[approver.user_id],
        excluded_organization_ids=[FREELANCER],
        by=SYSTEM,
    )
    assert not release.is_second_person(approver)
    assert not release.is_second_person(staff(user_id=approver.user_id))
    assert not release.is_second_person(member(FREELANCER))
    assert release.is_second_person(member(CLIENT))
    assert release.is_second_person(staff())


def test_it_lapses_after_72_hours() -> None:
    request = waiting()
    assert request.expires_at == AT + timedelta(hours=72)
    with pytest.raises(Refused) as refused:
        request.approve(None, by=member(), at=request.expires_at)
    assert (code_of(refused), refused.value.refusal.from_state) == (RefusalCode.WRONG_STATE, "EXPIRED")
    request.approve(None, by=member(), at=request.expires_at - timedelta(microseconds=1))
    assert request.status is ApprovalStatus.APPROVED


def test_what_is_decided_stays_decided() -> None:
    for end in (
        lambda one: one.approve(None, by=member(), at=AT),
        lambda one: one.reject("No.", by=member(), at=AT),
        lambda one: one.cancel(by=ASKER, at=AT),
        lambda one: one.withdraw(by=member(), at=AT),
        lambda one: one.expire(at=AT),
    ):
        request = waiting()
        end(request)
        for again in (
            lambda one: one.approve(None, by=member(), at=AT),
            lambda one: one.reject("No.", by=member(), at=AT),
            lambda one: one.cancel(by=ASKER, at=AT),
            lambda one: one.withdraw(by=member(), at=AT),
            lambda one: one.expire(at=AT),
        ):
            with pytest.raises(Refused) as refused:
                again(request)
            assert code_of(refused) is RefusalCode.WRONG_STATE


def test_history_names_who_ended_it() -> None:
    request, colleague = waiting(), member()
    request.take_events()
    request.withdraw(by=colleague, at=AT)
    asked, ended = request.take_status_changes()
    assert (asked.now, asked.by) == ("PENDING", ASKER)
    assert (ended.action, ended.now, ended.by) == ("withdrawApproval", "CANCELLED", colleague)
    (event,) = request.take_events()
    assert (event.type, event.data) == ("approval.decided", {"kind": "PAYOUT", "status": "CANCELLED"})
    assert set(event.topics) == {request.id, request.subject_id, FREELANCER}


def test_staff_hear_of_what_they_may_decide_and_of_nothing_else() -> None:
    assert waiting().concerned_organizations() == [FREELANCER, FREELANCER]
    assert PLATFORM in waiting(staff_may_decide=True).concerned_organizations()


def test_the_hash_is_that_of_the_values_whatever_their_order() -> None:
    assert hash_of({"a": 1, "b": ["é", None]}) == hash_of({"b": ["é", None], "a": 1})
    assert hash_of({"a": 1}) != hash_of({"a": 2})
    assert hash_of({}) == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"


def test_a_command_that_is_not_the_one_of_its_hash_never_runs() -> None:
    request = waiting()
    request.require_unchanged()
    request.command = {"amountMinor": 6}
    with pytest.raises(AssertionError, match="not the one that was asked for"):
        request.require_unchanged()


def test_every_kind_says_who_decides() -> None:
    assert set(RULES) == set(ApprovalKind)
    assert all(rule.staff.value.startswith("staff:") for rule in RULES.values())
