"""The words around notifications that are mailed or pushed: one by itself, or a day's together."""

from collections.abc import Sequence
from dataclasses import dataclass

from domain.notifications import Notification

DAILY = "DAILY"
"""What is mailed once a day, where mail about it is ended."""
_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Words:
    """A heading and what follows."""

    title: str
    text: str


def words_of(one: Notification, count: int) -> Words:
    """`count` is for how many of the same kind it stands."""
    times = f"\n\nThis has happened {count} times." if count > 1 else ""
    return Words(one.title, f"{one.text}{times}\n")


def digest_of(several: Sequence[tuple[Notification, int]]) -> Words:
    """The first fifty in full; the others are there in the app."""
    total = sum(count for _, count in several)
    parts = [f"{one.title}{f' ({count} times)' if count > 1 else ''}\n{one.text}" for one, count in several[:_SHOWN]]
    if len(several) > _SHOWN:
        parts.append(f"And {len(several) - _SHOWN} more: see notifications.")
    return Words(f"{total} notification{'s' * (total != 1)} of the last day", "\n\n".join(parts) + "\n")
