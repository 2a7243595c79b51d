"""What the simulator tells by itself: each change is an event, and reaches Milepost as its settings and tokens say."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from domain.simulator_settings import SimulatorSettings
from integrations.provider_events import SubjectKind
from integrations.simulator.books import Books
from integrations.simulator.chances import Lot
from integrations.simulator.tokens import Courier

LATE = timedelta(hours=1)
"""How late a webhook is that is late, and after how long one that got lost is sent again."""
OVERTAKEN = timedelta(minutes=1)
"""How late a webhook is that comes after what happened later."""

_NAMESPACE = UUID("7d0a8b52-6a60-4d0e-9a0f-2b0d7f1f4c11")
_EVENT = """
INSERT INTO simulator_events (id, type, kind, key, provider_id, at) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT DO NOTHING
"""
_DELIVERY = "INSERT INTO simulator_deliveries (event_id, due_at, is_forged) VALUES ($1, $2, $3)"
_NEWEST = "SELECT id FROM simulator_events WHERE provider_id = $1 AND at <= $2 ORDER BY at DESC, id LIMIT 1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What an event is about, and how it is told."""

    kind: SubjectKind
    provider_id: str
    key: UUID | None
    lot: Lot
    courier: Courier = Courier.CHANCE


@dataclass(frozen=True, slots=True)
class Planned:
    """One webhook on its way."""

    due_at: datetime
    is_forged: bool = False


async def tell(books: Books, subject: Subject, verb: str) -> None:
    """Writes down what has happened, and sends it on its way."""
    type_ = f"{subject.kind.value.lower()}.{verb}"
    event_id = f"sim_evt_{uuid5(_NAMESPACE, f'{subject.provider_id} {type_} {books.at.isoformat()}').hex}"
    about = (subject.kind.value, subject.key, subject.provider_id, books.at)
    await books.db.execute(_EVENT, event_id, type_, *about)
    for planned in journeys(books.settings, subject, type_, books.at):
        await books.db.execute(_DELIVERY, event_id, planned.due_at, planned.is_forged)


def journeys(settings: SimulatorSettings, subject: Subject, type_: str, at: datetime) -> list[Planned]:
    """The webhooks of an event: none, one or several."""
    if subject.courier is Courier.LOST:
        return []
    if subject.courier is Courier.TWICE:
        return [Planned(at), Planned(at)]
    if subject.courier is Courier.LATE:
        return [Planned(at + LATE)]
    lot = subject.lot
    due_at = at + timedelta(seconds=lot.number(f"{type_} delay", settings.delay_seconds + 1))
    if lot.comes(f"{type_} reorder", settings.reorder_bps):
        due_at += OVERTAKEN
    if lot.comes(f"{type_} drop", settings.drop_bps):
        due_at += LATE
    planned = [Planned(due_at)]
    if lot.comes(f"{type_} duplicate", settings.duplicate_bps):
        planned.append(Planned(due_at))
    if lot.comes(f"{type_} forge", settings.forge_bps):
        planned.insert(0, Planned(at, is_forged=True))
    return planned


async def send_newest(books: Books, provider_id: str, *, is_forged: bool) -> bool:
    """Sends what was told last of an object once more, or a forgery of it; False where nothing was told yet."""
    newest = await books.db.fetchval(_NEWEST, provider_id, books.at)
    if newest is not None:
        await books.db.execute(_DELIVERY, newest, books.at, is_forged)
    return newest is not None
