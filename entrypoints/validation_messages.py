"""The messages of refused values, in place of the validator's: they follow a name and mention no Python type."""

import re
from typing import Final

from pydantic_core import ErrorDetails

_PLAIN: Final = {
    "missing": "is required",
    "extra_forbidden": "is not known here",
    "none_required": "is not known here: only null is accepted, which removes it",
    "model_type": "should be an object",
    "model_attributes_type": "should be an object",
    "dict_type": "should be an object",
    "list_type": "should be an array",
    "string_type": "should be text",
    "bool_type": "should be true or false",
    "int_type": "should be a whole number",
    "int_parsing": "should be a whole number",
    "int_from_float": "should be a whole number",
    "float_parsing": "should be a number",
    "is_instance_of": "should be a number",
}
_SUBJECT: Final = re.compile(r"^(?:Value error, |[A-Z][a-z]+(?: input)? (?=should ))")
_COUNTED: Final = re.compile(r" after validation, not (?:more than )?\d+$")


def refusal_of(finding: ErrorDetails) -> str:
    """Return what a validator found, to follow the name of its field. Never quotes what was sent."""
    kind = finding["type"]
    if kind in {"union_tag_invalid", "union_tag_not_found"}:
        # The validator's own words would repeat what was sent.
        name, tags = finding["ctx"]["discriminator"], finding["ctx"].get("expected_tags")
        return f"needs {name} of {tags}" if tags else f"needs {name}"
    return _PLAIN.get(kind) or _COUNTED.sub("", _SUBJECT.sub("", finding["msg"]))
