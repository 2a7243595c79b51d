"""The reference as a site: pages by their path, rendered when they are first asked for."""

import json
from collections.abc import Callable, Iterator
from html import escape
from pathlib import Path

from graphql import GraphQLSchema

from clients.coordinates import Member, members
from clients.reference.examples import Example
from clients.reference.grouping import Grouping
from clients.reference.markup import Links, first_sentence, frame
from clients.reference.pages import Pages
from clients.reference.schema_map import schema_map

ASSETS = Path(__file__).parent / "assets"
_INTRODUCTION = """<h1>Milepost reference</h1>
<p>Everything the API knows, page by page, made from the schema that this server runs. Each type, field and value has an
address of its own: follow the name to get it.</p>
<ul class="start">
<li><a href="/explorer">Open the explorer</a> to sign in and try any of it.</li>
<li><a href="/reference/map">Look at the map</a> to see how the nouns lead to each other.</li>
<li><a href="/reference/Refusal">Read about refusals</a>: what a mutation answers when it changes nothing.</li>
<li><a href="/schema.graphql">Take the schema</a> for your own tools.</li>
</ul>"""


class Reference:
    """All pages of one schema, with examples of how it is asked."""

    def __init__(self, schema: GraphQLSchema, examples: list[Example]) -> None:
        self._schema = schema
        self.grouping = Grouping(schema)
        self._links = Links(self.grouping)
        self._pages = Pages(self.grouping, examples)

    def render(self, path: str) -> str | None:
        """A whole page; the path is empty for the first one. None where there is no such page."""
        special: dict[str, tuple[str, Callable[[], str]]] = {
            "": ("Overview", self._overview),
            "map": ("Schema map", lambda: schema_map(self.grouping)),
            "deprecations": ("Deprecations", self._deprecations),
        }
        if path in special:
            title, write = special[path]
            return frame(self.grouping, title, write())
        page = self.grouping.pages.get(path)
        return None if page is None else frame(self.grouping, page.name, self._pages.page(page), page.name)

    def search_index(self) -> bytes:
        """Every coordinate with its page and the beginning of its description."""
        entries = [
            (one, self.grouping.page_of(one), first_sentence(what)[:120]) for one, what, _ in described(self._schema)
        ]
        return json.dumps(entries, separators=(",", ":"), ensure_ascii=False).encode()

    def _overview(self) -> str:
        cards = "".join(
            f'<li><a href="/reference/{page.name}"><strong>{page.name}</strong></a>'
            f"<span>{self._links.words(self._about(page.name))}</span></li>"
            for page in self.grouping.pages.values()
        )
        return f'{_INTRODUCTION}<h2>Pages</h2><ul class="cards">{cards}</ul>'

    def _about(self, page: str) -> str:
        type_ = self._schema.type_map.get(page)
        if type_ is not None:
            return first_sentence(type_.description)
        return ", ".join(one for one in self.grouping.pages[page].types[:4]) + " …"

    def _deprecations(self) -> str:
        old = [(one, reason) for one, _, reason in described(self._schema) if reason is not None]
        if not old:
            return "<h1>Deprecations</h1><p>Nothing is deprecated: everything in this reference is here to stay.</p>"
        items = "".join(f"<li>{self._links.to(one)}: {escape(reason)}</li>" for one, reason in old)
        return f"<h1>Deprecations</h1><p>Still served, and going away:</p><ul>{items}</ul>"


def described(schema: GraphQLSchema) -> Iterator[Member]:
    """Everything that has an address: all but arguments, which stand with their field, and the root types."""
    roots = [one.name for one in (schema.query_type, schema.mutation_type, schema.subscription_type) if one]
    return (one for one in members(schema) if "(" not in one.coordinate and one.coordinate not in roots)
