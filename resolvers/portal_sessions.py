"""The billing portal: a link that shows once what an organization is billed for."""

from typing import Any

from domain.refusals import invalid
from integrations.return_pages import portal_page_of
from persistence import portal_sessions
from persistence.unit import Unit
from resolvers.context import Context
from resolvers.mutations import Changed
from resolvers.return_urls import NOT_HOME, is_allowed


async def check_return(context: Context, *, return_url: str) -> dict[str, Any]:
    """Refuses INVALID to send a browser to where this platform does not call home."""
    if not is_allowed(return_url, context.platform):
        raise invalid(NOT_HOME, "returnUrl")
    return {"return_url": return_url}


async def create_portal_session(db: Unit, *, return_url: str) -> Changed:
    session, secret = await portal_sessions.ask(db, return_url)
    return Changed(url=portal_page_of(secret), expires_at=session.expires_at)
