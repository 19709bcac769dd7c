"""The page that says why a sign-in came to nothing: plain, without scripts, and without a word of anybody else's."""

import hashlib
from base64 import b64encode
from html import escape
from http import HTTPStatus
from typing import Final

from aiohttp import web

_STYLE: Final = (
    ":root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;margin:10vh auto;max-width:30rem;"
    "padding:0 1rem}h1{font-size:1.5rem}footer{font-size:.85rem;opacity:.7}"
)
_POLICY: Final = (
    f"default-src 'none'; style-src 'sha256-{b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()}'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
# Links are relative to /auth/, so that they hold below any path at which a reverse proxy serves it.
_PAGE: Final = """\
<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Sign in &ndash; Modelbook</title>
    <style>{style}</style>
  </head>
  <body>
    <main>
      <h1>You are not signed in</h1>
      <p role="alert">{text}</p>
      <p>{links}</p>
    </main>
    <footer>Request {request_id}</footer>
  </body>
</html>
"""
_AGAIN: Final = (
    '<a href="login">Sign in again</a> &middot; <a href="login?prompt=login">with another account</a> &middot; '
)


def problem_page(text: str, *, status: int, request_id: str) -> web.Response:
    """Return the page with this text for the person."""
    links = ("" if status == HTTPStatus.NOT_FOUND else _AGAIN) + '<a href="../">Open the console</a>'
    body = _PAGE.format(style=_STYLE, text=escape(text), links=links, request_id=escape(request_id))
    return web.Response(
        status=status,
        body=body.encode(),
        headers={"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": _POLICY},
    )
