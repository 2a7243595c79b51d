"""docs/states.md: a diagram and a table of every state machine, generated from the MOVES that guard the mutations."""

import re
from collections import defaultdict
from collections.abc import Iterator
from enum import Enum

from domain.states import Move, Side, Stateful
from persistence.mapping import VERSIONED

_HEAD = """# States

Generated from the state tables in `domain/` by `python -m server states`; do not edit. `make check` compares.

Each row of a table guards the mutation of its name. An action without a target may be taken in these states and
leaves the object where it is. Permissions are those of the caller's role in the organization on that side; further
conditions are in the descriptions of the mutations in `schema/schema.graphql`. In the diagrams an arrow into the end
marks a state that nothing leads out of.
"""

_WHO = {
    Side.CLIENT: "client",
    Side.FREELANCER: "freelancer",
    Side.EITHER: "either side",
    Side.OWNER: "owner",
    Side.SELF: "the person",
    Side.SECOND_PERSON: "the second person",
    Side.STAFF: "staff",
    Side.SYSTEM: "system",
}


def states_document() -> str:
    """All nouns with a state graph, in the order in which they are mapped."""
    nouns = [noun for noun in VERSIONED if issubclass(noun, Stateful) and noun.MOVES]
    return "\n".join([_HEAD, *(line for noun in nouns for line in _section(noun))])


def _section(noun: type[Stateful]) -> Iterator[str]:
    yield f"## {_spaced(noun.__name__)}\n"
    if any(move.target for move in noun.MOVES):
        yield "```mermaid"
        yield "stateDiagram-v2"
        yield from _diagram(noun.MOVES)
        yield "```\n"
    yield "| Action | From | To | Who | Permission |"
    yield "| --- | --- | --- | --- | --- |"
    yield from (_row(move) for move in noun.MOVES)
    yield ""


def _diagram(moves: tuple[Move, ...]) -> Iterator[str]:
    """Nothing leads to the states in which objects are born, and nothing out of those in which they end."""
    actions: dict[tuple[Enum, Enum], list[str]] = defaultdict(list)
    for move in moves:
        for source in move.sources:
            if move.target is not None:
                actions[source, move.target] += [move.action] * (move.action not in actions[source, move.target])
    sources = dict.fromkeys(source for source, _ in actions)
    targets = dict.fromkeys(target for _, target in actions)
    yield from (f"    [*] --> {state.name}" for state in sources if state not in targets)
    for (source, target), names in actions.items():
        yield f"    {source.name} --> {target.name}: {', '.join(names)}"
    yield from (f"    {state.name} --> [*]" for state in targets if state not in sources)


def _row(move: Move) -> str:
    sources = ", ".join(state.name for state in move.sources)
    target = "-" if move.target is None else move.target.name
    permission = "-" if move.permission is None else f"`{move.permission.value}`"
    return f"| `{move.action}` | {sources} | {target} | {_WHO[move.side]} | {permission} |"


def _spaced(name: str) -> str:
    return re.sub(r"(?<!^)([A-Z])", lambda capital: f" {capital[1].lower()}", name)
