"""Organizations: the owners of everything. A person acts through a membership of one."""

from dataclasses import dataclass, field
from enum import Enum
from typing import ClassVar
from uuid import UUID

from domain.states import Move, Side, Stateful


class OrganizationKind(Enum):
    """What an organization is for."""

    CLIENT = "CLIENT"
    FREELANCER = "FREELANCER"
    AGENCY = "AGENCY"
    PLATFORM = "PLATFORM"


class OrganizationStatus(Enum):
    """Whether an organization may act."""

    ACTIVE = "ACTIVE"
    SUSPENDED = "SUSPENDED"
    CLOSED = "CLOSED"


CLIENT_KINDS = frozenset({OrganizationKind.CLIENT, OrganizationKind.AGENCY})
FREELANCER_KINDS = frozenset({OrganizationKind.FREELANCER, OrganizationKind.AGENCY})


@dataclass(eq=False, kw_only=True)
class Organization(Stateful):
    """A client, a freelancer, an agency (which may be either) or the platform itself (exactly one)."""

    SUBJECT: ClassVar[str] = "organization"
    MOVES: ClassVar[tuple[Move, ...]] = ()

    id: UUID
    kind: OrganizationKind
    name: str
    legal_name: str | None
    country: str | None
    time_zone: str
    billing_email: str
    status: OrganizationStatus = field(init=False)

    def organization_of(self, side: Side) -> UUID | None:
        return self.id if side is Side.OWNER else None

    def concerned_organizations(self) -> list[UUID]:
        return [self.id]
