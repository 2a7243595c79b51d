"""Names that people give things are no markup, no headers and no templates, wherever they are told."""

from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest

from integrations.mail import use_mailer
from tests.makers.notifications import choose, make_proposed, told
from tests.notifications.test_sending import Refusing
from tests.world import World

ATTACK = '<script>alert("x")</script>{0.__class__}{{ 7 * 7 }}'


def html_of(world: World, to: str) -> str:
    files = sorted(world.mail_folder.glob("*.eml"))
    sent = [message_from_bytes(file.read_bytes(), policy=default) for file in files]
    [letter] = [one for one in sent if one["To"] == to]
    body = letter.get_body(("html",))
    assert isinstance(body, EmailMessage)
    return str(body.get_content())


@pytest.mark.parametrize("mode", ["INSTANT", "DIGEST"])
async def test_a_title_is_text_in_every_letter(world: World, mode: str) -> None:
    client, freelancer = await world.client_side(), await world.freelancer_side("Eve <img src=x>")
    await choose(client, "WORK", "EMAIL", mode)
    await make_proposed(world, client, freelancer, ATTACK)
    [one] = await told(client)
    assert one["title"] == f"A proposal for {ATTACK}"
    world.clock.advance(timedelta(days=1))
    await world.settle()
    html = html_of(world, client.email)
    assert "<script" not in html
    assert "<img" not in html
    assert "&lt;script&gt;alert(&#34;x&#34;)&lt;/script&gt;{0.__class__}{{ 7 * 7 }}" in html


async def test_logs_name_nobody_when_mail_fails(world: World, caplog: pytest.LogCaptureFixture) -> None:
    use_mailer(Refusing(OSError("no route to ada@example.com")))
    client = await world.client_side()
    await make_proposed(world, client, await world.freelancer_side(), "A secret")
    logged = caplog.text
    assert "a notification could not be sent by EMAIL: OSError" in logged
    assert "ada@" not in logged
    assert client.email not in logged
    assert "A secret" not in logged
