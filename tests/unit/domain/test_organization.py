"""An organization, in commands and events."""

from uuid import UUID

import pytest

from domain.errors import InvalidValue
from domain.organization.aggregate import Organization
from tests.events import happened, topics


def test_it_is_given_a_name() -> None:
    organization = Organization.register(UUID(int=1), name=" Acme ")
    assert happened(organization) == [("organization.registered", {"name": "Acme"})]
    assert (organization.id, organization.revision) == (UUID(int=1), 1)


def test_its_name_changes_once() -> None:
    organization = Organization.register(UUID(int=1), name="Acme")
    organization.drain()
    organization.rename("Acme Corporation")
    organization.rename("Acme Corporation ")
    assert happened(organization) == [("organization.renamed", {"name": "Acme Corporation"})]


def test_its_name_can_be_read() -> None:
    organization = Organization.register(UUID(int=1), name="Acme")
    organization.drain()
    with pytest.raises(InvalidValue):
        organization.rename("\n")
    assert topics(organization) == []
