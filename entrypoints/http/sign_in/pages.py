"""The page that says why a sign-in came to nothing: plain, without scripts, and without a word of anybody else's."""

from __future__ import annotations

from html import escape
from http import HTTPStatus
from typing import Final

from aiohttp import web

_POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_PAGE: Final = """\
<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>Sign in &ndash; Modelbook</title>
    <link rel="icon" href="/console/mark.svg" type="image/svg+xml">
    <link rel="stylesheet" href="/console/styles/tokens.css">
    <link rel="stylesheet" href="/console/styles/layout.css">
    <link rel="stylesheet" href="/console/styles/controls.css">
    <link rel="stylesheet" href="/console/styles/parts.css">
  </head>
  <body class="signed-out">
    <main id="main">
      <div class="sign-in">
        <h1>You are not signed in</h1>
        <p class="notice bad" role="alert">{text}</p>
        <p>{links}</p>
        <p class="quiet">Request {request_id}</p>
      </div>
    </main>
  </body>
</html>
"""
_AGAIN: Final = (
    '<a href="/auth/login">Sign in again</a> · <a href="/auth/login?prompt=login">with another account</a> · '
)


def problem_page(text: str, *, status: int, request_id: str) -> web.Response:
    """Return the page; the text is for the person, and is shown as it is."""
    links = ("" if status == HTTPStatus.NOT_FOUND else _AGAIN) + '<a href="/">Back to the console</a>'
    body = _PAGE.format(text=escape(text), links=links, request_id=escape(request_id))
    return web.Response(
        status=status,
        body=body.encode(),
        headers={"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": _POLICY},
    )
