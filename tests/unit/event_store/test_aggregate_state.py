"""Whatever happens to an aggregate, a snapshot brings it back as it was."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.event_store.aggregate_state import TaggedJson, aggregate_of, state_of
from domain.errors import DomainError
from domain.root import Root
from tests import events
from tests import hypothesis_strategies as strategies

KINDS = {
    "provider": (strategies.providers, strategies.provider_commands),
    "model": (strategies.models, strategies.model_commands),
    "access key": (strategies.access_keys, strategies.access_key_commands),
    "webhook": (strategies.webhooks, strategies.webhook_commands),
    "member": (strategies.members, strategies.member_commands),
    "organization": (strategies.organizations, strategies.organization_commands),
}


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_an_aggregate_is_loaded_as_it_was_kept(kind: str, data: st.DataObject) -> None:
    begun, commands = KINDS[kind]
    aggregate: Root = data.draw(begun)
    for command in data.draw(st.lists(commands, max_size=8)):
        with suppress(DomainError):
            strategies.apply_command(aggregate, command)
    topic, state = state_of(aggregate)
    assert events.state_of(aggregate_of(aggregate.id, aggregate.version, topic, state)) == events.state_of(aggregate)


def test_what_could_not_be_read_again_is_not_kept() -> None:
    with pytest.raises(TypeError, match="cannot hold a set"):
        TaggedJson().encode({1})
