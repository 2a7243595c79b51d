"""Variables and arguments have the values that graphql-core gives them, and where it refuses them, nobody is asked."""

from typing import Any

import pytest
from graphql import (
    FieldNode,
    GraphQLError,
    OperationDefinitionNode,
    build_schema,
    get_operation_ast,
    parse,
    validate,
)
from graphql.execution.values import get_argument_values, get_variable_values

from planner.asking import Arguments, Unasked, values_of, variables_of

SCHEMA = build_schema("""
enum Colour { RED GREEN }
input Range { from: Int = 1, to: Int, colours: [Colour!] = [RED], inner: Range }
type Query {
  plain(size: Int, name: String = "x"): Int
  needed(size: Int!, name: String! = "x", colour: Colour! = GREEN): Int
  many(sizes: [Int!], colours: [Colour], grid: [[Int]]): Int
  ranged(range: Range, ranges: [Range!]! = []): Int
}
""")

GIVEN: list[tuple[str, dict[str, Any]]] = [
    # Left out, null, a value; with and without a default of the argument.
    ("query($a: Int, $b: String) { plain(size: $a, name: $b) }", {}),
    ("query($a: Int, $b: String) { plain(size: $a, name: $b) }", {"a": None, "b": None}),
    ("query($a: Int, $b: String) { plain(size: $a, name: $b) }", {"a": 0, "b": "", "c": 1}),
    ('query($a: Int = 7, $b: String = "y") { plain(size: $a, name: $b) }', {}),
    ('query($a: Int = 7, $b: String = "y") { plain(size: $a, name: $b) }', {"a": None, "b": None}),
    ('query($a: Int = 7, $b: String = "y") { plain(size: $a, name: $b) }', {"a": 1, "b": "z"}),
    ("query($a: Int = null) { plain(size: $a) }", {}),
    ("{ plain }", {}),
    ("{ plain(size: null, name: null) }", {}),
    ('query($a: Int!) { plain(size: $a, name: "z") }', {"a": 3}),
    ("query($a: Int!) { plain(size: $a) }", {}),
    ("query($a: Int!) { plain(size: $a) }", {"a": None}),
    ("query($a: Int! = 4) { plain(size: $a) }", {}),
    ("query($a: Int! = 4) { plain(size: $a) }", {"a": None}),
    ("query($a: Int) { plain(size: $a) }", {"a": "1"}),
    ("query($a: Int) { plain(size: $a) }", {"a": 2**31}),
    ("query($a: Int) { plain(size: $a) }", {"a": True}),
    # What is required, but has a default or comes from a variable that has one.
    ("query($a: Int = 5) { needed(size: $a) }", {}),
    ("query($a: Int = 5) { needed(size: $a) }", {"a": None}),
    ("query($a: Int!, $b: String, $c: Colour) { needed(size: $a, name: $b, colour: $c) }", {"a": 1}),
    ("query($a: Int!, $b: String, $c: Colour) { needed(size: $a, name: $b, colour: $c) }", {"a": 1, "b": None}),
    ("query($a: Int!, $c: Colour = RED) { needed(size: $a, colour: $c) }", {"a": 1}),
    ("query($c: Colour!) { needed(size: 1, colour: $c) }", {"c": "RED"}),
    ("query($c: Colour!) { needed(size: 1, colour: $c) }", {"c": "BLUE"}),
    # Lists: single values become lists, in variables and in literals, and variables stand among literals.
    ("query($a: [Int!], $c: [Colour]) { many(sizes: $a, colours: $c) }", {"a": 3, "c": ["RED", None]}),
    ("query($a: [Int!]) { many(sizes: $a) }", {"a": [1, None]}),
    ("query($a: Int!, $c: Colour) { many(sizes: [1, $a], colours: [RED, $c]) }", {"a": 2}),
    ("query($a: Int!, $c: Colour) { many(sizes: [1, $a], colours: [RED, $c]) }", {"a": 2, "c": None}),
    ("query($g: [[Int]]) { many(sizes: 1, colours: GREEN, grid: $g) }", {"g": [1, [2], None]}),
    ("{ many(grid: [1, [2, null]]) }", {}),
    # Input objects: defaults of fields, variables inside, and fields that go with a variable that is left out.
    ("query($r: Range) { ranged(range: $r) }", {}),
    ("query($r: Range) { ranged(range: $r) }", {"r": {}}),
    ("query($r: Range) { ranged(range: $r) }", {"r": {"from": None, "inner": {"to": 2, "colours": "GREEN"}}}),
    ("query($r: Range = {to: 3}) { ranged(range: $r) }", {}),
    ("query($r: Range) { ranged(range: $r) }", {"r": {"until": 1}}),
    ("query($a: Int, $b: Int) { ranged(range: {from: $a, to: $b}) }", {}),
    ("query($a: Int, $b: Int = 9) { ranged(range: {from: $a, to: $b, inner: {to: $a}}) }", {"a": None}),
    ("query($c: [Colour!]) { ranged(range: {colours: $c}, ranges: [{colours: $c}]) }", {"c": ["GREEN"]}),
    ("query($c: Colour!) { ranged(range: {colours: [$c]}) }", {"c": "GREEN"}),
    ("query($r: [Range!]) { ranged(ranges: $r) }", {}),
    ("query($r: [Range!]) { ranged(ranges: $r) }", {"r": {"to": 1}}),
    ("query($r: [Range!]! = [{}]) { ranged(ranges: $r) }", {}),
]


