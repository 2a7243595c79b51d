"""Letters in a folder."""

import stat
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from integrations.mail import FolderMail, Letter


async def test_a_letter_is_a_complete_file_for_its_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "some" / "mail"
    await FolderMail(folder).carry(Letter("ada@example.com", "Grüße aus Skopje", "Erste Zeile\nZweite: ž ¥ 😀\n"))
    (file,) = folder.iterdir()
    assert (file.suffix, stat.S_IMODE(file.stat().st_mode)) == (".eml", 0o600)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    letter = message_from_bytes(file.read_bytes(), policy=default)
    assert (letter["To"], letter["Subject"]) == ("ada@example.com", "Grüße aus Skopje")
    plain, html = letter.iter_parts()
    assert plain.get_content().splitlines() == ["Erste Zeile", "Zweite: ž ¥ 😀"]
    assert html.get_content_type() == "text/html"
    assert "Erste Zeile<br>Zweite: ž ¥ 😀</p>" in html.get_content()


async def test_letters_keep_their_order(tmp_path: Path) -> None:
    for number in range(5):
        await FolderMail(tmp_path).carry(Letter("ada@example.com", str(number), "Text\n"))
    letters = [message_from_bytes(file.read_bytes(), policy=default) for file in sorted(tmp_path.iterdir())]
    assert [letter["Subject"] for letter in letters] == ["0", "1", "2", "3", "4"]


async def test_a_subject_cannot_smuggle_a_header(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="line"):
        await FolderMail(tmp_path).carry(Letter("ada@example.com", "Hello\nBcc: eve@example.com", "Text\n"))
    assert list(tmp_path.iterdir()) == []
