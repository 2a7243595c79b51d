"""The permission matrix: every operation has a rule, the export is the schema that is served, and the rules hold."""

import csv
import io
import json
from collections import Counter
from typing import Any

import pytest
import strawberry

from domain.permission_matrix import MatrixFormat
from domain.permissions import BY_ROLE, Permission, Role
from resolvers.guards import Needs
from schema.api import schema
from schema.guarded import asks
from schema.permission_matrix import NoRule, rules_of
from tests.client import Faulted
from tests.contract.inputs import BUILT, queries
from tests.contract.test_rights import UNKNOWN
from tests.makers.colleagues import colleague
from tests.makers.holders import Holder, holders_of
from tests.makers.staff import another_of_the_staff
from tests.world import World

REFUSES_ITSELF = {"previewInvoice"}
"""Answers with a Refusal as the mutation that it rehearses; has a test with it."""
EXPORT = "query($format: MatrixFormat!) { permissionMatrix(format: $format) { content operationCount fileName } }"


def test_every_operation_has_a_rule() -> None:
    rules = rules_of(schema)
    roots = (BUILT.query_type, BUILT.mutation_type, BUILT.subscription_type)
    assert {rule.operation for rule in rules} == {name for root in roots for name in root.fields}
    print(f"{len(rules)} operations: {dict(Counter(rule.kind for rule in rules))}")


def test_an_operation_without_a_rule_is_never_served() -> None:
    @strawberry.type
    class Query:
        @asks(Needs.VERIFIED, "It says who.")
        def told(self, info: strawberry.Info) -> int:
            return 1

        @strawberry.field
        def untold(self) -> int:
            return 2

    with pytest.raises(NoRule, match=r"say who may use Query\.untold: "):
        rules_of(strawberry.Schema(query=Query))


def test_roles_of_a_rule_are_those_that_hold_a_permission_of_it() -> None:
    for rule in rules_of(schema):
        wanted = set(rule.permissions)
        assert rule.roles == [role.name for role in Role if wanted & BY_ROLE[role]], rule.operation
        assert rule.who
        if not wanted:
            assert rule.who in {need.value for need in Needs}, rule.operation


async def test_the_matrix_is_exported_as_json_and_as_csv(world: World) -> None:
    owner = await world.client_side()
    as_json = (await owner.ask(EXPORT, format="JSON"))["permissionMatrix"]
    as_csv = (await owner.ask(EXPORT, format="CSV"))["permissionMatrix"]
    rows = json.loads(as_json["content"])
    assert as_json["operationCount"] == as_csv["operationCount"] == len(rows) == len(rules_of(schema))
    assert (as_json["fileName"], as_csv["fileName"]) == ("permissions.json", "permissions.csv")
    by_name = {(row["kind"], row["operation"]): row for row in rows}
    assert by_name["MUTATION", "closeOrganization"] == {
        "kind": "MUTATION",
        "operation": "closeOrganization",
        "who": "org:close",
        "permissions": ["org:close"],
        "roles": ["OWNER"],
        "staffRoles": [],
        "needsReauthentication": True,
        "writableAsAnother": False,
    }
    assert by_name["QUERY", "users"]["staffRoles"] == ["SUPPORT", "FINANCE", "TRUST", "ADMIN"]
    assert by_name["SUBSCRIPTION", "walletChanged"]["permissions"] == ["money:read", "staff:money"]
    lines = list(csv.DictReader(io.StringIO(as_csv["content"])))
    assert [(one["kind"], one["operation"], one["who"]) for one in lines] == [
        (row["kind"], row["operation"], row["who"]) for row in rows
    ]
    assert {one["needsReauthentication"] for one in lines} == {"yes", "no"}


async def test_the_matrix_is_for_those_who_manage_members_and_for_staff(world: World) -> None:
    owner = await world.client_side()
    member, staff = await colleague(world, owner, Role.MEMBER), await another_of_the_staff(world)
    with pytest.raises(Faulted, match="members:manage or staff:read"):
        await member.ask(EXPORT, format="JSON")
    for person in (owner, staff):
        assert (await person.ask(EXPORT, format=MatrixFormat.CSV.name))["permissionMatrix"]["operationCount"] > 200


async def test_queries_are_open_exactly_to_those_whom_the_matrix_names(world: World) -> None:
    owner = await world.client_side()
    rules = {rule.operation: rule for rule in rules_of(schema) if rule.kind == "QUERY"}
    tried: Counter[str] = Counter()
    for holder in await holders_of(world, owner):
        for query in queries():
            wanted = rules[query.name].permissions
            if wanted and query.name not in REFUSES_ITSELF:
                allowed = not holder.permissions.isdisjoint(wanted)
                assert await _is_open(holder, query.document, query.variables(UNKNOWN), wanted) is allowed, (
                    query.name,
                    holder.name,
                )
                tried["open" if allowed else "closed"] += 1
    print(f"{tried.total()} combinations of a query and a role: {dict(tried)}")


async def _is_open(holder: Holder, document: str, variables: dict[str, Any], wanted: tuple[Permission, ...]) -> bool:
    """Whether the answer is anything but a fault, or a refusal, for want of these permissions."""
    answer = json.dumps(await holder.caller.world.client.post(document, variables, holder.caller.token))
    return not any(one.value in answer for one in wanted)
