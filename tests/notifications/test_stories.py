"""The tables of what is told: every type of event exists, and every fact that a text names can be found."""

from dataclasses import fields

import pytest

from domain.event_types import EVENT_TYPES
from domain.notification_stories import MAX_TITLE, Doer, Person, Story
from domain.notifications import NotificationCategory
from domain.stories import STORIES
from jobs.notifications import notify
from jobs.reactions import REACTIONS, names_of
from persistence.notification_facts import LEADS, MOVED

OF_ONESELF = {
    "password.changed",
    "two_factor.enabled",
    "two_factor.disabled",
    "two_factor.codes_replaced",
    "session.reuse_detected",
    "impersonation.ended",
}
"""Events about a person alone, which no organization learns of."""

ALL = [(event_type, told.about, story) for event_type, told in STORIES.items() for story in told.stories]


def test_every_type_of_event_is_one_that_there_is() -> None:
    assert STORIES.keys() - EVENT_TYPES.keys() == OF_ONESELF


def test_whatever_is_told_follows_from_its_event() -> None:
    assert [one for one in STORIES if names_of(REACTIONS, one)[-1:] != [notify.__name__]] == []


@pytest.mark.parametrize(("event_type", "about", "story"), ALL)
def test_every_fact_of_a_text_can_be_found(event_type: str, about: type, story: Story) -> None:
    attributes = {one.name for one in fields(about)} | set(dir(about))
    told = set(EVENT_TYPES[event_type].data_schema["properties"]) if event_type in EVENT_TYPES else set()
    found = attributes | told
    if {"amountMinor", "currency"} <= told:
        found.add(MOVED)
    found |= {name for name, (attribute, _, _) in LEADS.items() if attribute in attributes}
    assert story.facts - found == set()
    if not isinstance(story.to, Doer):
        assert story.to.organization is None or story.to.organization in attributes
    if isinstance(story.to, Person):
        assert story.to.user in attributes


@pytest.mark.parametrize(("event_type", "about", "story"), ALL)
def test_subjects_of_mails_tell_no_amounts_and_no_addresses(event_type: str, about: type, story: Story) -> None:
    title = Story(category=story.category, to=story.to, title=story.title, text="").facts
    assert title <= LEADS.keys() | {"title", "number"}


def test_a_title_is_one_line_of_at_most_200_characters_whatever_people_are_called() -> None:
    story = Story(category=NotificationCategory.WORK, to=Doer(), title="Hello {owner}", text="{owner}")
    title, text = story.told({"owner": "Eve\r\nBcc: all@example.com {0.__class__}" + "x" * 300})
    assert title.startswith("Hello Eve Bcc: all@example.com {0.__class__}xxx")
    assert len(title) == MAX_TITLE
    assert text.startswith("Eve\r\n")


def test_categories_that_are_about_loss_are_told_of() -> None:
    told = {story.category for _, _, story in ALL}
    assert told == set(NotificationCategory)
