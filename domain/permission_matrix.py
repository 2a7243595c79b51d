"""The permission matrix: every operation of the API with the rule that opens it, as rows and as a file."""

import csv
import hashlib
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from domain.permissions import BY_ROLE, BY_STAFF_ROLE, Permission


class MatrixFormat(Enum):
    """How the matrix is written."""

    JSON = "JSON"
    CSV = "CSV"


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationRule:
    """An operation and who may use it: whoever holds one of the permissions or, where there are none, as `who` says."""

    kind: str
    """QUERY, MUTATION or SUBSCRIPTION."""
    operation: str
    who: str
    permissions: tuple[Permission, ...]
    needs_reauthentication: bool
    writable_as_another: bool
    """Whether staff who act as somebody else may make this mutation, with READ_WRITE."""

    @property
    def roles(self) -> list[str]:
        """The roles that may, where that is a matter of roles."""
        return [role.name for role, held in BY_ROLE.items() if held & set(self.permissions)]

    @property
    def staff_roles(self) -> list[str]:
        return [role.name for role, held in BY_STAFF_ROLE.items() if held & set(self.permissions)]

    def row(self) -> dict[str, object]:
        return {
            "kind": self.kind,
            "operation": self.operation,
            "who": self.who,
            "permissions": [one.value for one in self.permissions],
            "roles": self.roles,
            "staffRoles": self.staff_roles,
            "needsReauthentication": self.needs_reauthentication,
            "writableAsAnother": self.writable_as_another,
        }


@dataclass(frozen=True, slots=True)
class PermissionMatrix:
    """All operations in one file."""

    format: MatrixFormat
    operation_count: int
    content: str

    @property
    def file_name(self) -> str:
        return f"permissions.{self.format.value.lower()}"

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content.encode()).hexdigest()


def write(rules: Sequence[OperationRule], format_: MatrixFormat) -> PermissionMatrix:
    """In the order of kind and name, so that two exports can be compared line by line."""
    rows = [rule.row() for rule in sorted(rules, key=lambda rule: (rule.kind, rule.operation))]
    content = _json(rows) if format_ is MatrixFormat.JSON else _csv(rows)
    return PermissionMatrix(format_, len(rows), content)


def _json(rows: Sequence[dict[str, object]]) -> str:
    lines = ",\n".join(json.dumps(row) for row in rows)
    return f"[\n{lines}\n]\n"


def _csv(rows: Sequence[dict[str, object]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(rows[0])
    writer.writerows([_cell(value) for value in row.values()] for row in rows)
    return text.getvalue()


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return " ".join(value) if isinstance(value, list) else value
