"""Gemini's models: limits and methods, from which the modality can only be guessed."""

from sandbox.json_fields import JsonObject
from sandbox.model_catalogue import Row, SimulatedModel

_TALK = ("generateContent", "countTokens")
_METHODS = {
    "chat": (*_TALK, "createCachedContent", "batchGenerateContent"),
    "image": (*_TALK, "batchGenerateContent"),
    "transcription": (*_TALK, "batchGenerateContent"),
    "gemma": _TALK,
    "speech": ("countTokens", "generateContent"),
    "live": ("countTokens", "bidiGenerateContent"),
    "embedding": ("embedContent", "countTextTokens", "countTokens", "asyncBatchEmbedContent"),
    "image-predict": ("predict",),
    "video": ("predictLongRunning",),
    "music": ("predictLongRunning",),
    "answer": ("generateAnswer",),
}
_DESCRIBED = ("version", "displayName", "description", "inputTokenLimit", "outputTokenLimit")
_NO_SAMPLING = {"embedding", "image-predict", "video", "music"}


def make_model(row: Row) -> SimulatedModel:
    """A model of Gemini's list; its name has the prefix `models/`."""
    model_id = str(row["id"])
    kind = str(row.get("kind", "chat"))
    limit, input_limit = row.get("outputTokenLimit"), row.get("inputTokenLimit")
    return SimulatedModel(
        id=model_id,
        entry=_entry(row, model_id, kind),
        kind="chat" if "generateContent" in _METHODS[kind] else kind,
        vision=kind != "speech",
        reasoning=row.get("thinking") is True,
        snapshot=str(row.get("snapshot", model_id)),
        input_limit=input_limit if isinstance(input_limit, int) else None,
        output_limit=limit if isinstance(limit, int) else None,
    )


def _entry(row: Row, model_id: str, kind: str) -> JsonObject:
    sampling: JsonObject = {"temperature": 1, "topP": 0.95, "topK": 64, "maxTemperature": 2}
    return {
        "name": f"models/{model_id}",
        **{name: row[name] for name in _DESCRIBED},
        "supportedGenerationMethods": list(_METHODS[kind]),
        **({} if kind in _NO_SAMPLING else sampling),
        **({"thinking": True} if row.get("thinking") is True else {}),
    }
