"""Who acts: a person in an organization, a program with a key of one, the system, or somebody unknown."""

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
PERSON_WANTED = "This needs a person: sign in, and send the token of the session instead of an API key."


class ActorKind(Enum):
    """What kind of principal did something."""

    ANONYMOUS = "ANONYMOUS"
    USER = "USER"
    API_KEY = "API_KEY"
    APP = "APP"
    SYSTEM = "SYSTEM"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """The caller with the rights of this moment; made from a session or a key by the server, never from an argument."""

    kind: ActorKind
    user_id: UUID | None = None
    """The person; none where a program acts with a key."""
    session_id: UUID | None = None
    membership_id: UUID | None = None
    key_id: UUID | None = None
    app_id: UUID | None = None
    """Whose key it is, where a partner's app acts."""
    only_in: UUID | None = None
    """Of all organizations that have let the app in, the only one that it acts in here."""
    organization_id: UUID | None = None
    organization_kind: str | None = None
    email: str | None = field(default=None, repr=False)
    is_verified: bool = False
    """There is no address left to be verified: of a person theirs is, and a key has none."""
    permissions: frozenset[Permission] = frozenset()
    lacks_second_factor: bool = False
    """The organization requires one, and the session was opened without: there are no permissions until then."""
    reauthenticated_at: datetime | None = None
    """When they last showed who they are, in real time."""
    impersonator_id: UUID | None = None
    """The member of the staff who acts as the person."""
    is_read_only: bool = False
    """They look, and change nothing."""
    is_outside: bool = False
    """A good key, used from an address that it may not be used from: nobody, and told why."""

    @property
    def is_person(self) -> bool:
        return self.kind is ActorKind.USER

    def may(self, permission: Permission) -> bool:
        return self.kind is ActorKind.SYSTEM or permission in self.permissions

    def require(self, *permissions: Permission) -> None:
        """Refuses with FORBIDDEN when the caller holds none of these permissions in the active organization."""
        self.require_second_factor()
        if any(self.may(permission) for permission in permissions):
            return
        named = " or ".join(permission.value for permission in permissions)
        if self.key_id is not None:
            raise forbidden(f"This needs the scope {named}: the key lacks it, or its organization may not do it now.")
        raise forbidden(f"This needs the permission {named} in your active organization.")

    def require_second_factor(self) -> None:
        """Refuses with FORBIDDEN whoever signed in without the second factor that their organization requires."""
        if self.lacks_second_factor:
            raise forbidden(SECOND_FACTOR_FIRST, "twoFactor")

    def require_person(self) -> None:
        """Refuses with FORBIDDEN what only people can do, such as signing out or being the second person."""
        if self.kind in (ActorKind.API_KEY, ActorKind.APP):
            raise forbidden(PERSON_WANTED, "person")

    def require_organization(self) -> UUID:
        """For whom the caller acts; refuses with FORBIDDEN when that is nobody."""
        if self.organization_id is None:
            raise forbidden("Choose an organization with switchOrganization first.")
        return self.organization_id

    def acts_for(self, organization_id: UUID | None) -> bool:
        return organization_id is not None and self.organization_id == organization_id


SYSTEM = Actor(kind=ActorKind.SYSTEM)
ANONYMOUS = Actor(kind=ActorKind.ANONYMOUS)
