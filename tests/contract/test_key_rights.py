"""Keys over the whole API, driven by the schema: what each scope opens, and what no key can do."""

from collections import Counter
from collections.abc import Mapping

from domain.api_keys import SCOPES
from domain.ids import new_id
from resolvers.guards import OF_PEOPLE, Needs, Rule, permissions_of
from schema.ids import PREFIXES, global_id
from tests.client import Faulted
from tests.contract.inputs import mutations, queries
from tests.makers.keys import Program, make_key
from tests.makers.parties import make_parties
from tests.makers.traces import nothing_changes
from tests.world import Caller, Person, World

UNKNOWN = {name: global_id(name, new_id()) for name in PREFIXES}
OPEN = {"data", "BAD_USER_INPUT", "Refusal"}
"""What a query answers about unknown ids, if it may be asked at all."""


async def test_keys_change_nothing_without_their_scope_and_nothing_that_needs_a_person(world: World) -> None:
    parties = await make_parties(world)
    full, lacking = await _keys(parties.client)
    ids = UNKNOWN | {name: ids[0] for name, ids in parties.ids.items()}
    answers: Counter[str] = Counter()
    async with nothing_changes(world):
        for mutation in mutations():
            input = mutation.complete(ids)
            closed = _without(mutation.needs, full, lacking)
            # Of what only staff may do, a key of a client is told that first.
            if full not in closed.values() and (mutation.needs in OF_PEOPLE or mutation.is_sensitive):
                refusal = await full.refused(mutation.name, **input)
                assert (refusal["code"], refusal["path"]) == ("FORBIDDEN", ["person"]), (mutation.name, refusal)
                answers["needs a person"] += 1
            for name, key in closed.items():
                refusal = await key.refused(mutation.name, **input)
                assert (refusal["code"], refusal["path"]) == ("FORBIDDEN", []), (mutation.name, refusal)
                assert name in refusal["message"]
                answers[f"without {name}"] += 1
    print(f"{answers.total()} combinations: {dict(answers)}")


async def test_keys_read_what_their_scopes_open(world: World) -> None:
    full, lacking = await _keys(await world.client_side())
    answers: Counter[str] = Counter()
    for query in queries():
        variables, closed = query.variables(UNKNOWN), _without(query.needs, full, lacking)
        if isinstance(query.needs, Needs) and query.needs not in (Needs.ANYONE, Needs.VERIFIED):
            closed = {query.needs.value: full}
        for name, key in closed.items():
            assert await _answer(key, query.document, variables) in ("FORBIDDEN", "Refusal"), (query.name, name)
            answers[f"without {name}"] += 1
        if full not in closed.values():
            assert await _answer(full, query.document, variables) in OPEN, query.name
            answers["open to every scope"] += 1
    print(f"{answers.total()} combinations: {dict(answers)}")


async def _keys(person: Person) -> tuple[Program, Mapping[str, Program]]:
    """A key with every scope, and for each scope one that has all others."""
    lacking = {code: await make_key(person, *(one for one in SCOPES if one != code)) for code in SCOPES}
    return await make_key(person), lacking


def _without(rule: Rule, full: Program, lacking: Mapping[str, Program]) -> dict[str, Program]:
    """Keys that do not hold what the rule wants, each with what it lacks; none where several scopes would do."""
    if isinstance(rule, Needs):
        return {}
    wanted = permissions_of(rule)
    scopes = [one.value for one in wanted if one.value in SCOPES]
    if not scopes:
        return {wanted[0].value: full}
    return {scopes[0]: lacking[scopes[0]]} if len(scopes) == 1 else {}


async def _answer(caller: Caller, document: str, variables: dict[str, object]) -> str:
    """The code of the fault, or whether there are data or a refusal."""
    try:
        (answer,) = (await caller.ask(document, **variables)).values()
    except Faulted as fault:
        return str(fault.errors[0]["extensions"]["code"])
    is_refused = isinstance(answer, dict) and answer.get("__typename") == "Refusal"
    return "Refusal" if is_refused else "data"
