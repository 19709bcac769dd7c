"""Pictures in a prompt: only what the provider takes is sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from application.errors import InvalidInput

if TYPE_CHECKING:
    from application.ports.generation import ImagePart

_POINTER: Final = "/messages"


@dataclass(frozen=True, slots=True, kw_only=True)
class Eyes:
    """What pictures a provider takes: which media types, none for any, and whether it fetches addresses itself."""

    label: str
    media_types: frozenset[str] | None = None
    fetches: bool = True

    def check(self, image: ImagePart) -> None:
        """Let pass what the provider takes.

        Raises:
            InvalidInput: it does not take this one, or it is neither data with a media type nor an https address.
        """
        media_type = image.media_type.lower() if image.media_type else None
        if image.data is not None:
            if media_type is None or not media_type.startswith("image/"):
                raise InvalidInput(_POINTER, "Say of each image that is sent as data which media type it has.")
        elif image.url is None or not image.url.lower().startswith("https://"):
            raise InvalidInput(_POINTER, "An image is base64 data, or an https address.")
        elif not self.fetches:
            raise InvalidInput(_POINTER, f"{self.label} does not fetch images: send the image itself as data.")
        if media_type is not None and self.media_types is not None and media_type not in self.media_types:
            names = ", ".join(sorted(self.media_types))
            raise InvalidInput(
                _POINTER, f"{self.label} does not take images of the type of one sent; it takes {names}."
            )


def data_url(image: ImagePart) -> str:
    """Return the address of the picture, or its data in the form of one (RFC 2397)."""
    return image.url if image.data is None and image.url else f"data:{image.media_type};base64,{image.data}"
