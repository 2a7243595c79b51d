"""Rights over the whole API, driven by the schema: who may ask at all, whatever they name."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from sqlalchemy import update

from domain.ids import new_id
from domain.organizations import OrganizationKind, OrganizationStatus
from domain.permissions import BY_ROLE, BY_STAFF_ROLE, Permission, Role
from persistence.tables.identity import organizations
from resolvers.guards import Needs, permissions_of
from schema.ids import PREFIXES, global_id
from tests.client import Faulted
from tests.contract.inputs import Mutation, mutations, queries
from tests.makers.colleagues import colleague
from tests.makers.identity import make_unverified
from tests.makers.parties import make_parties
from tests.makers.rows import write
from tests.makers.traces import nothing_changes
from tests.world import Caller, Person, World

UNKNOWN = {name: global_id(name, new_id()) for name in PREFIXES}
OPEN_TO_ALL = {
    "signUp",
    "signIn",
    "completeSignIn",
    "refreshSession",
    "verifyEmail",
    "requestPasswordReset",
    "resetPassword",
    "confirmEmail",
}
OPEN_TO_THE_UNVERIFIED = {"resendVerification", "acceptInvitation", "declineInvitation", "signOut"}


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody with what their role allows."""

    name: str
    caller: Caller
    permissions: frozenset[Permission]


async def test_mutations_are_closed_to_whoever_has_not_signed_in_or_not_verified_their_address(world: World) -> None:
    unverified, nobody = await make_unverified(world), world.caller()
    answers: Counter[str] = Counter()
    async with nothing_changes(world):
        for mutation in mutations():
            if mutation.needs is Needs.ANYONE:
                assert mutation.name in OPEN_TO_ALL
                continue
            answers[await _refused(nobody, mutation, "UNAUTHENTICATED")] += 1
            if mutation.needs is Needs.SIGNED_IN:
                assert mutation.name in OPEN_TO_THE_UNVERIFIED
                continue
            answers[await _refused(unverified, mutation, "FORBIDDEN")] += 1
    _report(answers)


async def test_mutations_are_closed_to_every_role_without_their_permission(world: World) -> None:
    parties = await make_parties(world)
    holders, ids = await _holders(world, parties.client), UNKNOWN | {name: ids[0] for name, ids in parties.ids.items()}
    answers: Counter[str] = Counter()
    async with nothing_changes(world):
        for mutation in mutations():
            if isinstance(mutation.needs, Needs):
                continue
            needs = permissions_of(mutation.needs)
            lacking = [holder for holder in holders if holder.permissions.isdisjoint(needs)]
            assert 0 < len(lacking) < len(holders), mutation.name
            for holder in lacking:
                refusal = await holder.caller.refused(mutation.name, **mutation.complete(ids))
                assert (refusal["code"], refusal["path"]) == ("FORBIDDEN", []), (mutation.name, holder.name, refusal)
                assert all(one.value in refusal["message"] for one in needs)
                answers[f"FORBIDDEN {holder.name}"] += 1
    _report(answers)


FOR_EVERYBODY = {"rateLimit"}
"""What tells callers of nothing but themselves."""


async def test_queries_are_closed_to_whoever_has_not_signed_in_or_not_verified_their_address(world: World) -> None:
    unverified, nobody = await make_unverified(world), world.caller()
    for query in queries():
        if query.name in FOR_EVERYBODY:
            continue
        variables = query.variables(UNKNOWN)
        assert await _fault(nobody, query.document, variables) == "UNAUTHENTICATED", query.name
        expected = None if query.name == "viewer" else "FORBIDDEN"
        assert await _fault(unverified, query.document, variables) == expected, query.name


async def _holders(world: World, owner: Person) -> list[Holder]:
    """One of every role of an organization and of the platform; and owners that lost their organization's rights."""
    held = {role.name: (await colleague(world, owner, role), BY_ROLE[role]) for role in Role}
    platform = await world.organization(OrganizationKind.PLATFORM, "Milepost")
    for role, permissions in BY_STAFF_ROLE.items():
        held[f"STAFF {role.name}"] = (await world.join(platform, role), permissions)
    suspended, removed = await world.client_side(), await colleague(world, owner, Role.OWNER)
    of_suspended = organizations.c.id == suspended.organization_id
    await write(world, update(organizations).where(of_suspended).values(status=OrganizationStatus.SUSPENDED))
    membership = global_id("Membership", removed.membership_id)
    await owner.do("removeMember", "membership { id }", membershipId=membership)
    paying = frozenset({Permission.MONEY_MOVE})
    held |= {"SUSPENDED": (suspended, paying), "REMOVED": (removed, frozenset())}
    return [Holder(name, person, permissions) for name, (person, permissions) in held.items()]


async def _refused(caller: Caller, mutation: Mutation, code: str) -> str:
    """The code of the fault or refusal, which must be the one."""
    try:
        answer = (await caller.refused(mutation.name, **mutation.complete(UNKNOWN)))["code"]
    except Faulted as fault:
        answer = fault.errors[0]["extensions"]["code"]
    assert answer == code, (mutation.name, answer)
    return code


async def _fault(caller: Caller, document: str, variables: dict[str, Any]) -> str | None:
    """The code of the fault; None for an answer."""
    try:
        await caller.ask(document, **variables)
    except Faulted as fault:
        return str(fault.errors[0]["extensions"]["code"])
    return None


def _report(answers: Counter[str]) -> None:
    print(f"{answers.total()} combinations: {dict(answers)}")
