"""The callers of the matrix, what a rule gives each of them, and what an answer says about it."""

from dataclasses import dataclass
from enum import Enum
from typing import Any

from domain.actors import PERSON_WANTED
from domain.api_keys import SCOPES
from domain.permissions import Permission
from resolvers.guards import VERIFY_FIRST, Needs, OrApp, Rule, permissions_of
from tests.makers.apps import install, make_active_app, make_backend
from tests.makers.holders import holders_of
from tests.makers.identity import make_unverified
from tests.makers.keys import make_key
from tests.world import Caller, Person, World


class Verdict(Enum):
    """What comes of asking, as far as it depends on who asks and not on what about."""

    UNKNOWN = "UNAUTHENTICATED"
    DENIED = "FORBIDDEN"
    OPEN = "let through"


class Kind(Enum):
    """How somebody shows who they are."""

    NOTHING = "nothing"
    UNVERIFIED = "session, not verified"
    SESSION = "session"
    KEY = "API key"
    APP = "key of an app"


@dataclass(frozen=True, slots=True)
class Subject:
    """A caller, and what they hold."""

    name: str
    kind: Kind
    caller: Caller
    permissions: frozenset[Permission] = frozenset()

    def expects(self, rule: Rule, *, is_sensitive: bool = False) -> Verdict:
        if rule is Needs.ANYONE:
            return Verdict.OPEN
        if self.kind is Kind.NOTHING:
            return Verdict.UNKNOWN
        if is_sensitive and self.kind in (Kind.KEY, Kind.APP):
            return Verdict.DENIED
        return Verdict.OPEN if self._meets(rule) else Verdict.DENIED

    def _meets(self, rule: Rule) -> bool:
        if rule is Needs.SIGNED_IN:
            return self.kind in (Kind.UNVERIFIED, Kind.SESSION)
        if self.kind is Kind.UNVERIFIED:
            return False
        if rule is Needs.PERSON:
            return self.kind is Kind.SESSION
        if rule is Needs.VERIFIED:
            return True
        if isinstance(rule, Needs):
            return rule is Needs.APP and self.kind is Kind.APP
        if isinstance(rule, OrApp) and self.kind is Kind.APP:
            return True
        return not self.permissions.isdisjoint(permissions_of(rule))


async def subjects_of(world: World, owner: Person) -> list[Subject]:
    """Nobody, somebody in every role of that owner's organization and of the platform, programs of it, and an app."""
    holders = await holders_of(world, owner)
    every, one = await make_key(owner), await make_key(owner, Permission.ORG_READ.value)
    [reviewer] = [holder.caller for holder in holders if holder.name == "STAFF TRUST"]
    partner = await world.freelancer_side("Time tools Ltd")
    app = await make_active_app(partner, reviewer)
    await install(owner, app)
    return [
        Subject("nobody", Kind.NOTHING, world.caller()),
        Subject("unverified", Kind.UNVERIFIED, await make_unverified(world)),
        *(Subject(holder.name, Kind.SESSION, holder.caller, holder.permissions) for holder in holders),
        Subject("key with every scope", Kind.KEY, every, frozenset(SCOPES.values())),
        Subject("key with one scope", Kind.KEY, one, frozenset({Permission.ORG_READ})),
        Subject("app", Kind.APP, await make_backend(partner, app)),
    ]


_OF_THE_RULE = (
    VERIFY_FIRST,
    PERSON_WANTED,
    "This needs the permission",
    "This needs the scope",
    "This field needs the permission",
    "This is for apps",
)


def verdict(code: str | None, message: str) -> Verdict:
    """A FORBIDDEN that does not name the rule comes from beyond it: from the object, the side or the state."""
    if code == "UNAUTHENTICATED":
        return Verdict.UNKNOWN
    if code == "FORBIDDEN" and message.startswith(_OF_THE_RULE):
        return Verdict.DENIED
    return Verdict.OPEN


def verdict_of(body: dict[str, Any]) -> Verdict:
    """Of a whole answer with one root field."""
    if errors := body.get("errors"):
        return verdict(errors[0]["extensions"]["code"], errors[0]["message"])
    [result] = body["data"].values()
    return (
        verdict(result.get("code"), result["message"])
        if isinstance(result, dict) and "code" in result
        else Verdict.OPEN
    )
