"""Organizations: the owners of everything. A person acts through a membership of one."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any, ClassVar
from uuid import UUID

from domain.actors import Actor
from domain.checks import Checks
from domain.emails import check_email, normal
from domain.ids import new_id
from domain.permissions import Permission
from domain.reasons import said
from domain.refusals import Problem, RefusalCode, Refused, wrong_state
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

PARKED = "PARKED"
"""What refusals call an organization whose money stands still."""

_LIVE, _STOPPED = (OrganizationStatus.ACTIVE,), (OrganizationStatus.SUSPENDED,)
_SOLO = OrganizationKind.FREELANCER


@dataclass(eq=False, kw_only=True)
class Organization(Stateful):
    """A client, a freelancer, an agency (which may be either) or the platform itself (exactly one)."""

    SUBJECT: ClassVar[str] = "organization"
    MOVES: ClassVar[tuple[Move, ...]] = (
        Move("updateOrganization", _LIVE, None, Side.OWNER, Permission.ORG_MANAGE),
        Move("convertToAgency", _LIVE, None, Side.OWNER, Permission.ORG_MANAGE),
        Move("inviteMember", _LIVE, None, Side.OWNER, Permission.MEMBERS_MANAGE),
        Move("closeOrganization", _LIVE, OrganizationStatus.CLOSED, Side.OWNER, Permission.ORG_CLOSE),
        Move("suspendOrganization", _LIVE, OrganizationStatus.SUSPENDED, Side.STAFF, Permission.STAFF_MODERATION),
        Move("reactivateOrganization", _STOPPED, OrganizationStatus.ACTIVE, Side.STAFF, Permission.STAFF_MODERATION),
        Move("parkOrganization", tuple(OrganizationStatus), None, Side.STAFF, Permission.STAFF_MONEY),
        Move("unparkOrganization", tuple(OrganizationStatus), None, Side.STAFF, Permission.STAFF_MONEY),
    )

    id: UUID
    kind: OrganizationKind
    name: str
    legal_name: str | None
    country: str | None
    time_zone: str
    billing_email: str
    base_currency: str | None = None
    requires_two_factor: bool = False
    """Whether members have rights only in sessions that were opened with a second factor."""
    parked_at: datetime | None = None
    """Since when its books are looked into: its money does not move meanwhile, but for paying what it owes."""
    park_reason: str | None = None
    status: OrganizationStatus = field(init=False)

    def blocked(self, action: str) -> Refused | None:
        if action == "convertToAgency" and self.kind is not _SOLO:
            return wrong_state("Only a freelancer becomes an agency.", from_state=self.kind.name, allowed=[_SOLO.name])
        if action in ("closeOrganization", "suspendOrganization") and self.kind is OrganizationKind.PLATFORM:
            return wrong_state("The platform itself goes on.", from_state=self.kind.name)
        if action == "parkOrganization" and self.is_parked:
            return wrong_state("It is parked already.", from_state=PARKED, allowed=[self.status.name])
        if action == "unparkOrganization" and not self.is_parked:
            return wrong_state("It is not parked.", from_state=self.status.name, allowed=[PARKED])
        if action == "inviteMember" and self.kind is _SOLO:
            return wrong_state(
                "A freelancer works alone. Convert the organization to an agency first.",
                from_state=self.kind.name,
                allowed=[kind.name for kind in (OrganizationKind.CLIENT, OrganizationKind.AGENCY)],
            )
        return None

    def change(self, fields: dict[str, Any], *, by: Actor, at: datetime) -> None:
        """Changes the given fields; refuses INVALID naming every one that is out of its limits."""
        self.check("updateOrganization", by=by)
        fields = {name: value.strip() if isinstance(value, str) else value for name, value in fields.items()}
        checks = Checks()
        check_organization(checks, fields)
        if "billing_email" in fields:
            fields = fields | {"billing_email": normal(fields["billing_email"] or "")}
            check_email(checks, "billingEmail", fields["billing_email"])
        checks.refuse()
        changed = {name: value for name, value in fields.items() if getattr(self, name) != value}
        for name, value in changed.items():
            setattr(self, name, value)
        if changed:
            self.record("updated", by=by, at=at)

    def convert_to_agency(self, *, by: Actor, at: datetime) -> None:
        self.check("convertToAgency", by=by)
        self.kind = OrganizationKind.AGENCY
        self.record("converted", by=by, at=at)

    @property
    def is_parked(self) -> bool:
        return self.parked_at is not None

    def park(self, reason: str, *, by: Actor, at: datetime) -> None:
        """Stops its money until staff have looked into its books."""
        self.check("parkOrganization", by=by)
        self.parked_at, self.park_reason = at, said(reason, required=True)
        self.record("parked", by=by, at=at)

    def unpark(self, reason: str, *, by: Actor, at: datetime) -> None:
        self.check("unparkOrganization", by=by)
        words = said(reason, required=True)
        self.parked_at = self.park_reason = None
        self.record("unparked", by=by, at=at, data={"reason": words})

    def suspend(self, reason: str, *, by: Actor, at: datetime) -> None:
        """From their next request on its members read and pay what they owe, and no more."""
        self.move_to("suspendOrganization", by=by, at=at)
        self.record("suspended", by=by, at=at, data={"reason": said(reason, required=True)})

    def reactivate(self, reason: str, *, by: Actor, at: datetime) -> None:
        self.move_to("reactivateOrganization", by=by, at=at)
        self.record("reactivated", by=by, at=at, data={"reason": said(reason, required=True)})

    def close(self, still_open: Sequence[str], *, by: Actor, at: datetime) -> None:
        """Ends it for good. `still_open` says in words what has to come to its end first: one problem each."""
        self.check("closeOrganization", by=by)
        if still_open:
            problems = [Problem(("organizationId",), words) for words in still_open]
            message = f"Not everything has come to its end: {', '.join(still_open)}."
            raise Refused(RefusalCode.WRONG_STATE, message, from_state=self.status.name, problems=problems)
        self.move_to("closeOrganization", by=by, at=at)
        self.record("closed", by=by, at=at)

    def organization_of(self, side: Side) -> UUID | None:
        return self.id if side is Side.OWNER else None

    def concerned_organizations(self) -> list[UUID]:
        return [self.id]


def check_organization(checks: Checks, fields: dict[str, Any]) -> None:
    """The limits of the named fields, so that founding and changing share them."""
    if "name" in fields:
        checks.line("name", fields["name"], least=1, most=120)
    checks.line("legalName", fields.get("legal_name"), most=200)
    if "time_zone" in fields:
        checks.time_zone("timeZone", fields["time_zone"])
    checks.country("country", fields.get("country"))
    if fields.get("base_currency") is not None:
        checks.currency("baseCurrency", fields["base_currency"])


def check_kind(checks: Checks, kind: OrganizationKind) -> None:
    checks.require(kind is not OrganizationKind.PLATFORM, "Choose CLIENT, FREELANCER or AGENCY.", "kind")


def found(
    *,
    kind: OrganizationKind,
    name: str,
    country: str | None,
    time_zone: str,
    billing_email: str,
    action: str,
    by: Actor,
    at: datetime,
) -> Organization:
    """A new organization from checked fields."""
    organization = Organization(
        id=new_id(),
        kind=kind,
        name=name.strip(),
        legal_name=None,
        country=country,
        time_zone=time_zone,
        billing_email=billing_email,
        requires_two_factor=kind is OrganizationKind.PLATFORM,
    )
    organization.born(OrganizationStatus.ACTIVE, action=action, by=by, at=at)
    organization.record("created", by=by, at=at)
    return organization
