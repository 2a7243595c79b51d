"""PostGraphile's answers, whose names come from the tables, in the shape of the others."""

from typing import Any

Row = dict[str, Any]


def in_our_shape(data: Row) -> Row:
    """The data of an answer; which read it was is told by its root field."""
    [(root, value)] = data.items()
    if root == "invoiceByRowId":
        return {"invoice": _invoice(value)}
    if root == "allProjects":
        return {"projects": {"nodes": [_project(one) for one in value["nodes"]]}}
    return {"wallets": {"nodes": [_wallet(one) for one in value["nodes"]]}}


def _invoice(row: Row) -> Row:
    return {
        **_named(row, "number", "status", "kind", "issueOn", "dueOn"),
        **{name: _money(row, f"{name}Minor") for name in ("netTotal", "taxTotal", "total", "amountDue")},
        "issuer": _named(row["organizationByIssuerId"], "name"),
        "recipient": _named(row["organizationByRecipientId"], "name"),
        "lines": [_line(one) for one in row["invoiceLinesByInvoiceId"]["nodes"]],
    }


def _line(row: Row) -> Row:
    amounts = {name: _money(row, f"{name}Minor") for name in ("unitPrice", "net", "tax")}
    return _named(row, "position", "description", "quantity") | amounts


def _project(row: Row) -> Row:
    return {
        **_named(row, "title", "status", "dueOn", "createdAt"),
        "budget": _money(row, "budgetMinor"),
        "milestones": [_milestone(one) for one in row["milestonesByProjectId"]["nodes"]],
    }


def _milestone(row: Row) -> Row:
    return {
        **_named(row, "position", "title", "dueOn"),
        "workStatus": row["status"],
        "amount": _money(row, "amountMinor"),
        "tasks": [_named(one, "position", "title", "status", "dueOn") for one in row["tasksByMilestoneId"]["nodes"]],
    }


def _wallet(row: Row) -> Row:
    balance = row["ledgerBalanceByAccountId"]
    return {
        **_named(row, "currency"),
        "version": balance["version"],
        "available": {"amountMinor": balance["balanceMinor"], "currency": row["currency"]},
        "organization": _named(row["organizationByOrganizationId"], "name"),
    }


def _named(row: Row, *names: str) -> Row:
    return {"id": row["rowId"], **{name: row[name] for name in names}}


def _money(row: Row, column: str) -> Row:
    return {"amountMinor": row[column], "currency": row["currency"]}
