"""Telling the audit log of what is read: by staff, in somebody else's place, or not at all for want of a permission."""

from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any
from uuid import UUID

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    get_operation_ast,
)
from strawberry.extensions import SchemaExtension

from domain.refusals import Refused
from resolvers.context import Context
from resolvers.readings import is_watched, write_down_denied, write_down_read
from schema.ids import read_any_id


async def before_reading(
    context: Context, document: DocumentNode, operation: OperationDefinitionNode, variables: Mapping[str, Any] | None
) -> None:
    """Writes down, once for a context, what is going to be read by somebody whose reading is watched."""
    if context.is_read_written_down or operation.operation is OperationType.MUTATION or not is_watched(context.viewer):
        return
    context.is_read_written_down = True
    await write_down_read(context, _root_fields(document, operation), _subject_of(variables))


class Readings(SchemaExtension):
    """Does so for what the ordinary executor runs, and afterwards tells of what it was not allowed to read."""

    async def on_execute(self) -> AsyncIterator[None]:
        execution = self.execution_context
        context, document = execution.context, execution.graphql_document
        operation = None if document is None else get_operation_ast(document, execution.operation_name)
        if not isinstance(context, Context) or document is None or operation is None:
            yield
            return
        await before_reading(context, document, operation, execution.variables)
        yield
        if context.denied:
            await write_down_denied(context, _root_fields(document, operation), _subject_of(execution.variables))


def _root_fields(document: DocumentNode, operation: OperationDefinitionNode) -> list[str]:
    """By their names in the schema: aliases are text that somebody wrote."""
    fragments = {one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)}
    return list(dict.fromkeys(_fields(operation.selection_set, fragments)))


def _fields(selection: SelectionSetNode, fragments: Mapping[str, FragmentDefinitionNode]) -> Iterator[str]:
    for one in selection.selections:
        if isinstance(one, FieldNode):
            yield one.name.value
        elif isinstance(one, InlineFragmentNode):
            yield from _fields(one.selection_set, fragments)
        elif isinstance(one, FragmentSpreadNode):
            yield from _fields(fragments[one.name.value].selection_set, fragments)


def _subject_of(variables: Mapping[str, Any] | None) -> tuple[str, UUID] | None:
    """The first object that the variables name."""
    for value in (variables or {}).values():
        if isinstance(value, str):
            try:
                return read_any_id(value)
            except Refused:
                continue
    return None
