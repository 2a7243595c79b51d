"""Ids over the whole API, driven by the schema: what belongs to others is exactly what does not exist."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from domain.ids import new_id
from domain.permissions import Permission
from resolvers.guards import Needs, permissions_of
from resolvers.nodes import SOURCES
from schema.ids import PREFIXES, global_id
from schema.nodes import MAX_NODES
from server.auth import actor_of_token
from tests.contract.inputs import Mutation, Path, Wanted, mutations, queries
from tests.makers.escrow import make_escrow_project
from tests.makers.gigs import make_open_gig
from tests.makers.parties import OF_ALL, Parties, ids_for, make_parties, private_gigs
from tests.makers.payments import make_claim
from tests.makers.projects import make_submitted_project
from tests.makers.proposals import eur
from tests.makers.traces import nothing_changes
from tests.world import Person, World

KNOWN_TO_ALL = {"Organization", "GigCategory", *OF_ALL}
"""Types of which everybody who is signed in may name all."""

NAMES_OTHERS = {
    ("inviteFreelancer", ("organizationId",)),
    ("upsertCustomer", ("organizationId",)),
    ("transferCredits", ("toOrganizationId",)),
}
"""Places where an organization of others is meant."""

READ_LATER = {
    ("createProposal", ("invitationId",)),
    ("assignTask", ("membershipId",)),
    ("requestMilestoneChanges", ("taskIds", "0")),
    ("upsertCustomer", ("organizationId",)),
    ("fundMilestone", ("methodId",)),
    ("createCreditNote", ("lines", "0", "lineId")),
    ("createProduct", ("features", "0", "featureId")),
    ("purchaseCredits", ("methodId",)),
    ("createPromotion", ("packageIds", "0")),
    ("createPromotion", ("audience", "organizationIds", "0")),
}
"""Places that a mutation looks at when all else is right; they have a test of their own."""


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody with ids of their own by type, one each."""

    person: Person
    permissions: frozenset[Permission]
    own: Mapping[str, str]

    @property
    def is_staff(self) -> bool:
        return Permission.STAFF_READ in self.permissions

    def may_ask(self, mutation: Mutation) -> bool:
        needs = mutation.needs
        return isinstance(needs, Needs) or not self.permissions.isdisjoint(permissions_of(needs))


async def test_foreign_ids_in_mutations_are_refused_like_unknown_ones(world: World) -> None:
    ours, foreign = await _two_worlds(world)
    answers: Counter[str] = Counter()
    read_later = set()
    async with nothing_changes(world):
        for mutation, at, type_name in _places():
            tried: Counter[str] = Counter()
            for party in ours:
                if party.may_ask(mutation):
                    tried += await _try(party, mutation, at, type_name, foreign)
            if "unknown: NOT_FOUND" not in tried:
                read_later.add((mutation.name, at))
            answers += tried
    assert read_later == READ_LATER
    print(f"{answers.total()} combinations: {dict(answers)}")


async def test_foreign_ids_in_otherwise_right_inputs_are_refused_like_unknown_ones(world: World) -> None:
    others = await make_parties(world)
    made = await make_submitted_project(world, "MILESTONE", (1, 1))
    gig = await make_open_gig(world, made.client)
    held, claim = await make_escrow_project(world, client=made.client), await make_claim(world)
    proposal = {"gigId": gig, "amount": eur(100_000)}
    changes = {"milestoneId": made.milestone, "note": "Bigger."}
    funding = {"milestoneId": held.milestone, "idempotencyKey": world.key()}
    buying = {"quantity": 10, "currency": "USD", "idempotencyKey": world.key()}
    async with nothing_changes(world):
        places: list[tuple[Person, str, dict[str, Any], str, str]] = [
            (made.freelancer, "createProposal", proposal, "invitationId", "GigInvitation"),
            (made.freelancer, "assignTask", {"taskId": made.tasks[1][0]}, "membershipId", "Membership"),
            (made.client, "requestMilestoneChanges", changes, "taskIds", "Task"),
            (made.client, "fundMilestone", funding, "methodId", "PaymentMethod"),
            (made.client, "purchaseCredits", buying, "methodId", "PaymentMethod"),
        ]
        for person, mutation, input, name, type_name in places:
            unknown, foreign = global_id(type_name, new_id()), others.ids[type_name][0]
            refusals = [
                await person.refused(mutation, **input, **{name: [id_] if name.endswith("Ids") else id_})
                for id_ in (unknown, foreign)
            ]
            assert refusals[0] == refusals[1]
            assert (refusals[0]["code"], refusals[0]["path"][:1]) == ("NOT_FOUND", [name]), refusals[0]
        for line in (global_id("InvoiceLine", new_id()), others.ids["InvoiceLine"][0]):
            credited = {"invoiceId": claim.id, "lines": [{"lineId": line}], "reason": "Less was done."}
            refusal = await claim.issuer.refused("createCreditNote", **credited)
            assert (refusal["code"], refusal["path"]) == ("INVALID", ["lines", "0", "lineId"])
        nobody = global_id("Organization", new_id())
        refusal = await made.freelancer.refused("upsertCustomer", name="Bakery", organizationId=nobody)
        assert (refusal["code"], refusal["path"]) == ("NOT_FOUND", ["organizationId"])


