"""What every object with a life has: version, instants, actions and history."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from domain import states as domain
from domain.history import HistoryEntry
from domain.refusals import RefusalCode
from resolvers import history as resolve
from resolvers.context import Context
from schema.connections import computed, connection, one
from schema.shapes import Node, plain, shows

if TYPE_CHECKING:
    from schema.api_keys import ApiKey
    from schema.organizations import Organization
    from schema.users import User

# Organizations, people and keys have a life themselves, so their modules need this one first.
_ORGANIZATION: Any = Annotated["Organization", strawberry.lazy("schema.organizations")]
_USER: Any = Annotated["User", strawberry.lazy("schema.users")]
_API_KEY: Any = Annotated["ApiKey", strawberry.lazy("schema.api_keys")]


@shows(domain.AvailableAction, "A mutation that exists for this object, and whether the viewer may use it now.")
class AvailableAction:
    action: str = plain("The name of the mutation.")
    allowed: bool = plain("Whether it would be accepted in this state from this viewer.")
    reason: RefusalCode | None = plain("The code of the refusal it would get; null when allowed.")


@shows(HistoryEntry, "A change of status.")
class StatusChange:
    action: str = plain("The mutation that made it, or a name of the system's own act.")
    was: str | None = computed(resolve.WAS, str | None, "The state before; null at the beginning.", name="from")
    now: str = plain("The state after.", name="to")
    at: datetime = plain("When it happened.")
    actor_kind: str = plain("USER, API_KEY, APP or SYSTEM.")
    user = one(resolve.USER, _USER, "The person, for those who may know them.")
    api_key = one(resolve.API_KEY, _API_KEY, "The key that a program did it with, for those who may see it.")
    organization = one(resolve.ORGANIZATION, _ORGANIZATION, "For whom they acted.")


@strawberry.interface(description="An object with a life: its actions come from the table that guards the mutations.")
class Stateful(Node):
    version: int = plain("Counts the committed changes, from 1; send it as expectedVersion.")
    created_at: datetime = plain("When it came to exist.")
    updated_at: datetime = plain("When it last changed.")
    history = connection(resolve.LIST, StatusChange, "Its changes of status, oldest first.")

    @strawberry.field(description="What the viewer may do with it now.")
    def available_actions(self, info: strawberry.Info[Context, None]) -> list[AvailableAction]:
        return list(self.available_actions(info.context.viewer))
