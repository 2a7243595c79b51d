"""What explorer and reference are made from: the schema that is served, and examples of what one may ask it."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from graphql import GraphQLSchema

from schema.api import schema

if TYPE_CHECKING:
    from clients.reference.examples import Example

OPERATIONS = Path(__file__).parent.parent / "clients" / "operations"


@cache
def material() -> "tuple[GraphQLSchema, list[Example]]":
    """Read at the first request for either, so that starting takes no longer; it cannot be older than the code."""
    from clients.codegen.reading import read_api
    from clients.reference.examples import examples

    served = schema._schema
    return served, examples(served, read_api(served, OPERATIONS))
