"""How containers give a use case its ports."""

from collections.abc import Callable
from functools import partial
from typing import Any

from dependency_injector import providers


def use_case(function: Callable[..., object], **ports: Any) -> providers.Factory[Any]:  # noqa: ANN401 - whatever it takes
    """Return the provider of a use case that is called with its command alone."""
    return providers.Factory(partial, function, **ports)
