"""Who acts: a person in an organization, staff, the system, or somebody who has not signed in."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from uuid import UUID

from domain.permissions import Permission
from domain.refusals import forbidden

SECOND_FACTOR_FIRST = (
    "Your organization requires a second factor. Set one up with beginTwoFactor and confirmTwoFactor; where you have"
    " one, sign in with it or call reauthenticate with a code."
)


class ActorKind(Enum):
    """What kind of principal did something."""

    ANONYMOUS = "ANONYMOUS"
    USER = "USER"
    SYSTEM = "SYSTEM"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """The caller with the rights of this moment; made from a session by the server, never from an argument."""

    kind: ActorKind
    user_id: UUID | None = None
    session_id: UUID | None = None
    membership_id: UUID | None = None
    organization_id: UUID | None = None
    organization_kind: str | None = None
    email: str | None = field(default=None, repr=False)
    is_verified: bool = False
    permissions: frozenset[Permission] = frozenset()
    lacks_second_factor: bool = False
    """The organization requires one, and the session was opened without: there are no permissions until then."""
    reauthenticated_at: datetime | None = None
    """When they last showed who they are, in real time."""

    def may(self, permission: Permission) -> bool:
        return self.kind is ActorKind.SYSTEM or permission in self.permissions

    def require(self, permission: Permission) -> None:
        """Refuses with FORBIDDEN when the caller lacks the permission in the active organization."""
        if self.lacks_second_factor:
            raise forbidden(SECOND_FACTOR_FIRST, "twoFactor")
        if not self.may(permission):
            raise forbidden(f"This needs the permission {permission.value} in your active organization.")

    def require_organization(self) -> UUID:
        """For whom the caller acts; refuses with FORBIDDEN when that is nobody."""
        if self.organization_id is None:
            raise forbidden("Choose an organization with switchOrganization first.")
        return self.organization_id

    def acts_for(self, organization_id: UUID | None) -> bool:
        return organization_id is not None and self.organization_id == organization_id


SYSTEM = Actor(kind=ActorKind.SYSTEM)
ANONYMOUS = Actor(kind=ActorKind.ANONYMOUS)
