"""Mail: letters to people, and the mailer that carries them. The default one leaves them in a folder."""

import asyncio
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import localtime
from pathlib import Path
from typing import Protocol

from domain.ids import new_id
from domain.outside import require_no_open_unit

SENDER = Address("Milepost", addr_spec="no-reply@milepost.example")


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail in plain text to one address. The text may hold a token: it is never logged."""

    to: str
    subject: str
    text: str

    def message(self) -> EmailMessage:
        message = EmailMessage(policy=SMTP)
        message["From"] = SENDER
        message["To"] = Address(addr_spec=self.to)
        message["Date"] = localtime()
        message["Subject"] = self.subject
        message["Message-ID"] = f"<{new_id()}@{SENDER.domain}>"
        message.set_content(self.text)
        return message


class Mailer(Protocol):
    """Carries letters away; raises when it cannot, and the caller tries again later."""

    async def carry(self, letter: Letter) -> None: ...


class FolderMail:
    """Leaves each letter as an .eml file that only its owner can read, complete as soon as it has its name."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def carry(self, letter: Letter) -> None:
        await asyncio.to_thread(self._write, letter.message().as_bytes())

    def _write(self, content: bytes) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = self._folder / f"{new_id().hex}.eml"
        unfinished = file.with_suffix(".part")
        unfinished.touch(mode=0o600)
        unfinished.write_bytes(content)
        unfinished.rename(file)


class NoMailer(RuntimeError):
    """The process sends mail without having said how."""


@dataclass(slots=True)
class _Process:
    mailer: Mailer | None = None


_process = _Process()


def use_mailer(mailer: Mailer) -> None:
    """Says once, where a process starts, how its mail travels."""
    _process.mailer = mailer


async def send(letter: Letter) -> None:
    require_no_open_unit()
    if _process.mailer is None:
        raise NoMailer("call use_mailer() before sending mail")
    await _process.mailer.carry(letter)
