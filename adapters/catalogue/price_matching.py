"""Whether an entry of genai-prices is about exactly the model that is requested.

Its own matching is made to price whatever a provider's bill may contain, and takes `gemini-1.5-flash-8b` for
`gemini-1.5-flash`, at twice the price. Here an id must be named in full, apart from the date of a snapshot.
"""

import re
from typing import Final

from genai_prices.types import (
    ClauseAnd,
    ClauseContains,
    ClauseEndsWith,
    ClauseEquals,
    ClauseOr,
    ClauseRegex,
    ClauseStartsWith,
    MatchLogic,
)

_SNAPSHOT: Final = re.compile(r"(?:-latest|[-@]\d{8}|-\d{4}-\d{2}-\d{2}|-\d{3})$")
_FINE_TUNED: Final = "ft:"


def names(clause: MatchLogic, model_id: str) -> bool:
    """Return whether the clause names this model (in lower case), or the model it is a dated snapshot of."""
    if isinstance(clause, ClauseOr):
        return any(names(part, model_id) for part in clause.or_)
    if isinstance(clause, ClauseAnd):
        return clause.is_match(model_id) and any(names(part, model_id) for part in clause.and_)
    if isinstance(clause, ClauseRegex):
        return re.fullmatch(clause.regex, model_id) is not None
    return _is_named(clause, model_id)


def named_in_full(clause: MatchLogic) -> set[str] | None:
    """Return the names (in lower case) of which a model must have one, snapshots aside, for the clause to name it.

    None when the clause may name models by something else.
    """
    match clause:
        case ClauseOr(or_=parts) | ClauseAnd(and_=parts):
            found = [named_in_full(part) for part in parts]
            return None if None in found else {name for names in found if names for name in names}
        case ClauseEquals(equals=name) | ClauseEndsWith(ends_with=name) | ClauseContains(contains=name):
            return {name.lower()}
        case ClauseStartsWith(starts_with=name) if not name.startswith(_FINE_TUNED):
            return {name.lower()}
    return None


def without_date(model_id: str) -> str:
    """Return the id without the date or number of a snapshot at its end."""
    return _SNAPSHOT.sub("", model_id)


def _is_named(clause: ClauseEquals | ClauseStartsWith | ClauseEndsWith | ClauseContains, model_id: str) -> bool:
    match clause:
        case ClauseEquals():
            return clause.is_match(model_id)
        case ClauseStartsWith():
            return _is(clause.starts_with, model_id) or _is_fine_tuned(clause.starts_with, model_id)
        case ClauseEndsWith():
            return _is(clause.ends_with, model_id)
        case ClauseContains():
            return _is(clause.contains, model_id)


def _is(name: str, model_id: str) -> bool:
    return name.lower() in {model_id, without_date(model_id)}


def _is_fine_tuned(prefix: str, model_id: str) -> bool:
    """A fine-tuned model has its owner and a number behind the name, and a price of its own."""
    return prefix.startswith(_FINE_TUNED) and model_id.startswith(prefix)
