"""Ending mail with one click, from a letter: by a person on a page, or by a mail program (RFC 8058)."""

from html import escape

from domain.notification_letters import DAILY
from integrations.return_pages import address_in_use
from integrations.unsubscribe_pages import unsubscribe_page_of
from tests.makers.identity import letters
from tests.makers.notifications import choose, make_proposed, make_told
from tests.world import Person, World

MODES = "{ notificationPreferences { choices { category channel mode } } }"


async def mode(person: Person, category: str, channel: str = "EMAIL") -> str:
    choices = (await person.ask(MODES))["notificationPreferences"]["choices"]
    [found] = [one["mode"] for one in choices if (one["category"], one["channel"]) == (category, channel)]
    return str(found)


def path_of(page: str) -> str:
    return page.removeprefix(address_in_use())


async def test_a_mail_program_ends_mail_of_a_category_in_one_click_and_nothing_else(world: World) -> None:
    client = await make_told(world)
    [letter] = letters(world, client.email)
    path = path_of(str(letter["List-Unsubscribe"]).strip("<>"))
    answer = await world.client.http.post(path, data={"List-Unsubscribe": "One-Click"})
    assert (answer.status_code, "You get no more mail about work" in answer.text) == (200, True)
    assert [await mode(client, one) for one in ("WORK", "INVOICES")] == ["OFF", "INSTANT"]
    assert await mode(client, "WORK", "PUSH") == "INSTANT"
    await make_proposed(world, client, await world.freelancer_side(), "A poster")
    assert len(letters(world, client.email)) == 1


async def test_looking_at_the_page_changes_nothing(world: World) -> None:
    client = await world.client_side()
    answer = await world.client.http.get(path_of(unsubscribe_page_of(client.user_id, "WORK")))
    assert (answer.status_code, "<button>No more mail like this</button>" in answer.text) == (200, True)
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert await mode(client, "WORK") == "INSTANT"


async def test_what_comes_once_a_day_is_ended_as_a_whole(world: World) -> None:
    client = await world.client_side()
    await choose(client, "SECURITY", "EMAIL", "DIGEST")
    await world.client.http.post(path_of(unsubscribe_page_of(client.user_id, DAILY)))
    modes = {one: await mode(client, one) for one in ("MONEY", "BILLING", "TEAM", "WORK", "SECURITY")}
    assert modes == {"MONEY": "OFF", "BILLING": "OFF", "TEAM": "OFF", "WORK": "INSTANT", "SECURITY": "DIGEST"}


async def test_only_a_letters_proof_opens_the_page_and_for_nothing_else(world: World) -> None:
    client, other = await world.client_side(), await world.client_side("Southwind")
    page = path_of(unsubscribe_page_of(client.user_id, "WORK"))
    tried = [
        page[:-1],
        page.replace("/WORK", "/INVOICES"),
        page.replace(client.user_id.hex, other.user_id.hex),
        path_of(unsubscribe_page_of(client.user_id, "SECURITY")),
        path_of(unsubscribe_page_of(client.user_id, escape("<b>"))),
    ]
    assert {(await world.client.http.post(one)).status_code for one in tried} == {404}
    assert await mode(client, "SECURITY") == "INSTANT"
