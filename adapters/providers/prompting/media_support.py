"""Validates images, documents and audio in prompts against what the provider accepts."""

from dataclasses import dataclass
from typing import Final

from adapters.providers.prompting.unsupported_fields import MESSAGES
from application.errors import InvalidInput
from application.prompts.conversation import Audio, Document, Image

PDF: Final = "application/pdf"


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaSupport:
    """What a provider takes besides words: types of images (none: any), PDFs, sound, and who fetches addresses."""

    label: str
    image_types: frozenset[str] | None = None
    fetches_images: bool = True
    takes_documents: bool = True
    fetches_documents: bool = False
    audio_formats: frozenset[str] = frozenset()

    def check_image(self, image: Image) -> None:
        """Let pass what the provider takes.

        Raises:
            InvalidInput: it does not take this one, or it is neither data with a media type nor an https address.
        """
        media_type = image.media_type.lower() if image.media_type else None
        if image.data is not None:
            if media_type is None or not media_type.startswith("image/"):
                raise InvalidInput(MESSAGES, "Give the media type of each image that is sent as data.")
        elif image.url is None or not image.url.lower().startswith("https://"):
            raise InvalidInput(MESSAGES, "An image is base64 data, or an https address.")
        elif not self.fetches_images:
            raise InvalidInput(MESSAGES, f"{self.label} does not fetch images: send the image itself as data.")
        if media_type is not None and self.image_types is not None and media_type not in self.image_types:
            names = ", ".join(sorted(self.image_types))
            raise InvalidInput(
                MESSAGES, f"{self.label} does not take images of the type of one sent; it takes {names}."
            )

    def check_document(self, document: Document) -> None:
        """Let pass what the provider takes.

        Raises:
            InvalidInput: it takes no documents, fetches none, or does not take this type.
        """
        if document.text is not None:
            return
        if not self.takes_documents:
            raise InvalidInput(MESSAGES, f"{self.label} does not take documents: send their text.")
        if document.url is not None and not self.fetches_documents:
            raise InvalidInput(MESSAGES, f"{self.label} does not fetch documents: send the document itself as data.")
        if document.url is not None and not document.url.lower().startswith("https://"):
            raise InvalidInput(MESSAGES, "A document is base64 data, text, or an https address.")
        if document.data is not None and (document.media_type or "").lower() != PDF:
            raise InvalidInput(MESSAGES, f"{self.label} takes documents as PDF; send others as text.")

    def check_audio(self, audio: Audio) -> None:
        """Let pass what the provider takes.

        Raises:
            InvalidInput: it does not take sound, or not in this format.
        """
        if not self.audio_formats:
            raise InvalidInput(MESSAGES, f"{self.label} does not take audio: send a transcript.")
        if audio.format not in self.audio_formats:
            names = ", ".join(sorted(self.audio_formats))
            raise InvalidInput(MESSAGES, f"{self.label} does not take audio of this format; it takes {names}.")


def data_url(media_type: str | None, data: str) -> str:
    """Return the data in the form of an address (RFC 2397)."""
    return f"data:{media_type or 'application/octet-stream'};base64,{data}"


def image_url(image: Image) -> str:
    """Return the address of the picture, or its data in the form of one."""
    return image.url if image.data is None and image.url else data_url(image.media_type, image.data or "")


def text_of_document(document: Document) -> str:
    """Return a document of plain text as words, with its title and description before it."""
    heading = [line for line in (document.title or document.filename, document.context) if line]
    return "\n\n".join([*heading, document.text or ""])
