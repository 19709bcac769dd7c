"""What the reason of a change may contain, which the log keeps permanently."""

from typing import Final

from domain.key_patterns import has_key_form
from domain.names import has_address, shows_as_written

LONGEST_REASON: Final = 500


def refused_in_a_reason(reason: str) -> str | None:
    """Return why the log does not take the reason, none when it does.

    It stays when the organization is removed, so that evident personal data and secrets are kept out from the start.
    """
    if not (0 < len(reason) <= LONGEST_REASON and all(map(shows_as_written, reason))):
        return f"takes 1 to {LONGEST_REASON} printable characters"
    if has_address(reason):
        return "is kept for ever and takes no e-mail addresses: name a ticket"
    if has_key_form(reason):
        return "is kept for ever and takes no keys or tokens"
    return None
