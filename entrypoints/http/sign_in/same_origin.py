"""Whether a request with a cookie was made by the console's own page: browsers send cookies for any page."""

from typing import Final

from aiohttp import web

from entrypoints.http.request_errors import CrossSiteRequest

_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_OF_OTHERS: Final = frozenset({"cross-site", "same-site"})


def require_own_page(request: web.Request, origin: str) -> None:
    """Do nothing if the page that sends the request is of this origin.

    What changes something has to name it (`Origin`, or `Sec-Fetch-Site`), what only reads must not name another.

    Raises:
        CrossSiteRequest: it is another page, or an unknown one.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if request.method in _SAFE:
        if site in _OF_OTHERS:
            raise CrossSiteRequest
        return
    stated = request.headers.getall("Origin", ())
    if list(stated) != [origin] if stated else site != "same-origin":
        raise CrossSiteRequest
