"""Available actions of objects whose surroundings have a say as well: their own table first, then the rest."""

from collections.abc import Callable, Iterable, Iterator

from domain.refusals import Refused
from domain.states import AvailableAction


def narrowed(own: Iterable[AvailableAction], check: Callable[[str], None]) -> Iterator[AvailableAction]:
    """What the object's own table says, less what the further check refuses."""
    for one in own:
        try:
            check(one.action)
        except Refused as refusal:
            yield AvailableAction(one.action, False, refusal.code)
        else:
            yield one
