"""What operations cost: an object 1, a page its entries, a count 5, a mutation 10, however the document is written."""

from typing import Any

import pytest
from graphql import get_operation_ast, parse, validate

from schema.api import schema
from schema.cost_reading import cost_of
from schema.costs import Sum
from schema.limits import MAX_FIELDS, ExtentRule

GRAPHQL = schema._schema


def read(query: str) -> Sum:
    document = parse(query)
    assert not validate(GRAPHQL, document)
    operation = get_operation_ast(document)
    assert operation is not None
    return cost_of(GRAPHQL, document, operation)


@pytest.mark.parametrize(
    ("query", "cost"),
    [
        ("{ __typename liveCursor }", 0),
        ("{ clock { now } }", 1),
        ('{ gig(id: "x") { title terms { milestones { title } } availableActions { action } } }', 1),
        ('{ gig(id: "x") { title organization { name } } }', 2),
        ("{ gigs { nodes { title } } }", 20),
        ("{ gigs { edges { cursor } pageInfo { endCursor } } }", 20),
        ("{ gigs(first: 3) { nodes { organization { name } } edges { node { organization { name } } } } }", 6),
        ("{ gigs(last: 3) { totalCount } }", 8),
        ("{ gigs(first: 10) { nodes { proposals(first: 4) { nodes { gig { id } } } } } }", 90),
        ("{ a: gigs(first: 2) { nodes { id } } b: gigs(first: 2) { nodes { id } } }", 4),
        ("{ viewer { memberships { organization { name } } } }", 11),
        ('{ nodes(ids: ["a", "b", "c"]) { id ... on Gig { organization { name } } } }', 6),
        ("mutation { signOut(input: {}) { __typename } }", 10),
        ("subscription { events { cursor event { actor { id } } } }", 2),
        ("{ gigs(first: 2) @skip(if: true) { nodes { id } } clock { now } }", 1),
    ],
)
def test_a_document_has_its_cost(query: str, cost: int) -> None:
    assert read(query).cost({}) == cost


@pytest.mark.parametrize(
    ("variables", "cost"),
    [
        ({}, 50),
        ({"first": 7}, 7),
        ({"first": None}, 20),
        ({"first": None, "last": 4}, 4),
        ({"first": 1_000_000}, 100),
        ({"first": -5}, 1),
        ({"first": 30.0}, 30),
        ({"first": "all"}, 1),
    ],
)
def test_a_page_counts_as_its_variables_say(variables: dict[str, Any], cost: int) -> None:
    query = "query($first: Int = 50, $last: Int) { gigs(first: $first, last: $last) { nodes { title } } }"
    assert read(query).cost(variables) == cost


def test_ids_count_one_by_one() -> None:
    found = read("query($ids: [ID!]!) { nodes(ids: $ids) { id } }")
    assert [found.cost({"ids": ids}) for ids in (["a"], ["a"] * 40, "a")] == [1, 40, 1]


def test_what_a_variable_leaves_out_is_free() -> None:
    found = read("query($all: Boolean! = true) { clock { now } gigs @include(if: $all) { nodes { title } } }")
    assert [found.cost(given) for given in ({}, {"all": True}, {"all": False})] == [21, 21, 1]


def test_fragments_change_nothing() -> None:
    plain = "{ gigs(first: 9) { nodes { title organization { name } } } }"
    split = """query { ...A ...B }
      fragment A on Query { gigs(first: 9) { ...Page } }
      fragment B on Query { gigs(first: 9) { nodes { ... on Gig { organization { name } } } } }
      fragment Page on GigConnection { nodes { ...One ...One } }
      fragment One on Gig { title organization { name } }"""
    assert read(plain).cost({}) == read(split).cost({}) == 18


def test_the_costliest_way_is_named() -> None:
    found = read("{ viewer { user { displayName } } few: gigs(first: 2) { nodes { proposals { nodes { id } } } } }")
    assert found.largest({}) == "few.proposals"


def test_fragments_that_multiply_each_other_are_measured_and_not_spread() -> None:
    each = " ".join(f"a{one}: milestones {{ project {{ ...F%d }} }}" for one in range(14))
    fragments = [f"fragment F{level} on Project {{ {each.replace('%d', str(level + 1))} }}" for level in range(6)]
    bomb = f'{{ project(id: "x") {{ ...F0 }} }} {" ".join(fragments)} fragment F6 on Project {{ id }}'
    faults = [fault.message for fault in validate(GRAPHQL, parse(bomb), [ExtentRule])]
    assert faults == [
        "The operation has 8108730 aliases; at most 100 are allowed.",
        f"The operation has {2 * 8108730 + 14**6 + 1} fields, with fragments spread; at most {MAX_FIELDS} are allowed.",
    ]


def test_root_mutations_count_within_fragments() -> None:
    each = " ".join(f"m{number}: signOut(input: {{}}) {{ __typename }}" for number in range(6))
    document = parse(
        f"mutation {{ ...A ...B }} fragment A on Mutation {{ {each} }} fragment B on Mutation {{ {each} }}"
    )
    (fault,) = validate(GRAPHQL, document, [ExtentRule])
    assert fault.message == "The operation has 12 root mutations; at most 10 are allowed."
