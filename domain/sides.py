"""The two sides of agreed work, and of the answers that lead to it: a client and a freelancer organization."""

from dataclasses import dataclass
from enum import Enum
from uuid import UUID

from domain.states import Side, Stateful


class ProjectSide(Enum):
    """The party that an organization is."""

    CLIENT = "CLIENT"
    FREELANCER = "FREELANCER"


@dataclass(eq=False, kw_only=True)
class TwoSided(Stateful):
    """An object that belongs to both: each may take its own actions, and both learn of its events."""

    client_organization_id: UUID
    freelancer_organization_id: UUID

    def organization_of(self, side: Side) -> UUID | None:
        return {Side.CLIENT: self.client_organization_id, Side.FREELANCER: self.freelancer_organization_id}.get(side)

    def concerned_organizations(self) -> list[UUID]:
        return [self.client_organization_id, self.freelancer_organization_id]
