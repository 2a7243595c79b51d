"""Memberships: a person's role in an organization."""

from dataclasses import dataclass, field
from enum import Enum
from typing import ClassVar
from uuid import UUID

from domain.permissions import BY_ROLE, BY_STAFF_ROLE, Permission, Role, StaffRole
from domain.states import Move, Side, Stateful


class MembershipStatus(Enum):
    """Whether the person still belongs to the organization."""

    ACTIVE = "ACTIVE"
    REMOVED = "REMOVED"


@dataclass(eq=False, kw_only=True)
class Membership(Stateful):
    """One active per person and organization; members of the PLATFORM organization have a staff role instead."""

    SUBJECT: ClassVar[str] = "member"
    MOVES: ClassVar[tuple[Move, ...]] = (
        Move(
            "removeMember",
            (MembershipStatus.ACTIVE,),
            MembershipStatus.REMOVED,
            Side.OWNER,
            Permission.MEMBERS_MANAGE,
        ),
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

    def organization_of(self, side: Side) -> UUID | None:
        return self.organization_id if side is Side.OWNER else None

    def concerned_organizations(self) -> list[UUID]:
        return [self.organization_id]
