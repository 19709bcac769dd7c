"""Checks the lists of models and providers that a key may use."""

from collections.abc import Container, Sequence
from uuid import UUID

from application.errors import InvalidInput
from application.ports.registered_models import RegisteredModels
from application.ports.repositories import Models
from domain.access_key.values import Restriction


async def checked_restriction(
    model_ids: Sequence[UUID] | None,
    provider_ids: Sequence[UUID] | None,
    *,
    models: Models,
    directory: RegisteredModels,
) -> Restriction:
    """Return the restriction to these models and providers of the current caller's organization.

    Raises:
        InvalidInput: there is no such model or provider.
        InvalidValue: a list is empty or too long.
    """
    restriction = Restriction(
        model_ids=None if model_ids is None else tuple(map(str, model_ids)),
        provider_ids=None if provider_ids is None else tuple(map(str, provider_ids)),
    )
    if model_ids is not None:
        _check("modelIds", "model", model_ids, await models.get_many(list(dict.fromkeys(model_ids))))
    if provider_ids is not None:
        _check("providerIds", "provider", provider_ids, await directory.providers(list(dict.fromkeys(provider_ids))))
    return restriction


def _check(field: str, kind: str, ids: Sequence[UUID], known: Container[UUID]) -> None:
    for place, each in enumerate(ids):
        if each not in known:
            raise InvalidInput(f"/{field}/{place}", f"Your organization has no {kind} with this id.")
