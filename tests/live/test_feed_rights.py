"""Who may follow which feed, for every subscription of the schema."""

from collections import Counter
from typing import Any

from graphql import is_required_argument

from domain.ids import new_id
from domain.permissions import Permission
from schema.ids import PREFIXES, global_id
from tests.contract.inputs import BUILT, rules_of_feeds
from tests.contract.matrix import Verdict, subjects_of, verdict
from tests.live.sockets import Socket
from tests.makers.identity import make_unverified
from tests.makers.parties import make_parties, private_gigs
from tests.world import Caller, World


async def test_feeds_are_closed_to_whoever_has_not_signed_in_or_not_verified_their_address(
    world: World, live: str
) -> None:
    unverified = await make_unverified(world)
    for caller, expected in ((world.caller(), "UNAUTHENTICATED"), (unverified, "FORBIDDEN")):
        for name, type_name in _feeds().items():
            fault = await _fault(live, caller, name, _unknown(type_name))
            assert fault["extensions"]["code"] == expected, name


async def test_feeds_of_what_belongs_to_others_are_feeds_of_what_does_not_exist(world: World, live: str) -> None:
    parties, stranger = await make_parties(world), await world.client_side()
    ids = {name: found[0] for name, found in parties.ids.items()} | {"Gig": (await private_gigs(world))[0]}
    rules = rules_of_feeds()
    for name, type_name in _feeds().items():
        if type_name is None or rules[name] == (Permission.STAFF_MONEY,):
            continue
        faults = [await _fault(live, stranger, name, id_) for id_ in (ids[type_name], _unknown(type_name))]
        assert faults[0]["message"] == faults[1]["message"], name
        assert [fault["extensions"]["code"] for fault in faults] == ["BAD_USER_INPUT"] * 2, name


async def test_feeds_answer_every_caller_as_their_rule_says(world: World, live: str) -> None:
    """Those who may follow ask for what does not exist: anything else they would follow without an end."""
    ours, others = await make_parties(world), await make_parties(world)
    subjects, rules = await subjects_of(world, ours.client), rules_of_feeds()
    places = [
        (whose, {name: ids[0] for name, ids in parties.ids.items() if ids} | {"Gig": (await private_gigs(world))[0]})
        for whose, parties in (("own", ours), ("foreign", others))
    ]
    answers: Counter[str] = Counter()
    for name, type_name in _feeds().items():
        for subject in subjects:
            expected = subject.expects(rules[name])
            named = [("unknown", _unknown(type_name))]
            if expected is not Verdict.OPEN and type_name is not None:
                named += [(whose, ids[type_name]) for whose, ids in places]
            if expected is Verdict.OPEN and type_name is None:
                continue
            for whose, id_ in named:
                fault = await _fault(live, subject.caller, name, id_)
                found = verdict(fault["extensions"]["code"], fault["message"])
                assert found is expected, (name, subject.name, whose)
                answers[f"{subject.kind.value}, {whose}: {found.value}"] += 1
    print(f"{answers.total()} combinations of {len(subjects)} callers: {dict(answers)}")


def _feeds() -> dict[str, str | None]:
    """The type of the object that each subscription follows; None where it takes no id."""
    found = {}
    for name, field in BUILT.subscription_type.fields.items():
        needed = [one for one, argument in field.args.items() if is_required_argument(argument)]
        found[name] = None if not needed else f"{needed[0][0].upper()}{needed[0][1:].removesuffix('Id')}"
    return found


def _unknown(type_name: str | None) -> str | None:
    return None if type_name is None else global_id(type_name, new_id())


async def _fault(live: str, caller: Caller, name: str, id_: str | None) -> dict[str, Any]:
    argument = "" if id_ is None else f'({_argument(id_)}: "{id_}")'
    async with Socket.opened(live, caller.token) as socket:
        await socket.subscribe(f"subscription {{ {name}{argument} {{ cursor }} }}")
        return await socket.error()


def _argument(id_: str) -> str:
    type_name = next(name for name, prefix in PREFIXES.items() if prefix == id_[:3])
    return f"{type_name[0].lower()}{type_name[1:]}Id"