@pytest.mark.parametrize(("query", "given"), GIVEN)
def test_values_are_those_of_graphql_core_or_nobody_is_asked(query: str, given: dict[str, Any]) -> None:
    document = parse(query)
    assert validate(SCHEMA, document) == []
    operation = get_operation_ast(document)
    assert operation is not None
    expected = _expected(operation, given)
    try:
        variables = values_of(variables_of(SCHEMA, operation), given)
        found: Any = variables.coerced, Arguments(*_field(operation)).values(variables)
    except Unasked:
        found = None
    assert found == expected


@pytest.mark.parametrize(
    ("query", "are_scalars"),
    [
        ('query($a: Int) { plain(size: $a, name: "z") }', True),
        ("{ plain }", True),
        ("{ needed(size: 1, colour: RED) }", False),
        ("query($a: [Int!]) { many(sizes: $a) }", False),
        ("query($a: Int) { ranged(range: {to: $a}) }", False),
    ],
)
def test_only_single_scalars_need_no_conversion(query: str, are_scalars: bool) -> None:
    operation = get_operation_ast(parse(query))
    assert operation is not None
    assert Arguments(*_field(operation)).are_scalars is are_scalars


def test_the_values_of_one_request_are_not_those_of_the_next() -> None:
    operation = get_operation_ast(parse("query($a: Int) { plain(size: $a) }"))
    assert operation is not None
    variables, arguments = variables_of(SCHEMA, operation), Arguments(*_field(operation))
    asked = [arguments.values(values_of(variables, given)) for given in ({"a": 1}, {}, {"a": None})]
    assert asked == [{"size": 1, "name": "x"}, {"name": "x"}, {"size": None, "name": "x"}]


def _field(operation: OperationDefinitionNode) -> tuple[Any, FieldNode]:
    node = operation.selection_set.selections[0]
    assert isinstance(node, FieldNode)
    assert SCHEMA.query_type is not None
    return SCHEMA.query_type.fields[node.name.value], node


def _expected(operation: OperationDefinitionNode, given: dict[str, Any]) -> Any:
    """The values of variables and arguments, or None for an error."""
    variables = get_variable_values(SCHEMA, operation.variable_definitions or (), given)
    if isinstance(variables, list):
        return None
    try:
        return variables.coerced, get_argument_values(*_field(operation), variables)
    except GraphQLError:
        return None
