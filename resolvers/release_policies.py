"""Release policies: their list, and writing them."""

from uuid import UUID

from domain.permissions import Permission
from domain.refusals import conflict
from domain.release_policies import PolicyTerms, new_policy
from persistence import organizations, release_policies
from persistence.unit import Unit
from resolvers.mutations import Changed

READERS = (Permission.MONEY_READ, Permission.STAFF_MONEY)

LIST, ORGANIZATION = release_policies.LIST, release_policies.ORGANIZATION


async def upsert_release_policy(
    db: Unit,
    *,
    terms: PolicyTerms,
    policy_id: UUID | None = None,
    organization_id: UUID | None = None,
    expected_version: int | None = None,
) -> Changed:
    if policy_id is None:
        policy = new_policy(organization_id)
    else:
        policy = await release_policies.for_change(db, policy_id, expected_version)
        if organization_id not in (None, policy.organization_id):
            raise conflict("A policy stays with whom it was made for.", "organizationId")
    policy.write(terms, by=db.by, at=db.at)
    if organization_id is not None:
        # Asked last: whoever may not write for others learns nothing of whether they exist.
        await organizations.named(db, organization_id)
    db.add(policy)
    return Changed(policy=policy)
