"""Push: what devices show, and the service that carries it there. The one of the sandbox leaves it in a folder."""

import asyncio
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Protocol

from domain.ids import new_id
from domain.outside import require_no_open_unit


@dataclass(frozen=True, slots=True, kw_only=True)
class PushMessage:
    """What one device is asked to show. A later message with the same `key` takes the place of the former."""

    token: str = field(repr=False)
    platform: str
    key: str
    title: str
    text: str
    badge: int
    """How many notifications are unread."""


class DeviceGone(RuntimeError):
    """The service knows no such device any more: its token is forgotten."""


class NoPusher(RuntimeError):
    """There is no push service here."""


class Pusher(Protocol):
    """Carries messages to devices. Raises DeviceGone, and anything else when it cannot: it is tried again later."""

    async def push(self, message: PushMessage) -> None: ...


class FolderPush:
    """Leaves each message as a JSON file that only its owner can read. Tokens that begin with `gone` are unknown."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def push(self, message: PushMessage) -> None:
        if message.token.startswith("gone"):
            raise DeviceGone
        await asyncio.to_thread(self._write, json.dumps(asdict(message), ensure_ascii=False).encode())

    def _write(self, content: bytes) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = self._folder / f"{new_id().hex}.json"
        unfinished = file.with_suffix(".part")
        unfinished.touch(mode=0o600)
        unfinished.write_bytes(content)
        unfinished.rename(file)


@dataclass(slots=True)
class _Process:
    pusher: Pusher | None = None


_process = _Process()


def use_pusher(pusher: Pusher | None) -> None:
    """Says once, where a process starts, how its push messages travel; None: not at all."""
    _process.pusher = pusher


async def push(message: PushMessage) -> None:
    require_no_open_unit()
    if _process.pusher is None:
        raise NoPusher("there is no push service")
    await _process.pusher.push(message)
