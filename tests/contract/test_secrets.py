"""What each side keeps to itself, looked for in everything that the others can reach: each object, two edges deep."""

import json
from collections.abc import Iterator
from typing import Any

from graphql import (
    GraphQLNamedOutputType,
    GraphQLObjectType,
    get_named_type,
    is_leaf_type,
    is_required_argument,
)

from domain.permissions import Role
from schema.ids import TYPES
from tests.contract.inputs import BUILT
from tests.makers.colleagues import colleague
from tests.makers.parties import CUSTOMER, OF_ALL, Parties, make_parties
from tests.world import Person, World

MOST = 5
"""How many objects of a type are looked at."""

MONEY = {
    "CustomerCredit",
    "Payment",
    "PaymentMethod",
    "Payout",
    "PayoutMethod",
    "PayoutSchedule",
    "Refund",
    "Wallet",
    "WalletConversion",
    "LedgerAccount",
    "LedgerEntry",
    "LedgerTransfer",
    "LedgerExport",
    "AuditEntry",
    "AuditExport",
}


async def test_no_side_reaches_what_the_other_keeps_to_itself(world: World) -> None:
    parties = await make_parties(world)
    client, freelancer = parties.client, parties.freelancer
    seen = {person.token: await _everything(person, parties) for person in (client, freelancer)}
    own, others = seen[client.token], seen[freelancer.token]
    assert client.email in json.dumps(own)
    assert freelancer.email in json.dumps(others)
    assert CUSTOMER in json.dumps(others)
    assert _types(others) >= {"Wallet", "TaxType", "Customer"}
    for secret in (freelancer.email, CUSTOMER):
        assert secret not in json.dumps(own)
    for secret in (client.email, f"new-{client.email}"):
        assert secret not in json.dumps(others)
    assert _types(own).isdisjoint({"Customer", "TaxType", "Wallet"})
    accounts = {found["code"] for found in _objects(own) if found.get("__typename") == "LedgerAccount"}
    assert accounts == {"ESCROW", "CREDIT_AVAILABLE"}
    assert _types(others).isdisjoint({"PaymentMethod", "Invitation"})
    assert {found.get("fee") for found in _objects(own)} == {None}
    assert any(found.get("fee") for found in _objects(others))


async def test_roles_without_money_read_reach_no_payment_and_no_account(world: World) -> None:
    parties = await make_parties(world)
    for owner, role in ((parties.client, Role.MEMBER), (parties.freelancer, Role.VIEWER)):
        member = await colleague(world, owner, role)
        seen = _types(await _everything(member, parties))
        assert seen.isdisjoint(MONEY)
        assert seen >= {"Project", "Invoice", "Gig", "Proposal", "Membership"}


async def test_strangers_reach_nothing_but_public_gigs_and_names(world: World) -> None:
    parties, stranger = await make_parties(world), await world.freelancer_side("Rival")
    seen = await _everything(stranger, parties)
    foreign = {id_ for ids in parties.ids.values() for id_ in ids}
    reached = {TYPES[found["id"][:3]] for found in _objects(seen) if found.get("id") in foreign}
    assert reached <= {"Gig", "GigCategory", "Organization", *OF_ALL}
    for secret in (parties.client.email, parties.freelancer.email, CUSTOMER, "billing-"):
        assert secret not in json.dumps([found for found in _objects(seen) if found.get("id") in foreign])


async def _everything(person: Person, parties: Parties) -> list[Any]:
    """All root fields without arguments, and all objects of the parties by their ids.

    Lists are asked for less of each object: what is behind it comes with the objects themselves.
    """
    answers = []
    for name, field in BUILT.query_type.fields.items():
        if not any(map(is_required_argument, field.args.values())) and name not in ("clock", "integrityReport"):
            depth = 1 if get_named_type(field.type).name.endswith("Connection") else 2
            answers.append(await _answer(person, f"{{ {name}{_selection(field.type, depth)} }}", {}))
    for type_name, ids in parties.ids.items():
        document = f"query($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on {type_name}{_selection(type_name, 2)} }} }}"
        answers.append(await _answer(person, document, {"ids": ids[:MOST]}))
    return answers


async def _answer(person: Person, document: str, variables: dict[str, Any]) -> Any:
    body = await person.world.client.post(document, variables, person.token)
    codes = {error["extensions"]["code"] for error in body.get("errors", ())}
    assert codes <= {"FORBIDDEN"}, body
    return body["data"]


def _selection(kind: Any, depth: int) -> str:
    """All fields that need no arguments, edges included while there is depth left; a page costs none."""
    named: GraphQLNamedOutputType = BUILT.type_map[kind] if isinstance(kind, str) else get_named_type(kind)
    if is_leaf_type(named):
        return ""
    assert isinstance(named, GraphQLObjectType), named
    if named.name.endswith("Connection"):
        return f" {{ nodes{_selection(named.fields['nodes'].type, depth)} }}"
    chosen = ["__typename"]
    for name, field in named.fields.items():
        needed = any(map(is_required_argument, field.args.values()))
        is_part = is_leaf_type(get_named_type(field.type)) or get_named_type(field.type).name == "Money"
        if not needed and (is_part or depth > 0):
            chosen.append(f"{name}{_selection(field.type, depth - 1)}")
    return f" {{ {' '.join(chosen)} }}"


def _objects(found: Any) -> Iterator[dict[str, Any]]:
    if isinstance(found, dict):
        yield found
    for part in found.values() if isinstance(found, dict) else found if isinstance(found, list) else ():
        yield from _objects(part)


def _types(found: Any) -> set[str]:
    return {one["__typename"] for one in _objects(found) if "__typename" in one}
