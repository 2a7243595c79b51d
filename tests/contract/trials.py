"""Documents tried with both executors: whether the answers are the same bytes, and what came of how many."""

import asyncio
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from domain.actors import Actor
from planner.edges import Connection, Source
from resolvers.nodes import SOURCES
from schema.ids import PREFIXES
from tests.contract.both_executors import GRAPHQL, Both
from tests.contract.busy_platform import Busy
from tests.contract.random_documents import Document, edge_of
from tests.contract.random_values import Known
from tests.world import World

VIEWERS = ("anonymous", "client", "freelancer", "staff")
MOST_OF_A_KIND = 40

_ID = re.compile(rb'"((?:%s)_[0-9a-f]{32})"' % "|".join(PREFIXES.values()).encode())
_MAY_NAME_MORE = ("sourceId", "subjectId", "samples", "payload")
"""Fields with ids of what the viewer need not be able to see: what caused a transfer, what an approval is about,
samples of broken rules, what a provider has sent."""


@dataclass(slots=True)
class Trial:
    """A pair is one document asked by one viewer."""

    both: Both
    visible: Mapping[str, set[bytes]]
    """The ids of all that each viewer may see, by the rules of visibility alone."""
    documents: int = 0
    pairs: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    """Why pairs ended in errors, which the ordinary executor tells."""
    ids: int = 0
    """How many ids in answers were found to be visible."""
    last_act: bytes = field(init=False)
    """The newest entry of the audit log when the trial began: what is denied meanwhile is written down there."""

    def __post_init__(self) -> None:
        self.last_act = max(one for ids in self.visible.values() for one in ids if one.startswith(b"aud_"))

    async def everybody(self, document: Document, viewers: Mapping[str, Actor]) -> bool:
        """Whether the document can be executed, in which case all viewers ask it."""
        refused = self.pairs["not executed"]
        for name in VIEWERS:
            await self.check(document, name, viewers[name])
            if self.pairs["not executed"] > refused:
                self.pairs["not executed"] = refused
                return False
        self.documents += 1
        return True

    async def check(self, document: Document, name: str, viewer: Actor) -> bytes | None:
        """The data, where the planner has answered: the very bytes of the ordinary executor."""
        said = name, document.text, document.variables
        try:
            data, errors = await self.both.ordinary(document.text, document.variables, viewer)
        except asyncio.CancelledError:
            # An error of one field may cancel a batch that another one waits for: then there is nothing to compare.
            self.pairs["cancelled"] += 1
            return None
        if any(error.path is None and error.original_error is None for error in errors):
            # Not valid, too large, or its variables do not fit: such an operation never comes to the planner.
            self.pairs["not executed"] += 1
            return None
        if any("statement timeout" in str(error.original_error) for error in errors):
            # On a busy machine what takes many statements may take too long: then there is nothing to compare either.
            self.pairs["too slow"] += 1
            return None
        planned = await self.both.planned(document.text, document.variables, viewer)
        if errors:
            assert planned is None, said
            self.pairs["with errors"] += 1
            self.errors[" and ".join(sorted({type(one.original_error).__name__ for one in errors}))] += 1
        elif planned is None:
            self.pairs["fell back"] += 1
        else:
            assert planned.body == data, said
            self.pairs["planned"] += 1
            self._visible_only(document, name, planned.body)
            return planned.body
        return None

    def _visible_only(self, document: Document, name: str, body: bytes) -> None:
        if not any(one in document.text for one in _MAY_NAME_MORE):
            named = {one for one in _ID.findall(body) if not one.startswith(b"aud_") or one <= self.last_act}
            assert named <= self.visible[name], (name, document.text, document.variables)
            self.ids += len(named)

    def __str__(self) -> str:
        planned, fell, pairs = self.pairs["planned"], self.pairs["fell back"], self.pairs.total()
        lines = (
            f"{self.documents} documents, {pairs} pairs of document and viewer: {dict(self.pairs)}",
            f"{fell} of {planned + fell} pairs without errors fell back ({fell / max(planned + fell, 1):.1%}),"
            f" {pairs - planned} of all ({1 - planned / max(pairs, 1):.1%})",
            f"errors: {dict(self.errors)}; the planner says: {dict(self.both.planner.fallbacks)}",
            f"{self.ids} ids in answers, all visible",
        )
        return "\n  ".join(lines)


async def known_of(world: World) -> Known:
    """Ids of every type, and objects of every list."""
    known = Known({})
    async with world.database.reader() as session:
        for name, source in SOURCES.items():
            rows = (await session.execute(select(source.table.c.id).limit(MOST_OF_A_KIND))).all()
            known.ids[PREFIXES[name]] = [f"{PREFIXES[name]}_{row[0].hex}" for row in rows]
        for source in _listed():
            known.objects[source.entity] = list(await session.scalars(select(source.entity).limit(MOST_OF_A_KIND)))
    return known


def _listed() -> list[Source]:
    kinds: Any = [one for one in GRAPHQL.type_map.values() if hasattr(one, "fields")]
    fields = [field for one in kinds for field in one.fields.values() if "strawberry-definition" in field.extensions]
    edges = [edge_of(one) for one in fields if hasattr(one, "args")]
    return [edge.target for edge in edges if isinstance(edge, Connection)]


async def visible_to(world: World, busy: Busy) -> dict[str, set[bytes]]:
    """The ids of all that each viewer may see, by the rules of visibility alone."""
    visible: dict[str, set[bytes]] = {}
    async with world.database.reader() as session:
        for viewer in VIEWERS:
            visible[viewer] = set()
            for name, source in SOURCES.items():
                seen = select(source.table.c.id).where(source.visible_to(busy.viewers[viewer]))
                rows = (await session.execute(seen)).all()
                visible[viewer] |= {f"{PREFIXES[name]}_{row[0].hex}".encode() for row in rows}
    return visible
