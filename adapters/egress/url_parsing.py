"""The one parser of URLs that everything here uses: yarl's, and only where no other parser would disagree."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from yarl import URL

from adapters.egress.host_names import Host, normal_host

_DEFAULT_PORTS: Final = {"https": 443, "http": 80}
_HIGHEST_PORT: Final = 65535
_LONGEST_BASE: Final = 2_000
_LONGEST_REQUEST: Final = 8_000
_AUTHORITY: Final = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[^\[\]@:%]+)(?::(?P<port>[0-9]{0,5}))?", re.ASCII)
# RFC 3986 section 2, without the fragment's sign.
_ENCODED: Final = re.compile(r"(?:[A-Za-z0-9\-._~:/?\[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})*", re.ASCII)
_DOTS: Final = re.compile(r"(?:\.|%2e){1,2}", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Target:
    """A URL that has been read: where it leads, and exactly what is requested there."""

    scheme: str
    host: Host
    port: int
    url: URL

    @property
    def place(self) -> str:
        """Host and port, as people and the allow list write them."""
        return f"{self.host.in_url}:{self.port}"

    @property
    def origin(self) -> str:
        """Scheme, host and port, the port always explicit."""
        return f"{self.scheme}://{self.place}"


def read_base(text: str) -> Target:
    """Read a base URL as a person gave it: its path loses slashes at its end and is percent-encoded where needed.

    Raises:
        ValueError: it cannot be a base URL; the message is a sentence for the person, and quotes nothing.
    """
    if len(text) > _LONGEST_BASE:
        raise ValueError(f"The URL is longer than {_LONGEST_BASE:,} characters.")
    if "?" in text:
        raise ValueError("A base URL has no query.")
    target = _read(text)
    return _with_path(target, URL(text).raw_path.rstrip("/"), "")


def read_request(text: str) -> Target:
    """Read a URL that an adapter put together: path and query are sent as they are.

    Raises:
        ValueError: it is not percent-encoded, or climbs up in its path.
    """
    if len(text) > _LONGEST_REQUEST:
        raise ValueError(f"The URL is longer than {_LONGEST_REQUEST:,} characters.")
    if not _ENCODED.fullmatch(text):
        raise ValueError("The URL is not percent-encoded.")
    target = _read(text)
    url = URL(text, encoded=True)
    return _with_path(target, url.raw_path or "/", url.raw_query_string)


def _read(text: str) -> Target:
    _refuse_unusual(text)
    try:
        url, written = URL(text), URL(text, encoded=True)
    # For brackets before an empty host (`https://[]@`) yarl 1.25 raises IndexError.
    except (ValueError, IndexError):
        raise ValueError("This is not a URL.") from None
    if written.scheme not in _DEFAULT_PORTS:
        raise ValueError("The URL must begin with https://.")
    if _climbs(written.raw_path.split("/")):
        raise ValueError("The path must not contain . or .. as a part.")
    host, port = _authority(written)
    return Target(written.scheme, normal_host(host, url.raw_host or ""), port, url)


def _refuse_unusual(text: str) -> None:
    if any(character.isspace() or not character.isprintable() for character in text):
        raise ValueError("The URL contains a space or an invisible character.")
    if "\\" in text:
        raise ValueError("The URL contains a backslash.")
    if "#" in text:
        raise ValueError("A URL to call has no fragment (#...).")


def _authority(written: URL) -> tuple[str, int]:
    authority = written.raw_authority
    if not authority:
        raise ValueError("The URL names no host.")
    if "@" in authority:
        raise ValueError("The URL must not contain a user name or password; give the key on its own.")
    match = _AUTHORITY.fullmatch(authority)
    if match is None:
        raise ValueError("The host or the port of the URL is not written in the usual way.")
    port = int(match["port"] or _DEFAULT_PORTS[written.scheme])
    if not 1 <= port <= _HIGHEST_PORT:
        raise ValueError("The port must be a number from 1 to 65535.")
    return match["host"], port


def _climbs(segments: Iterable[str]) -> bool:
    return any(_DOTS.fullmatch(segment) for segment in segments)


def _with_path(target: Target, path: str, query: str) -> Target:
    # Built of parts that have been read, so that no second reading can find another host in them.
    url = URL.build(
        scheme=target.scheme,
        host=target.host.in_url,
        port=target.port,
        path=path,
        query_string=query,
        encoded=True,
    )
    return Target(target.scheme, target.host, target.port, url)
