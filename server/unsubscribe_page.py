"""GET and POST /unsubscribe/{user}/{what}: ends mail about something, for whoever holds a letter's proof (RFC 8058)."""

from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from domain.notification_letters import DAILY
from integrations.unsubscribe_pages import may_unsubscribe
from jobs.notifications import unsubscribe
from resolvers.context import Platform
from server.plain_pages import hex_id, no_page, page

_PATH = "/unsubscribe/{user}/{what}"


def unsubscribe_routes(platform: Platform) -> list[BaseRoute]:
    async def ask(request: Request) -> Response:
        """Looking changes nothing: programs look at all links of a mail."""
        if _proved(request) is None:
            return no_page()
        button = '\n<form method="post"><button>No more mail like this</button></form>'
        return page("No more mail?", f"You will get no more mail about {_named(request)}.", more=button, has_form=True)

    async def end(request: Request) -> Response:
        """By the button, or by a mail program in one click; a repeat changes nothing more."""
        user_id = _proved(request)
        if user_id is None or not await unsubscribe(
            platform.database, user_id, request.path_params["what"], platform.now()
        ):
            return no_page()
        return page(
            "Done", f"You get no more mail about {_named(request)}. setNotificationPreference changes that again."
        )

    return [Route(_PATH, ask), Route(_PATH, end, methods=["POST"])]


def _proved(request: Request) -> UUID | None:
    """Whose mail it is, for whoever holds the proof."""
    user_id, what = hex_id(request.path_params["user"]), request.path_params["what"]
    is_proved = user_id is not None and may_unsubscribe(user_id, what, request.query_params.get("proof", ""))
    return user_id if is_proved else None


def _named(request: Request) -> str:
    what: str = request.path_params["what"]
    return "what comes once a day" if what == DAILY else what.lower().replace("_", " ")
