"""Memberships: a person's role in an organization."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import ClassVar
from uuid import UUID

from domain.actors import SYSTEM, Actor
from domain.ids import new_id
from domain.permissions import BY_ROLE, BY_STAFF_ROLE, Permission, Role, StaffRole
from domain.refusals import Refused, forbidden, wrong_state
from domain.states import Move, Side, Stateful


class MembershipStatus(Enum):
    """Whether the person still belongs to the organization."""

    ACTIVE = "ACTIVE"
    REMOVED = "REMOVED"


_S = MembershipStatus


@dataclass(eq=False, kw_only=True)
class Membership(Stateful):
    """One active per person and organization; members of the PLATFORM organization have a staff role instead."""

    SUBJECT: ClassVar[str] = "member"
    MOVES: ClassVar[tuple[Move, ...]] = (
        Move("changeRole", (_S.ACTIVE,), None, Side.OWNER, Permission.MEMBERS_MANAGE),
        Move("removeMember", (_S.ACTIVE,), _S.REMOVED, Side.OWNER, Permission.MEMBERS_MANAGE),
        Move("setPermissionOverride", (_S.ACTIVE,), None, Side.OWNER, Permission.MEMBERS_MANAGE),
        Move("setStaffRole", (_S.ACTIVE,), _S.REMOVED, Side.STAFF, Permission.STAFF_MEMBERS),
        Move("endMembership", (_S.ACTIVE,), _S.REMOVED, Side.SYSTEM),
        Move("transferOwnership", (_S.ACTIVE,), None, Side.OWNER, Permission.ORG_CLOSE),
    )

    id: UUID
    user_id: UUID
    organization_id: UUID
    role: Role | None
    staff_role: StaffRole | None
    status: MembershipStatus = field(init=False)

    @property
    def permissions(self) -> frozenset[Permission]:
        if self.staff_role is not None:
            return BY_STAFF_ROLE[self.staff_role]
        return BY_ROLE[self.role] if self.role is not None else frozenset()

    def change_role(self, role: Role, *, owners: int, by: Actor, at: datetime) -> None:
        """`owners` is how many active owners the organization has, counted under its lock."""
        self.check("changeRole", by=by)
        check_may_grant(role, by=by)
        if role is self.role:
            return
        self._leave_an_owner(owners)
        self._become(role, by=by, at=at)

    def remove(self, *, owners: int, by: Actor, at: datetime) -> None:
        """Ends the membership; from their next request on the person acts for this organization no more."""
        self.check("removeMember", by=by)
        self._leave_an_owner(owners)
        self.move_to("removeMember", by=by, at=at)
        self.record("removed", by=by, at=at)

    def set_staff_role(self, role: StaffRole | None, *, admins: int, by: Actor, at: datetime) -> None:
        """None: no more staff. `admins` is how many ADMINs the platform has, counted under its lock."""
        self.check("setStaffRole", by=by)
        if role is self.staff_role:
            return
        if self.staff_role is StaffRole.ADMIN and admins <= 1:
            raise wrong_state("The platform keeps at least one ADMIN.", from_state=StaffRole.ADMIN.name)
        if role is None:
            self.move_to("setStaffRole", by=by, at=at)
            self.record("removed", by=by, at=at)
            return
        was, self.staff_role = self.staff_role, role
        self.record("role_changed", by=by, at=at, data={"from": was.name if was else None, "to": role.name})

    def end(self, *, by: Actor, at: datetime) -> None:
        """The person leaves Milepost, and with it the organization."""
        self.move_to("endMembership", by=SYSTEM, at=at)
        self.record("removed", by=by, at=at)

    def blocked(self, action: str) -> Refused | None:
        if action == "transferOwnership" and self.role is Role.OWNER:
            return wrong_state("This member is an owner already.", from_state=Role.OWNER.name)
        return None

    def organization_of(self, side: Side) -> UUID | None:
        return self.organization_id if side is Side.OWNER else None

    def concerned_organizations(self) -> list[UUID]:
        return [self.organization_id]

    def concerned_objects(self) -> list[UUID]:
        return [self.user_id]

    def _may(self, by: Actor, move: Move) -> bool:
        """Nobody but an owner touches an owner, and nobody changes their own permissions."""
        if move.action == "setPermissionOverride" and self.user_id == by.user_id:
            return False
        if move.side is Side.STAFF and self.staff_role is None:
            return False
        touchable = self.role is not Role.OWNER or by.may(Permission.ORG_CLOSE)
        return touchable and super()._may(by, move)

    def _leave_an_owner(self, owners: int) -> None:
        if self.role is Role.OWNER and owners <= 1:
            raise wrong_state("An organization keeps at least one owner.", from_state=Role.OWNER.name)

    def _become(self, role: Role, *, by: Actor, at: datetime) -> None:
        was, self.role = self.role, role
        self.record("role_changed", by=by, at=at, data={"from": was.name if was else None, "to": role.name})


def join(user_id: UUID, organization_id: UUID, role: Role, *, action: str, by: Actor, at: datetime) -> Membership:
    """The membership of somebody who founds an organization or accepts an invitation to one."""
    membership = Membership(id=new_id(), user_id=user_id, organization_id=organization_id, role=role, staff_role=None)
    membership.born(MembershipStatus.ACTIVE, action=action, by=by, at=at)
    membership.record("joined", by=by, at=at, data={"role": role.name})
    return membership


def join_staff(user_id: UUID, platform_id: UUID, role: StaffRole, *, by: Actor, at: datetime) -> Membership:
    """The membership of somebody whom staff:members takes into the staff."""
    by.require(Permission.STAFF_MEMBERS)
    membership = Membership(id=new_id(), user_id=user_id, organization_id=platform_id, role=None, staff_role=role)
    membership.born(MembershipStatus.ACTIVE, action="setStaffRole", by=by, at=at)
    membership.record("joined", by=by, at=at, data={"role": role.name})
    return membership


def transfer_ownership(mine: Membership, to: Membership, *, by: Actor, at: datetime) -> None:
    """Another member becomes an owner, and the owner who passes it on an admin."""
    to.check("transferOwnership", by=by)
    to._become(Role.OWNER, by=by, at=at)
    mine._become(Role.ADMIN, by=by, at=at)


def check_may_grant(role: Role, *, by: Actor) -> None:
    if role is Role.OWNER and not by.may(Permission.ORG_CLOSE):
        raise forbidden("Only an owner makes somebody an owner.", "role")
    if not all(by.may(one) for one in BY_ROLE[role]):
        raise forbidden("You may give others only a role of which you may do all yourself.", "role")
