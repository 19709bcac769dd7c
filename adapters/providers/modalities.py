"""From what a model reads and writes to its type and its capabilities, in the words of `domain.model.values`."""

from collections.abc import Collection
from typing import Final

# What is written decides; a model that writes text and images is an image model.
_BY_OUTPUT: Final = (
    ("video", "video"),
    ("image", "image"),
    ("audio", "audio"),
    ("speech", "audio"),
    ("transcription", "audio"),
    ("embeddings", "embedding"),
    ("embedding", "embedding"),
    ("rerank", "rerank"),
    ("moderation", "moderation"),
)
_MEDIA: Final = frozenset({"image", "audio", "video"})


def type_of(reads: Collection[str] | None, writes: Collection[str] | None) -> str | None:
    """Return the model's type; none when the list is silent about either side."""
    if not reads or not writes:
        return None
    for written, model_type in _BY_OUTPUT:
        if written in writes:
            return model_type
    if "text" not in writes:
        return None
    if "text" in reads:
        return "multimodal" if _MEDIA.intersection(reads) else "language"
    if "image" in reads:
        return "vision"
    return "audio" if "audio" in reads else None


_READS: Final = {"image": "vision", "audio": "audio_input", "video": "video_input", "file": "pdf_input"}
_WRITES: Final = {"image": "image_output", "audio": "audio_output", "video": "video_output"}


def capabilities_of(reads: Collection[str] | None, writes: Collection[str] | None) -> set[str]:
    """Return the capabilities that follow from a model's media alone."""
    read = {capability for medium, capability in _READS.items() if medium in (reads or ())}
    written = {capability for medium, capability in _WRITES.items() if medium in (writes or ())}
    return read | written
