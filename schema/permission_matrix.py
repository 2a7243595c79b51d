"""The permission matrix, read from the declarations of the root fields themselves."""

from collections.abc import Iterator
from typing import Annotated, Any

import strawberry
from strawberry.schema.base import BaseSchema

from domain import permission_matrix as domain
from domain.permission_matrix import MatrixFormat, OperationRule
from domain.permissions import Permission
from resolvers.context import Context
from resolvers.guards import Needs, Rule, permissions_of, who_may
from schema.enums import describe
from schema.guarded import asks
from schema.shapes import plain, shows

ROOTS = {"Query": "QUERY", "Mutation": "MUTATION", "Subscription": "SUBSCRIPTION"}

describe(
    MatrixFormat,
    "How the permission matrix is written.",
    JSON="A list with an object on each line.",
    CSV="RFC 4180 with a header; several values of a cell stand between blanks.",
)


class NoRule(LookupError):
    """An operation that does not say who may use it; a schema with one is not served."""


def rules_of(schema: BaseSchema) -> list[OperationRule]:
    """Every operation with its rule. Raises NoRule where one has none."""
    found = list(_declared(schema))
    silent = [f"{root}.{name}" for root, name, metadata in found if metadata.get("needs") is None]
    if silent:
        raise NoRule(f"say who may use {', '.join(silent)}: needs=…, see schema/guarded.py and schema/mutations.py")
    return [_rule(ROOTS[root], name, metadata) for root, name, metadata in found]


def _declared(schema: BaseSchema) -> Iterator[tuple[str, str, dict[Any, Any]]]:
    for root in ROOTS:
        definition: Any = schema.get_type_by_name(root)
        for field in definition.fields if definition is not None else ():
            yield root, schema.config.name_converter.get_graphql_name(field), field.metadata


def _rule(kind: str, operation: str, metadata: dict[Any, Any]) -> OperationRule:
    needs: Rule = metadata["needs"]
    return OperationRule(
        kind=kind,
        operation=operation,
        who=who_may(needs),
        permissions=() if isinstance(needs, Needs) else permissions_of(needs),
        needs_reauthentication=metadata.get("sensitive", False),
        writable_as_another=metadata.get("writable_as_another", False),
    )


@shows(domain.PermissionMatrix, "Every operation of the API with its rule, as a file.")
class PermissionMatrix:
    format: MatrixFormat = plain("How it is written.")
    file_name: str = plain("What to call it.")
    operation_count: int = plain("How many operations there are.")
    content: str = plain(
        "The file. For each operation: kind, operation, who (what it needs), permissions (any one will do), roles and"
        " staffRoles that hold one of them, needsReauthentication, and writableAsAnother: whether staff who act as"
        " somebody else may make a mutation with READ_WRITE."
    )
    sha256: str = plain("The SHA-256 of the file in hex.")


_Format = Annotated[MatrixFormat, strawberry.argument(description="How it shall be written.")]


@strawberry.type
class PermissionMatrixQueries:
    @asks(
        (Permission.MEMBERS_MANAGE, Permission.STAFF_READ),
        "Every operation of the API with its rule, read from the schema that is served. Needs members:manage or"
        " staff:read.",
        graphql_type=PermissionMatrix,
    )
    def permission_matrix(
        self, info: strawberry.Info[Context, None], format: _Format = MatrixFormat.JSON
    ) -> domain.PermissionMatrix:
        return domain.write(rules_of(info.schema), format)