async def test_foreign_ids_lead_nowhere(world: World) -> None:
    ours, foreign = await _two_worlds(world)
    tried = 0
    for party in ours:
        for type_name, ids in foreign.items():
            if type_name in KNOWN_TO_ALL or party.is_staff:
                continue
            both = [*ids, global_id(type_name, new_id())]
            for some in (both[at : at + MAX_NODES] for at in range(0, len(both), MAX_NODES)):
                found = await party.person.ask("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=some)
                assert found["nodes"] == [None] * len(some), type_name
            for document in ("query($id: ID!) { node(id: $id) { id } }", *_by_id(type_name)):
                assert [(await party.person.ask(document, id=id_)).popitem()[1] for id_ in both[-2:]] == [None, None]
                tried += 2
            tried += len(both)
    print(f"{tried} combinations")


async def test_queries_by_id_take_ids_of_their_own_type_only(world: World) -> None:
    client = await world.client_side()
    documents = [(document, _of_another_type(name)) for name in PREFIXES for document in _by_id(name)]
    for document, id_ in documents:
        errors = (await world.client.post(document, {"id": id_}, client.token))["errors"]
        assert [error["extensions"]["argument"] for error in errors] == [["id"]], document
    assert len(documents) >= 10


def _by_id(type_name: str) -> list[str]:
    """The root fields that lead to that type by an id."""
    return [query.document for query in queries() if query.is_by_id and query.shows == type_name]


async def _two_worlds(world: World) -> tuple[list[Party], dict[str, list[str]]]:
    """Both sides and staff, with what is theirs; and the ids of what two others have."""
    staff, parties = await world.staff(), await make_parties(world)
    # What the system still has to do for these is theirs, and done before there are others.
    await world.settle()
    others = await make_parties(world)
    private = await private_gigs(world)
    foreign = {name: ids for name, ids in others.ids.items() if name not in {"GigCategory", *OF_ALL}}
    foreign["Gig"] = [id_ for id_ in foreign["Gig"] if id_ in private]
    return [await _party(world, one, parties) for one in (parties.client, parties.freelancer, staff)], foreign


async def _party(world: World, person: Person, parties: Parties) -> Party:
    actor = await actor_of_token(world.database, person.token)
    own = {}
    for type_name in SOURCES:
        visible = await ids_for(world, type_name, [actor])
        theirs = parties.ids[type_name]
        own[type_name] = next((id_ for id_ in theirs if id_ in visible), theirs[0])
    return Party(person, actor.permissions, own)


def _places() -> list[tuple[Mutation, Path, str]]:
    asked = [mutation for mutation in mutations() if mutation.needs is not Needs.ANYONE]
    return [(mutation, at, type_name) for mutation in asked for at, type_name in mutation.places()]


async def _try(
    party: Party, mutation: Mutation, at: Path, type_name: str, foreign: Mapping[str, list[str]]
) -> Counter[str]:
    """Names an unknown object, one of others and one of another type in that place."""
    unknown = await _answer(party, mutation, at, global_id(type_name, new_id()))
    tried = Counter([f"unknown: {unknown['code']}", "of another type: INVALID"])
    if type_name in foreign and (mutation.name, at) not in NAMES_OTHERS and not party.is_staff:
        assert await _answer(party, mutation, at, foreign[type_name][0]) == unknown, (mutation.name, at)
        tried["foreign: the same"] += 1
    refusal = await _answer(party, mutation, at, _of_another_type(type_name))
    assert refusal["code"] == "INVALID", (mutation.name, at, refusal)
    assert [problem["path"] for problem in refusal["problems"]] == [list(at)], (mutation.name, at, refusal)
    return tried


def _of_another_type(type_name: str) -> str:
    return global_id("User" if type_name != "User" else "Gig", new_id())


async def _answer(party: Party, mutation: Mutation, at: Path, id_: str) -> dict[str, Any]:
    input = mutation.complete(party.own, Wanted(at, id_))
    return await party.person.refused(mutation.name, **input)
