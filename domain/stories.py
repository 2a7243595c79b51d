"""All that people are told, by the type of the event: the tables of the nouns as one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from domain.billing_stories import BILLING_STORIES
from domain.money_stories import MONEY_STORIES
from domain.notification_stories import Story
from domain.people_stories import PEOPLE_STORIES
from domain.work_stories import WORK_STORIES


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of one type of event, which happens to objects of that class."""

    about: type[Any]
    stories: tuple[Story, ...]


STORIES: Mapping[str, Told] = {
    event_type: Told(about, stories)
    for table in (WORK_STORIES, MONEY_STORIES, BILLING_STORIES, PEOPLE_STORIES)
    for about, by_type in table.items()
    for event_type, stories in by_type.items()
}
