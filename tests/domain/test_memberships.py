"""Roles and ownership."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from domain.actors import Actor, ActorKind
from domain.ids import new_id
from domain.memberships import Membership, MembershipStatus, join, transfer_ownership
from domain.permissions import BY_ROLE, Permission, Role
from domain.refusals import RefusalCode, Refused

NOW, COMPANY = datetime(2026, 3, 1, tzinfo=UTC), new_id()


def acting(role: Role, organization_id: UUID = COMPANY) -> Actor:
    return Actor(
        kind=ActorKind.USER,
        user_id=new_id(),
        organization_id=organization_id,
        permissions=BY_ROLE[role],
        is_verified=True,
    )


def member(role: Role) -> Membership:
    membership = join(new_id(), COMPANY, role, action="acceptInvitation", by=acting(Role.OWNER), at=NOW)
    membership.take_events()
    return membership


@pytest.mark.parametrize("by", Role)
@pytest.mark.parametrize("of", Role)
@pytest.mark.parametrize("to", Role)
def test_owners_change_all_roles_admins_all_but_owners_and_others_none(by: Role, of: Role, to: Role) -> None:
    membership = member(of)
    allowed = by is Role.OWNER or (by is Role.ADMIN and Role.OWNER not in (of, to))
    if allowed:
        membership.change_role(to, owners=2, by=acting(by), at=NOW)
        assert membership.role is to
        assert [event.type for event in membership.take_events()] == ["member.role_changed"] * (of is not to)
        return
    with pytest.raises(Refused) as refused:
        membership.change_role(to, owners=2, by=acting(by), at=NOW)
    assert refused.value.code is RefusalCode.FORBIDDEN
    assert (membership.role, membership.take_events()) == (of, [])


def test_the_last_owner_neither_goes_nor_steps_down_but_may_stay_one() -> None:
    owner = member(Role.OWNER)
    with pytest.raises(Refused, match="at least one owner"):
        owner.change_role(Role.ADMIN, owners=1, by=acting(Role.OWNER), at=NOW)
    with pytest.raises(Refused, match="at least one owner"):
        owner.remove(owners=1, by=acting(Role.OWNER), at=NOW)
    owner.change_role(Role.OWNER, owners=1, by=acting(Role.OWNER), at=NOW)
    assert (owner.role, owner.status, owner.take_events()) == (Role.OWNER, MembershipStatus.ACTIVE, [])


def test_managers_of_another_organization_touch_nobody() -> None:
    membership = member(Role.MEMBER)
    with pytest.raises(Refused) as refused:
        membership.remove(owners=1, by=acting(Role.OWNER, new_id()), at=NOW)
    assert refused.value.code is RefusalCode.FORBIDDEN


def test_passing_the_ownership_on_changes_both_roles() -> None:
    mine, to = member(Role.OWNER), member(Role.VIEWER)
    transfer_ownership(mine, to, by=acting(Role.OWNER), at=NOW)
    assert (mine.role, to.role) == (Role.ADMIN, Role.OWNER)


def test_only_an_owner_closes_or_transfers() -> None:
    assert {role for role in Role if Permission.ORG_CLOSE in BY_ROLE[role]} == {Role.OWNER}
