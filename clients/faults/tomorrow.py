"""A server of tomorrow: executes the documents of today's clients against today's schema with additions."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Self

from graphql import GraphQLError, GraphQLSchema, build_schema, extend_schema, graphql, parse

SDL = Path(__file__).parents[2] / "schema" / "schema.graphql"


class NoSchema(Exception):
    """The additions do not fit today's schema."""


@dataclass(frozen=True, slots=True)
class Tomorrow:
    """Answers with plain data: a field reads its key, what is not there is null, `__typename` says which type."""

    schema: GraphQLSchema
    data: dict[str, Any]

    @classmethod
    def of(cls, additions: str, data: dict[str, Any]) -> Self:
        try:
            return cls(extend_schema(_today(), parse(additions)) if additions else _today(), data)
        except (GraphQLError, TypeError) as error:
            raise NoSchema(str(error)) from error

    async def execute(self, body: dict[str, Any]) -> dict[str, Any]:
        result = await graphql(
            self.schema,
            body["query"],
            root_value=self.data,
            variable_values=body.get("variables"),
            operation_name=body.get("operationName"),
            type_resolver=lambda value, info, kind: value["__typename"],
        )
        return dict(result.formatted)


@cache
def _today() -> GraphQLSchema:
    return build_schema(SDL.read_text(), assume_valid=True)
