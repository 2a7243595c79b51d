"""Mail: letters to people, and the mailer that carries them. The default one leaves them in a folder."""

import asyncio
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import localtime, parseaddr
from pathlib import Path
from typing import Protocol

from domain.ids import new_id
from domain.outside import require_no_open_unit
from integrations.letters import written

Sender = Address
SENDER = Sender("Milepost", addr_spec="no-reply@milepost.example")
"""Who writes, unless the settings say otherwise."""


def sender_of(text: str) -> Sender:
    """An address with or without a name: `Milepost <no-reply@example.com>`. Raises ValueError for anything else."""
    name, address = parseaddr(text)
    if "@" not in address:
        raise ValueError("takes an address, as Milepost <no-reply@example.com>")
    return Sender(name or SENDER.display_name, addr_spec=address)


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail to one address, written as plain text. The text may hold a token: it is never logged."""

    to: str
    subject: str
    text: str
    unsubscribe: str | None = None
    """Where one click ends such letters, for those that can be ended (RFC 8058)."""

    def message(self, sender: Sender) -> EmailMessage:
        message = EmailMessage(policy=SMTP)
        message["From"] = sender
        message["To"] = Address(addr_spec=self.to)
        message["Date"] = localtime()
        message["Subject"] = self.subject
        message["Message-ID"] = f"<{new_id()}@{sender.domain}>"
        if self.unsubscribe is not None:
            message["List-Unsubscribe"] = f"<{self.unsubscribe}>"
            message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        bodies = written(self.subject, self.text, self.unsubscribe)
        message.set_content(bodies.text)
        message.add_alternative(bodies.html, subtype="html")
        return message


class CannotCarry(RuntimeError):
    """The mail server does not take a letter now. Says why without the letter's address."""


class AddressRefused(CannotCarry):
    """Nobody is reached at that address, now or later."""


class Mailer(Protocol):
    """Carries letters away; raises when it cannot, and the caller tries again later."""

    async def carry(self, letter: Letter) -> None: ...


class FolderMail:
    """Leaves each letter as an .eml file that only its owner can read, complete as soon as it has its name."""

    def __init__(self, folder: Path, sender: Sender = SENDER) -> None:
        self._folder, self._sender = folder, sender

    async def carry(self, letter: Letter) -> None:
        await asyncio.to_thread(self._write, letter.message(self._sender).as_bytes())

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
