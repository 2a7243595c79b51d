"""Showing domain objects: the Node interface, and the decorator that binds an API type to the class it shows."""

from collections.abc import Callable
from typing import Any, TypeVar

import strawberry
from strawberry.scalars import ID

from schema.ids import global_id

T = TypeVar("T", bound=type)

SHOWS = "__shows__"
"""Where an API type keeps the class it shows, for the test that checks the two against each other."""


@strawberry.interface(description="Everything with an id. Fetch any of them with node(id) or nodes(ids).")
class Node:
    @strawberry.field(description="Opaque and never reused; the part before the underscore names the type.")
    def id(self, info: strawberry.Info) -> ID:
        type_name = info.path.typename or ""
        return ID(global_id(type_name, self.id))


def plain(description: str, graphql_type: Any = None, name: str | None = None) -> Any:
    """A field read from the shown object's attribute of the same name."""
    return strawberry.field(description=description, graphql_type=graphql_type, name=name)


def shows(shown: type, description: str) -> Callable[[T], T]:
    """Makes a class the API type of a domain class: resolvers return domain objects, the API type only shows them."""

    def decorate(api_type: T) -> T:
        def is_type_of(cls: type, obj: object, info: object) -> bool:
            return isinstance(obj, shown)

        setattr(api_type, "is_type_of", classmethod(is_type_of))
        setattr(api_type, SHOWS, shown)
        return strawberry.type(api_type, description=description)

    return decorate
