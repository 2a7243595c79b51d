"""Who is told of which event, and in which words: what the tables of stories are made of."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from string import Formatter
from typing import Any
from uuid import UUID

from domain.notifications import NotificationCategory
from domain.permissions import Permission


@dataclass(frozen=True, slots=True)
class Members:
    """The members of an organization who hold a permission. `organization` is the attribute with its id."""

    organization: str
    permission: Permission | Callable[[Any], Permission]
    """Or what finds it in the object."""

    def permission_for(self, subject: Any) -> Permission:
        return self.permission if isinstance(self.permission, Permission) else self.permission(subject)


@dataclass(frozen=True, slots=True)
class Person:
    """The one person whose id that attribute has; `organization` is the one it concerns, where it concerns any."""

    user: str
    organization: str | None = None


@dataclass(frozen=True, slots=True)
class Doer:
    """Whoever did it, for what people do to their own account; the object may be gone by now."""

    organization: None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What an audience is told of a type of event. Texts name facts in braces: see persistence/notification_facts.py.

    The title goes into subjects of mails and onto locked screens: it holds no amounts and nothing confidential.
    """

    category: NotificationCategory
    to: Members | Person | Doer
    title: str
    text: str
    has_letter: bool = False
    """A letter of its own goes out already, so that no mail repeats it."""
    while_true: Callable[[Any], bool] = lambda subject: True
    """Whether there still is something to tell, asked of the object as it is when it is told."""

    @property
    def facts(self) -> frozenset[str]:
        """What its texts name."""
        parsed = (*Formatter().parse(self.title), *Formatter().parse(self.text))
        return frozenset(name for _, name, _, _ in parsed if name is not None)

    def told(self, facts: Mapping[str, str]) -> tuple[str, str]:
        """Title and text. The title is one line, whatever the facts are."""
        title = " ".join(self.title.format_map(facts).split())
        return title[:MAX_TITLE], self.text.format_map(facts)


MAX_TITLE = 200

Stories = Mapping[type[Any], Mapping[str, tuple[Story, ...]]]
"""By the class of the event's subject and the type of the event."""


def organization_of(story: Story, subject: Any) -> UUID | None:
    """For whom the audience is told it."""
    attribute = story.to.organization
    return None if attribute is None else getattr(subject, attribute)
