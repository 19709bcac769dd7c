"""Whatever happens to an aggregate, the log brings it back as it was."""

from collections.abc import Sequence
from contextlib import suppress
from copy import deepcopy

from hypothesis import given
from hypothesis import strategies as st

from domain.errors import DomainError
from domain.root import Root
from tests import hypothesis_strategies as strategies
from tests.events import saved_and_loaded, state_of
from tests.hypothesis_strategies import Command, apply_command


def _live(aggregate: Root, commands: Sequence[Command]) -> None:
    for command in commands:
        with suppress(DomainError):
            apply_command(aggregate, command)


@given(strategies.providers, st.lists(strategies.provider_commands, max_size=8), st.booleans())
def test_a_provider_is_loaded_as_it_was_saved(provider: Root, commands: Sequence[Command], is_removed: bool) -> None:
    _live(provider, [*commands, *([("remove", (), {})] if is_removed else [])])
    assert state_of(saved_and_loaded(provider)) == state_of(provider)


@given(strategies.models, st.lists(strategies.model_commands, max_size=8), st.booleans())
def test_a_model_is_loaded_as_it_was_saved(model: Root, commands: Sequence[Command], is_removed: bool) -> None:
    _live(model, [*commands, *([("remove", (), {})] if is_removed else [])])
    assert state_of(saved_and_loaded(model)) == state_of(model)


@given(strategies.access_keys, st.lists(strategies.access_key_commands, max_size=8), st.booleans())
def test_an_access_key_is_loaded_as_it_was_saved(key: Root, commands: Sequence[Command], is_revoked: bool) -> None:
    _live(key, [*commands, *([("revoke", (), {})] if is_revoked else [])])
    assert state_of(saved_and_loaded(key)) == state_of(key)


@given(strategies.webhooks, st.lists(strategies.webhook_commands, max_size=8), st.booleans())
def test_a_webhook_is_loaded_as_it_was_saved(webhook: Root, commands: Sequence[Command], is_removed: bool) -> None:
    _live(webhook, [*commands, *([("remove", (), {})] if is_removed else [])])
    assert state_of(saved_and_loaded(webhook)) == state_of(webhook)


@given(strategies.members, st.lists(strategies.member_commands, max_size=8), st.booleans())
def test_a_member_is_loaded_as_it_was_saved(member: Root, commands: Sequence[Command], is_removed: bool) -> None:
    _live(member, [*commands, *([("remove", (), {})] if is_removed else [])])
    assert state_of(saved_and_loaded(member)) == state_of(member)


@given(strategies.organizations, st.lists(strategies.organization_commands, max_size=4))
def test_an_organization_is_loaded_as_it_was_saved(organization: Root, commands: Sequence[Command]) -> None:
    _live(organization, commands)
    assert state_of(saved_and_loaded(organization)) == state_of(organization)


@given(
    strategies.models,
    st.lists(strategies.model_commands, max_size=4),
    st.lists(strategies.model_commands, min_size=1, max_size=4),
)
def test_what_is_decided_on_a_copy_is_not_decided_on_the_original(
    model: Root, commands: Sequence[Command], more: Sequence[Command]
) -> None:
    _live(model, commands)
    before = deepcopy(vars(model))
    copied = model.copied()
    assert vars(copied) == before
    _live(copied, more)
    assert vars(model) == before
