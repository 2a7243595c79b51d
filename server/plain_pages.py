"""Plain pages for browsers that pass through: a title, a sentence, no script."""

from html import escape
from uuid import UUID

from starlette.responses import HTMLResponse, PlainTextResponse, Response

from server.headers import PAGE

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action {forms}; frame-ancestors 'none'"
_HEADERS = PAGE | {"cache-control": "no-store", "referrer-policy": "no-referrer"}
_AGAIN_SECONDS = 5

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">{again}
<title>{title}</title>
<style>
body {{ font: 1.1rem/1.5 system-ui, sans-serif; max-width: 30rem; margin: 20vh auto; padding: 0 1rem; color: #1d2733 }}
h1 {{ font-size: 1.5rem }}
</style>
</head>
<body>
<main>
<h1>{title}</h1>
<p>{text}</p>{more}
</main>
</body>
</html>
"""


def page(
    title: str,
    text: str,
    *,
    looks_again: bool = False,
    more: str = "",
    has_form: bool = False,
    seconds: int | None = None,
) -> Response:
    """`more` is HTML that follows the sentence; a page that `looks_again` loads itself anew."""
    again = f'\n<meta http-equiv="refresh" content="{seconds or _AGAIN_SECONDS}">' if looks_again else ""
    headers = _HEADERS | {"content-security-policy": _POLICY.format(forms="'self'" if has_form else "'none'")}
    return HTMLResponse(_PAGE.format(title=escape(title), text=escape(text), again=again, more=more), 200, headers)


def no_page() -> Response:
    """The same for what never was and for what is somebody else's."""
    headers = _HEADERS | {"content-security-policy": _POLICY.format(forms="'none'")}
    return PlainTextResponse("There is no such page.", 404, headers)


def hex_id(text: str) -> UUID | None:
    try:
        return UUID(hex=text)
    except ValueError:
        return None
