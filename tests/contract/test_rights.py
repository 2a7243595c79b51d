"""Rights over the whole API, driven by the schema: who may ask at all, whatever they name."""

from collections import Counter
from typing import Any

from domain.ids import new_id
from resolvers.guards import Needs, permissions_of
from schema.ids import PREFIXES, global_id
from tests.client import Faulted
from tests.contract.inputs import Mutation, mutations, queries
from tests.makers.holders import holders_of
from tests.makers.identity import make_unverified
from tests.makers.parties import make_parties
from tests.makers.traces import nothing_changes
from tests.world import Caller, World

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
    holders = await holders_of(world, parties.client)
    ids = UNKNOWN | {name: ids[0] for name, ids in parties.ids.items()}
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
    errors = (await caller.world.client.post(document, variables, caller.token)).get("errors")
    return str(errors[0]["extensions"]["code"]) if errors else None


def _report(answers: Counter[str]) -> None:
    print(f"{answers.total()} combinations: {dict(answers)}")
