"""The names of capabilities, the same for all providers."""

from types import MappingProxyType
from typing import Final

CAPABILITIES: Final = MappingProxyType(
    {
        "text": "reads and writes text",
        "vision": "reads images",
        "audio_input": "reads sound",
        "video_input": "reads video",
        "pdf_input": "reads PDF documents as they are",
        "image_output": "makes images",
        "audio_output": "makes speech or music",
        "video_output": "makes video",
        "embeddings": "turns what it reads into vectors",
        "moderation": "recognizes harmful content",
        "rerank": "sorts documents by relevance",
        "ocr": "gives the text of scanned pages",
        "transcription": "gives the text of speech",
        "function_calling": "requests calls of the caller's own functions",
        "structured_output": "follows a given JSON schema",
        "reasoning": "reasons before it answers",
        "streaming": "streams its answer",
        "batch": "takes requests in bulk, for later, at a lower price",
        "code_execution": "runs code at the provider",
        "web_search": "searches the web at the provider",
        "computer_use": "operates a screen, mouse and keyboard",
        "citations": "points to the passages an answer rests on",
        "realtime": "converses in a live session",
        "fine_tuning": "can be trained further by its users",
        "fill_in_middle": "completes code between a prefix and a suffix",
    }
)
"""The words of the catalogue and of this service's own provider adapters, and what each means.

A capability that is listed is known to be there; one that is not listed may be there all the same. A provider's own
list may bring further words.
"""
