"""Organizations: founding them, changing the active one, and what is private about them."""

from typing import Any
from uuid import UUID

from domain.actors import SYSTEM, Actor
from domain.checks import Checks
from domain.memberships import join
from domain.organizations import Organization, OrganizationKind, check_kind, check_organization, found
from domain.permissions import Permission, Role
from persistence import api_keys, app_installations, invitations, organization_endings, organizations, users
from persistence.unit import Unit
from resolvers.mutations import Changed

LIST = organizations.LIST


def shows_private(organization: Organization, viewer: Actor) -> bool:
    """Whether the viewer sees more than the public face: their active organization, or all of them as staff."""
    own = viewer.acts_for(organization.id) and viewer.may(Permission.ORG_READ)
    return own or viewer.may(Permission.STAFF_READ)


async def create_organization(
    db: Unit, *, kind: OrganizationKind, name: str, time_zone: str, country: str | None
) -> Changed:
    checks = Checks()
    check_kind(checks, kind)
    check_organization(checks, {"name": name, "time_zone": time_zone, "country": country})
    checks.refuse()
    user = await users.caller(db)
    organization = found(
        kind=kind,
        name=name,
        country=country,
        time_zone=time_zone,
        billing_email=user.email,
        action="createOrganization",
        by=db.by,
        at=db.at,
    )
    db.add(organization)
    await db.flush()
    membership = join(user.id, organization.id, Role.OWNER, action="createOrganization", by=db.by, at=db.at)
    db.add(membership)
    return Changed(organization=organization, membership=membership)


async def update_organization(
    db: Unit, *, organization_id: UUID, expected_version: int | None = None, **fields: Any
) -> Changed:
    organization = await organizations.for_change(db, organization_id, expected_version)
    organization.change(fields, by=db.by, at=db.at)
    return Changed(organization=organization)


async def close_organization(db: Unit, *, organization_id: UUID) -> Changed:
    """What waits for an answer is taken back, and programs are shut out; its members go on reading."""
    organization = await organization_endings.for_closing(db, organization_id)
    organization.close(await organization_endings.still_open(db, organization.id), by=db.by, at=db.at)
    for invitation in await invitations.pending_of(db, organization.id):
        invitation.revoke(by=SYSTEM, at=db.at)
    for installation in await app_installations.of_organization(db, organization.id):
        installation.end(at=db.at)
    for key in await api_keys.working_of(db, organization.id):
        key.revoke(by=SYSTEM, at=db.at)
    return Changed(organization=organization)


async def convert_to_agency(db: Unit, *, organization_id: UUID) -> Changed:
    organization = await organizations.for_change(db, organization_id)
    organization.convert_to_agency(by=db.by, at=db.at)
    return Changed(organization=organization)
