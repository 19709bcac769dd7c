"""The text of an invitation: `mbi_<ids>_<secret>`, which travels in the fragment of a link, so that no server sees it.

`ids` are the organization's and the member's, `secret` is 256 random bits, both in base64url, 43 characters long. The
digest of the whole is kept, and the text nowhere.
"""

import binascii
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final
from uuid import UUID

SECRET_BYTES: Final = 32
LONGEST_TEXT: Final = 100

_FORM: Final = re.compile(r"mbi_([\w-]{43})_([\w-]{43})", re.ASCII)


@dataclass(frozen=True, slots=True)
class InvitationText:
    """The parsed text of an invitation: whose it is, and its digest."""

    organization_id: UUID
    member_id: UUID
    digest: bytes = field(repr=False)


def text_of(organization_id: UUID, member_id: UUID, secret: bytes) -> str:
    """Return the text of the invitation with this secret of 32 bytes."""
    return f"mbi_{_encoded(organization_id.bytes + member_id.bytes)}_{_encoded(secret)}"


def parse_invitation(text: str) -> InvitationText | None:
    """Return the parsed text, or None if it is not the text of an invitation."""
    match = _FORM.fullmatch(text)
    if match is None:
        return None
    try:
        ids = urlsafe_b64decode(match[1] + "=")
    except (binascii.Error, ValueError):  # pragma: no cover - the form leaves no other characters
        return None
    return InvitationText(UUID(bytes=ids[:16]), UUID(bytes=ids[16:]), digest_of(text))


def digest_of(text: str) -> bytes:
    """Return the digest by which the text is recognized. Its secret has 256 bits, so that it needs no salt."""
    return sha256(text.encode()).digest()


def _encoded(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()
