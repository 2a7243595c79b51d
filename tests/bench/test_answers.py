"""Answers of different dialects that mean the same, and those that do not."""

import json
from typing import Any

import pytest

from bench.answers import AnswersDiffer, meaning_of, require_same

UUID = "018cc251-f400-7001-8000-00000000000a"


def test_ids_amounts_numbers_and_instants_mean_the_same_in_every_spelling() -> None:
    ours = {
        "id": "inv_018cc251f400700180000000" + "0000000a",
        "amountMinor": "5",
        "quantity": "1",
        "createdAt": "2024-01-01T00:00:00Z",
    }
    theirs = {"id": UUID, "amountMinor": 5, "quantity": "1.000000", "createdAt": "2024-01-01T01:00:00+01:00"}
    assert meaning_of(_body(ours), "milepost") == meaning_of(_body(theirs), "peers")


def test_the_first_place_where_answers_differ_is_named() -> None:
    first, second = {"nodes": [{"title": "a"}, {"title": "b"}]}, {"nodes": [{"title": "a"}, {"title": "c"}]}
    with pytest.raises(AnswersDiffer) as refused:
        require_same("list", ["the limit", "Milepost"], [[first], [second]])
    assert str(refused.value) == "list, request 0: data.nodes[1].title is 'b' from the limit and 'c' from Milepost."


def test_a_row_too_few_is_a_difference() -> None:
    with pytest.raises(AnswersDiffer):
        require_same("list", ["the limit", "Milepost"], [[{"nodes": [{"title": "a"}]}], [{"nodes": []}]])


def test_an_answer_with_errors_has_no_meaning() -> None:
    with pytest.raises(AnswersDiffer, match="no such field"):
        meaning_of(json.dumps({"data": None, "errors": [{"message": "no such field"}]}).encode(), "peers")


def test_postgraphiles_rows_come_in_our_shape() -> None:
    balance = {"version": 3, "balanceMinor": "70"}
    row = {
        "rowId": UUID,
        "currency": "EUR",
        "ledgerBalanceByAccountId": balance,
        "organizationByOrganizationId": {"rowId": UUID, "name": "Ada"},
    }
    hexed = UUID.replace("-", "")
    assert meaning_of(_body({"allLedgerAccounts": {"nodes": [row]}}), "postgraphile") == {
        "wallets": {
            "nodes": [
                {
                    "id": hexed,
                    "currency": "EUR",
                    "version": 3,
                    "available": {"amountMinor": 70, "currency": "EUR"},
                    "organization": {"id": hexed, "name": "Ada"},
                }
            ]
        }
    }


def _body(data: dict[str, Any]) -> bytes:
    return json.dumps({"data": data}).encode()
