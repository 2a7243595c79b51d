"""The vectors are what a server could have sent, and each surprise is where it says."""

import json
from typing import Any

from graphql import GraphQLSchema, build_schema

from clients.codegen.model import Api, Operation, OperationKind
from clients.codegen.reading import read_api
from clients.codegen.samples import Samples
from clients.codegen.vectors import LARGEST_INT64, vectors
from server.clients import CLIENTS, ROOT


def ours() -> tuple[GraphQLSchema, Api]:
    schema = build_schema((ROOT / "schema" / "schema.graphql").read_text())
    return schema, read_api(schema, CLIENTS / "operations")


def test_there_is_a_sample_for_every_operation_with_every_field() -> None:
    _, api = ours()
    for operation in api.operations:
        assert list(Samples(api).answer(operation)) == [field.key for field in operation.selection.fields]


def test_samples_of_mutations_are_payloads() -> None:
    _, api = ours()
    mutations = [one for one in api.operations if one.outcome is not None]
    assert len(mutations) > 60
    for operation in mutations:
        assert _root(api, operation)["__typename"] == _payload(operation)


def test_every_surprise_is_met_by_queries_and_what_is_expected_is_in_the_data() -> None:
    _, api = ours()
    answers = json.loads(vectors(api)["answers.json"])
    kinds = {operation.name: operation.kind for operation in api.operations}
    assert {one["surprise"] for one in answers if kinds[one["operation"]] is OperationKind.QUERY} == {
        "none",
        "unknown-field",
        "unknown-enum-value",
        "unknown-type",
        "largest-int64",
        "missing-nullable",
    }
    for one in answers:
        for expected in one["expected"]:
            *way, last = expected["path"]
            holder: Any = one["data"]
            for step in way:
                holder = holder[step]
            assert holder.get(last) == expected["value"]


def test_the_largest_number_is_larger_than_what_a_double_holds() -> None:
    assert int(float(LARGEST_INT64)) != int(LARGEST_INT64)


def _payload(operation: Operation) -> str:
    assert operation.outcome is not None
    return operation.outcome.payload


def _root(api: Api, operation: Operation) -> dict[str, Any]:
    assert operation.root is not None
    value: dict[str, Any] = Samples(api).answer(operation)[operation.root.key]
    return value
