"""Generated documents say what the code does."""

from pathlib import Path

from server.states import states_document

DOCS = Path(__file__).parents[1] / "docs"


def test_the_checked_in_state_diagrams_are_those_of_the_code() -> None:
    text = (DOCS / "states.md").read_text()
    assert text == states_document(), "run `python -m server states` and commit docs/states.md"


def test_a_diagram_shows_where_a_life_begins_and_ends() -> None:
    gig = states_document().partition("## Gig\n")[2].partition("## ")[0]
    assert "[*] --> DRAFT\n" in gig
    assert "DRAFT --> OPEN: publishGig\n" in gig
    assert "EXPIRED --> [*]\n" in gig
    assert "| `takeDownGig` | DRAFT, OPEN, PAUSED | CANCELLED | staff | `staff:moderation` |" in gig
