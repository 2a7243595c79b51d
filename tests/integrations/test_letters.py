"""The one layout of all letters: what people have written stays text, and only our own addresses become links."""

from email.message import EmailMessage

from integrations.letters import written
from integrations.mail import SENDER, Letter
from integrations.return_pages import address_in_use

ATTACK = '<img src=x onerror="alert(1)"> </p><script>alert(2)</script> {{ 7 * 7 }}'


def test_what_people_have_written_is_text_in_html_too() -> None:
    letter = written(ATTACK, f"Joined: {ATTACK}\n")
    assert "<script" not in letter.html
    assert "<img" not in letter.html
    assert letter.html.count("&lt;script&gt;alert(2)&lt;/script&gt; {{ 7 * 7 }}") == 3
    assert letter.text == f"Joined: {ATTACK}\n"


def test_only_our_own_addresses_become_links() -> None:
    ours = f"{address_in_use()}/checkout/1?proof=a&b=c"
    letter = written("Hello", f"Pay here: {ours}\nNot there: {address_in_use()}.evil.example/x https://evil.example\n")
    assert letter.html.count("<a ") == 1
    shown = ours.replace("&", "&amp;")
    assert f'<a href="{shown}" style="color: #0b5cad">{shown}</a><br>Not there: ' in letter.html


def test_paragraphs_and_lines_stay_what_they_are() -> None:
    letter = written("Hello", "One\nTwo\n\nThree\n")
    assert "One<br>Two</p>" in letter.html
    assert ">Three</p>" in letter.html


def test_a_token_on_its_own_line_can_be_copied_as_a_whole() -> None:
    token = "a" * 43
    assert f">{token}</code></p>" in written("Hello", f"Use this:\n\n{token}\n").html
    assert "<code" not in written("Hello", f"The name {token} is not alone.\n").html


def test_a_letter_that_can_be_ended_says_how_to_programs_and_people() -> None:
    page = f"{address_in_use()}/unsubscribe?proof=a"
    message = Letter("ada@example.com", "Hello", "Text\n", page).message(SENDER)
    assert message["List-Unsubscribe"] == f"<{page}>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    plain, html = (part.get_content() for part in message.iter_parts() if isinstance(part, EmailMessage))
    assert page in plain
    assert f'<a href="{page}"' in html


def test_other_letters_offer_no_end() -> None:
    message = Letter("ada@example.com", "Hello", "Text\n").message(SENDER)
    assert message["List-Unsubscribe"] is None
    assert "No more mail" not in message.as_string()
