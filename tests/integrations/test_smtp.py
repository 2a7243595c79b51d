"""Mail by SMTP, to a real server: encryption, certificates, passwords, and what is said when it does not work."""

import ssl
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from urllib.parse import quote

import pytest

from integrations.mail import SENDER, AddressRefused, CannotCarry, FolderMail, Letter, sender_of, use_mailer
from integrations.smtp import SmtpMail, SmtpServer
from tests.integrations.postbox import PASSWORD, USER, Postbox, certified, encrypted, plain, starting_tls
from tests.makers.identity import PASSWORD as LONG_ENOUGH
from tests.makers.identity import letters, sign_up_input, token_in
from tests.world import World

Serving = Callable[[ssl.SSLContext], AbstractAsyncContextManager[Postbox]]
LETTER = Letter("ada@example.com", "Grüße aus Skopje", "Erste Zeile\nZweite: ž ¥ 😀\n")


def _server(scheme: str, port: int, password: str = PASSWORD) -> SmtpServer:
    return SmtpServer.of(f"{scheme}://{USER}:{quote(password, safe='')}@127.0.0.1:{port}")


@pytest.mark.parametrize(("scheme", "serving"), [("smtps", encrypted), ("smtp", starting_tls)])
async def test_a_letter_is_handed_over_encrypted_to_a_server_that_is_known(
    tmp_path: Path, scheme: str, serving: Serving
) -> None:
    tls, authority = certified(tmp_path)
    async with serving(tls) as postbox:
        sender = sender_of("Northwind <post@northwind.example>")
        await SmtpMail(_server(scheme, postbox.port), sender, authority).carry(LETTER)
    (envelope,), (letter,) = postbox.envelopes, postbox.letters
    assert (envelope.mail_from, envelope.rcpt_tos) == ("post@northwind.example", ["ada@example.com"])
    assert (letter["From"], letter["To"]) == ("Northwind <post@northwind.example>", "ada@example.com")
    assert letter["Subject"] == "Grüße aus Skopje"
    plain, html = letter.iter_parts()
    assert plain.get_content().splitlines() == ["Erste Zeile", "Zweite: ž ¥ 😀"]
    assert "Zweite: ž ¥ 😀" in html.get_content()


@pytest.mark.parametrize(("scheme", "serving"), [("smtps", encrypted), ("smtp", starting_tls)])
async def test_a_server_that_nobody_vouches_for_gets_nothing(tmp_path: Path, scheme: str, serving: Serving) -> None:
    tls, _ = certified(tmp_path)
    async with serving(tls) as postbox:
        with pytest.raises(CannotCarry, match=f"127.0.0.1:{postbox.port} does not take mail: .*certificate"):
            await SmtpMail(_server(scheme, postbox.port)).carry(LETTER)
    assert postbox.envelopes == []


async def test_without_an_offer_of_encryption_nothing_is_said_in_clear() -> None:
    async with plain() as postbox:
        with pytest.raises(CannotCarry, match="STARTTLS"):
            await SmtpMail(_server("smtp", postbox.port)).carry(LETTER)
    assert postbox.envelopes == []


async def test_a_wrong_password_is_told_by_its_code(tmp_path: Path) -> None:
    tls, authority = certified(tmp_path)
    async with encrypted(tls) as postbox:
        with pytest.raises(CannotCarry, match="SMTPAuthenticationError 535"):
            await SmtpMail(_server("smtps", postbox.port, "wrong"), SENDER, authority).carry(LETTER)


async def test_what_a_server_refuses_does_not_repeat_the_address() -> None:
    async with plain() as postbox:
        mail = SmtpMail(SmtpServer.of(f"smtp+plain://127.0.0.1:{postbox.port}"))
        with pytest.raises(AddressRefused, match=r"it refuses the recipient with 550$"):
            await mail.carry(Letter("nobody@example.com", "Hello", "Text\n"))


async def test_a_server_that_is_not_there_is_named() -> None:
    async with plain() as postbox:
        port = postbox.port
    with pytest.raises(CannotCarry, match=f"127.0.0.1:{port} does not take mail: SMTPConnectError"):
        await SmtpMail(SmtpServer.of(f"smtp+plain://127.0.0.1:{port}")).carry(LETTER)


async def test_verification_and_reset_travel_by_smtp(world: World) -> None:
    anyone, email = world.caller(), "ada@example.com"
    async with plain() as postbox:
        use_mailer(SmtpMail(SmtpServer.of(f"smtp+plain://127.0.0.1:{postbox.port}")))
        await anyone.do("signUp", "accepted", **sign_up_input(email))
        await world.settle()
        await anyone.do("verifyEmail", "token", token=token_in(postbox.letters[-1]))
        await anyone.do("requestPasswordReset", "accepted", email=email)
        await world.settle()
        token = token_in(postbox.letters[-1])
    await anyone.do("resetPassword", "accepted", token=token, newPassword=f"{LONG_ENOUGH} more")
    assert [letter["Subject"] for letter in postbox.letters] == ["Verify your address", "Set another password"]
    assert letters(world) == []
    use_mailer(FolderMail(world.mail_folder))


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("mail.example.com", "takes smtps://"),
        ("https://mail.example.com", "takes smtps://"),
        ("smtp://", "takes smtps://"),
        ("smtp://mail.example.com/inbox", "takes smtps://"),
        ("smtp+plain://user:secret@mail.example.com", "sends no password without encryption"),
    ],
)
def test_what_is_no_mail_server_is_refused_and_why(url: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        SmtpServer.of(url)


@pytest.mark.parametrize(("url", "port"), [("smtps://a.example", 465), ("smtp://a.example", 587)])
def test_each_way_has_its_usual_port(url: str, port: int) -> None:
    assert SmtpServer.of(url).port == port


@pytest.mark.parametrize("text", ["", "nobody", "Milepost <>"])
def test_a_sender_needs_an_address(text: str) -> None:
    with pytest.raises(ValueError, match="takes an address"):
        sender_of(text)
