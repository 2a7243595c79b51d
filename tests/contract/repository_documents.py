"""Every query that this repository sends or shows, with variables; and the mutations that its clients send."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from random import Random
from typing import Any

from graphql import FieldNode, GraphQLNonNull, get_named_type, get_operation_ast, parse, type_from_ast

from clients.codegen.model import OperationKind
from clients.codegen.reading import read_api
from clients.reference.examples import examples
from schema.ids import PREFIXES
from server.demo import report
from tests.contract.both_executors import GRAPHQL
from tests.contract.random_values import Known, Values

OPERATIONS = Path(__file__).parent.parent.parent / "clients" / "operations"


@dataclass(frozen=True)
class Operation:
    """A document with one operation."""

    name: str
    text: str

    @cached_property
    def _operation(self) -> Any:
        return get_operation_ast(parse(self.text))

    @cached_property
    def variables(self) -> dict[str, Any]:
        """The type of each variable."""
        defined = self._operation.variable_definitions or ()
        return {one.variable.name.value: type_from_ast(GRAPHQL, one.type) for one in defined}

    @cached_property
    def prefix(self) -> str:
        """Of the ids that `$id` takes; empty where that is any."""
        root, query = self._operation.selection_set.selections[0], GRAPHQL.query_type
        assert isinstance(root, FieldNode)
        assert query is not None
        return PREFIXES.get(get_named_type(query.fields[root.name.value].type).name, "")

    def askings(self, random: Random, seen: Known, unseen: Known, more: int) -> Iterator[dict[str, Any]]:
        """Variables: with what the viewer sees and nothing else, with what they do not see and nulls, and at random."""
        yield self._filled(random, seen, left_out=1)
        if self.variables:
            yield self._filled(random, unseen, nulls=1)
        for number in range(more if self.variables else 0):
            yield self._filled(random, unseen if number % 4 == 3 else seen, left_out=0.3, nulls=0.1)

    def _filled(self, random: Random, known: Known, left_out: float = 0, nulls: float = 0) -> dict[str, Any]:
        values, given = Values(random, known, is_careless=False), dict[str, Any]()
        for name, kind in self.variables.items():
            if not isinstance(kind, GraphQLNonNull):
                if name in ("after", "before") or values.chance(left_out):
                    continue
                if values.chance(nulls):
                    given[name] = None
                    continue
            given[name] = values.of(kind, self.prefix if name == "id" else name)
        return given


def operations(*kinds: str) -> list[Operation]:
    """Those of the clients, one for each root field that they leave out, as the reference shows it, and the demo's."""
    shown = [one for one in examples(GRAPHQL, read_api(GRAPHQL, OPERATIONS)) if one.kind in kinds]
    demo = [Operation(name, text) for name, text in vars(report).items() if name in _DEMO and "query" in kinds]
    return [Operation(one.name, one.text) for one in shown] + demo


def mutations(key: str) -> dict[str, str]:
    """The clients' mutations by the field that they call, which has that key in the answer."""
    found = {}
    for one in read_api(GRAPHQL, OPERATIONS).operations:
        if one.kind is OperationKind.MUTATION:
            assert one.root is not None
            found[one.root.name] = one.text.replace(f"{{{one.root.name}(", f"{{{key}:{one.root.name}(", 1)
    return found


_DEMO = ("_INVOICES", "_WALLETS", "_TRIAL_BALANCE")


def split(known: Known, visible: set[bytes]) -> tuple[Known, Known]:
    """The ids that are visible, and those that are not."""
    seen, unseen = Known({}), Known({})
    for prefix, ids in known.ids.items():
        seen.ids[prefix] = [one for one in ids if one.encode() in visible]
        unseen.ids[prefix] = [one for one in ids if one.encode() not in visible] or [f"{prefix}_{'0' * 32}"]
    return seen, unseen
