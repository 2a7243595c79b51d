"""What follows from an operation's selection: pages, live feeds, outcomes, and whether it can be repeated."""

from collections.abc import Iterator, Sequence

from clients.codegen.model import (
    Field,
    IdempotencyPlace,
    InputType,
    Live,
    OperationKind,
    Outcome,
    Page,
    Selection,
    TypeKind,
    Variable,
)

KEY_FIELD = "idempotencyKey"
# The words by which a mutation's description promises the header.
HEADER_PROMISE = "the same Idempotency-Key header"
REFUSAL = "Refusal"


def sole_root(selection: Selection) -> Field | None:
    """The field whose value stands for the whole answer."""
    fields = selection.fields
    return fields[0] if len(fields) == 1 and not fields[0].conditional and not selection.has_typename else None


def sole_input(variables: Sequence[Variable]) -> str | None:
    """The name of the only variable, where its fields can stand for all variables."""
    only = variables[0] if len(variables) == 1 else None
    is_input = only is not None and only.type.kind is TypeKind.INPUT and only.type.item is None and only.required
    return only.name if only is not None and is_input else None


def outcome_of(root: Field | None) -> Outcome | None:
    """For a union of one payload and any number of refusals."""
    selection = root.selection if root is not None else None
    if selection is None or selection.type_kind is not TypeKind.UNION:
        return None
    refusals = tuple(name for name in selection.possible if name.endswith(REFUSAL))
    payloads = [name for name in selection.possible if name not in refusals]
    return Outcome(payloads[0], refusals) if refusals and len(payloads) == 1 else None


def idempotency_of(
    kind: OperationKind, root: Field | None, variables: Sequence[Variable], inputs: dict[str, InputType]
) -> IdempotencyPlace | None:
    """A mutation of several root fields is none that can be repeated: a key is for one of them."""
    if kind is not OperationKind.MUTATION:
        return None
    if root is None:
        return IdempotencyPlace.NONE
    name = sole_input(variables)
    taken = inputs[variables[0].type.name].fields if name is not None else ()
    if any(field.name == KEY_FIELD for field in taken):
        return IdempotencyPlace.INPUT
    return IdempotencyPlace.HEADER if HEADER_PROMISE in root.description else IdempotencyPlace.NONE


def live_of(kind: OperationKind, root: Field | None) -> Live | None:
    if kind is not OperationKind.SUBSCRIPTION:
        return None
    keys = {field.name: field.key for field in root.selection.fields} if root and root.selection else {}
    after = next((one.variable for one in root.arguments if one.name == "after"), None) if root else None
    can_resume = after is not None and "cursor" in keys
    return Live(after if can_resume else None, keys.get("cursor") if can_resume else None, keys.get("gap"))


def page_of(kind: OperationKind, selection: Selection, variables: Sequence[Variable]) -> Page | None:
    """The connection to page through; None where there is none or more than one."""
    if kind is not OperationKind.QUERY:
        return None
    nullable = {one.name for one in variables if one.type.nullable}
    found = list(_pages(selection, (), nullable))
    return found[0] if len(found) == 1 else None


def _pages(selection: Selection, path: tuple[str, ...], nullable: set[str]) -> Iterator[Page]:
    for field in selection.fields:
        if field.selection is None or field.type.item is not None or field.conditional:
            continue
        here = (*path, field.key)
        page = _page(field, here, nullable)
        if page is not None:
            yield page
        else:
            yield from _pages(field.selection, here, nullable)


def _page(field: Field, path: tuple[str, ...], nullable: set[str]) -> Page | None:
    given = {one.name: one.variable for one in field.arguments}
    after, inside = given.get("after"), field.selection
    if after is None or after not in nullable or inside is None:
        return None
    info, entry = _named(inside, "pageInfo"), _entry(inside)
    if info is None or info.selection is None or entry is None:
        return None
    can_go_on = all(_named(info.selection, key) for key in ("hasNextPage", "endCursor"))
    entries, node = entry
    if not can_go_on or node.selection is None:
        return None
    return Page(path, given.get("first"), after, entries, node.type.item or node.type, node.selection)


def _entry(connection: Selection) -> tuple[tuple[str, ...], Field] | None:
    """The keys to the entries and the field that holds one or all of them."""
    nodes, edges = _named(connection, "nodes"), _named(connection, "edges")
    if nodes is not None:
        return ("nodes",), nodes
    node = _named(edges.selection, "node") if edges is not None and edges.selection is not None else None
    return (("edges", "node"), node) if node is not None else None


def _named(selection: Selection, name: str) -> Field | None:
    """The field, where it is selected under its own name and always there."""
    fields = (one for one in selection.fields if one.name == name == one.key and not one.conditional)
    return next(fields, None)
