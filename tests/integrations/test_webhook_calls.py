"""Posting webhooks: real servers count who connects, those outside and those that must never be reached.

For these tests 127.0.0.1 is the internet, and everything else on this machine is what lies inside.
"""

import ssl
from collections.abc import Sequence
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest

from domain.webhook_deliveries import Answer
from integrations.public_addresses import Address, Guard
from integrations.webhook_calls import post
from tests.makers.receivers import Receiver, certified, receiving

OUTSIDE, INSIDE = "127.0.0.1", "127.0.0.2"
NAME = "hooks.example.com"


class Names:
    """A server of names that says something else each time, and counts how often it is asked."""

    def __init__(self, *answers: str) -> None:
        self.answers, self.asked = list(answers), 0

    async def resolve(self, host: str, port: int) -> Sequence[Address]:
        said = self.answers[min(self.asked, len(self.answers) - 1)]
        self.asked += 1
        return [ip_address(one) for one in said.split()]


def guarded(receiver: Receiver, names: Names) -> Guard:
    return Guard(resolve=names.resolve, is_open=lambda address: str(address) == OUTSIDE, ports=[receiver.port])


async def posted(receiver: Receiver, names: Names, tls: ssl.SSLContext, **more: float) -> Answer:
    url = f"https://{NAME}:{receiver.port}/hooks?a=b"
    return await post(url, {"webhook-id": "evt_1"}, b"{}", guard=guarded(receiver, names), tls=tls, **more)


async def test_the_checked_number_is_called_by_the_name_whose_certificate_is_wanted(tmp_path: Path) -> None:
    shown, trusted = certified(NAME, tmp_path)
    async with receiving(tls=shown) as receiver:
        answer = await posted(receiver, Names(OUTSIDE), trusted)
    assert (answer.status_code, answer.excerpt, answer.error) == (200, "thanks", None)
    heard = receiver.heard[0]
    assert (heard.path, heard.headers["host"]) == ("/hooks?a=b", f"{NAME}:{receiver.port}")
    assert (heard.headers["webhook-id"], heard.body) == ("evt_1", b"{}")


async def test_a_certificate_of_another_name_is_not_trusted(tmp_path: Path) -> None:
    shown, trusted = certified("other.example.com", tmp_path)
    async with receiving(tls=shown) as receiver:
        answer = await posted(receiver, Names(OUTSIDE), trusted)
    assert answer.status_code is None
    assert "certificate verify failed" in (answer.error or "")
    assert receiver.heard == []


async def test_a_name_that_stands_for_something_inside_is_not_called(tmp_path: Path) -> None:
    shown, trusted = certified(NAME, tmp_path)
    async with receiving(INSIDE, tls=shown) as inside:
        for said in (INSIDE, f"{OUTSIDE} {INSIDE}", f"{INSIDE} {OUTSIDE}"):
            answer = await posted(inside, Names(said), trusted)
            assert answer.is_blocked
            assert answer.error == f"{NAME} stands for no public address of the internet."
    assert inside.connections == 0


async def test_a_name_that_changes_between_the_check_and_the_call_reaches_nothing_inside(tmp_path: Path) -> None:
    shown, trusted = certified(NAME, tmp_path)
    names = Names(OUTSIDE, INSIDE)
    async with receiving(tls=shown) as outside, receiving(INSIDE, outside.port, tls=shown) as inside:
        first = await posted(outside, names, trusted)
        assert (first.status_code, names.asked) == (200, 1), "what was checked is called, and nobody asks again"
        second = await posted(outside, names, trusted)
        assert (second.is_blocked, names.asked) == (True, 2)
    assert (outside.connections, inside.connections) == (1, 0)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirects_are_answers_and_nobody_follows_them(tmp_path: Path, status: int) -> None:
    shown, trusted = certified(NAME, tmp_path)
    async with receiving(tls=shown) as outside, receiving(INSIDE) as inside:
        for where in (f"http://{INSIDE}:{inside.port}/", "http://169.254.169.254/latest/meta-data/"):
            outside.status, outside.headers = status, {"location": where}
            answer = await posted(outside, Names(OUTSIDE), trusted)
            assert (answer.status_code, answer.error) == (status, None)
    assert (outside.connections, inside.connections) == (2, 0)


async def test_proxies_that_the_environment_names_are_not_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown, trusted = certified(NAME, tmp_path)
    async with receiving(tls=shown) as outside, receiving(INSIDE) as proxy:
        for variable in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
            monkeypatch.setenv(variable, f"http://{INSIDE}:{proxy.port}")
        answer = await posted(outside, Names(OUTSIDE), trusted)
    assert (answer.status_code, outside.connections, proxy.connections) == (200, 1, 0)


async def test_the_next_address_is_called_where_one_does_not_answer(tmp_path: Path) -> None:
    shown, trusted = certified(NAME, tmp_path)
    async with receiving(tls=shown) as outside:
        guard = Guard(resolve=Names(f"{OUTSIDE} ::1").resolve, is_open=lambda one: True, ports=[outside.port])
        answer = await post(f"https://{NAME}:{outside.port}/", {}, b"", guard=guard, tls=trusted)
        assert answer.status_code == 200
        swapped = Guard(resolve=Names(f"127.0.0.3 {OUTSIDE}").resolve, is_open=lambda one: True, ports=[outside.port])
        answer = await post(f"https://{NAME}:{outside.port}/", {}, b"", guard=swapped, tls=trusted)
    assert (answer.status_code, outside.connections) == (200, 2)


async def test_silence_ends(tmp_path: Path) -> None:
    shown, trusted = certified(NAME, tmp_path)
    async with receiving(tls=shown) as outside:
        outside.released.clear()
        answer = await posted(outside, Names(OUTSIDE), trusted, seconds=0.5)
    assert (answer.status_code, answer.error) == (None, "There was no answer within 0.5 seconds.")
    assert not answer.is_blocked


async def test_only_the_beginning_of_an_answer_is_kept(tmp_path: Path) -> None:
    shown, trusted = certified(NAME, tmp_path)
    async with receiving(tls=shown) as outside:
        outside.status, outside.says = 500, b"\x00" + "é".encode() * 100_000
        long = await posted(outside, Names(OUTSIDE), trusted)
        outside.says = b"\xff" * 3000
        unreadable = await posted(outside, Names(OUTSIDE), trusted)
    assert long.excerpt is not None
    assert (set(long.excerpt), len(long.excerpt.encode())) == ({"é"}, 2046)
    assert unreadable.excerpt is not None
    assert len(unreadable.excerpt.encode()) <= 2048


@pytest.mark.parametrize(("said", "seconds"), [("120", 120), ("0", 0), ("soon", None), ("-5", None), ("9" * 40, None)])
async def test_it_is_told_when_to_come_again(tmp_path: Path, said: str, seconds: int | None) -> None:
    shown, trusted = certified(NAME, tmp_path)
    async with receiving(tls=shown) as outside:
        outside.status, outside.headers = 429, {"retry-after": said}
        answer = await posted(outside, Names(OUTSIDE), trusted)
    assert answer.retry_after == (None if seconds is None else timedelta(seconds=seconds))
