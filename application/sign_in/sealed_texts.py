"""Texts that are given away and come back, such as cookies: nobody else can read, change or make one."""

from typing import Protocol


class SealedTexts(Protocol):
    """Seals short texts under the master keys, and opens them again as long as one of those keys is there."""

    def seal(self, text: str, purpose: str) -> str:
        """Return the sealed text: letters, digits, `-` and `_`. It opens for the same purpose alone."""
        ...

    def open(self, sealed: str, purpose: str) -> str | None:
        """Return the text; none if this was not sealed here for this purpose."""
        ...
