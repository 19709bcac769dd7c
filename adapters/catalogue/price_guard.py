"""A guard against prices that are off by a thousand, which every price list has had at some time."""

import logging
from decimal import Decimal
from typing import Final

HIGHEST_INPUT: Final = Decimal(1)
"""USD per 1,000 tokens; the dearest model there ever was cost 0.15."""
HIGHEST_RATIO: Final = 1000
"""Of output to input; it is 2 to 10 for most models."""

_LOGGER: Final = logging.getLogger(__name__)


class PriceGuard:
    """Rejects prices that cannot be right, and logs each of these once."""

    def __init__(self) -> None:
        self._reported: set[str] = set()

    def lets_pass(self, model: str, read: Decimal | None, written: Decimal | None) -> bool:
        """Return whether the prices, in USD per 1,000 tokens, can be right; what is not known or free can be."""
        if _can_be_right(read, written):
            return True
        if model not in self._reported:
            self._reported.add(model)
            _LOGGER.warning(
                "The price of %s cannot be right and is left out: %s USD read, %s USD written per 1,000 tokens",
                model,
                read,
                written,
            )
        return False


def _can_be_right(read: Decimal | None, written: Decimal | None) -> bool:
    if read is not None and read > HIGHEST_INPUT:
        return False
    return not read or not written or written / read <= HIGHEST_RATIO
