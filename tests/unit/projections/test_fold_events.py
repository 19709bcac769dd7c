"""Rows folded from many aggregates' events: each is as if it were alone, and what cannot be read is named."""

from uuid import UUID

import orjson

from adapters.projections.fold_events import RawEvent, folded
from application.projections.fold_log import unnamed
from application.projections.project_event import project

ORGANIZATION = UUID(int=1)
ONE, OTHER, LAST = UUID(int=2), UUID(int=3), UUID(int=4)
REGISTERED = {
    "name": "A name",
    "provider_type": "openai",
    "endpoint": "https://api.example.com",
    "settings": {},
    "is_enabled": True,
    "credential_version": 0,
    "credential_hint": None,
}


def event(aggregate_id: UUID, revision: int, topic: str, facts: object) -> RawEvent:
    sequence = 10 * aggregate_id.int + revision
    return aggregate_id.bytes, revision, topic, orjson.dumps(facts), (1_000_000).to_bytes(8, "big"), sequence


def test_an_aggregate_with_an_unreadable_event_is_left_out_and_the_others_are_not() -> None:
    fold = folded(
        ORGANIZATION,
        [
            event(ONE, 1, "provider.registered", REGISTERED),
            event(ONE, 2, "provider.renamed", {"name": "Before"}),
            event(OTHER, 1, "provider.registered", REGISTERED),
            event(OTHER, 2, "widget.made", {}),
            event(OTHER, 3, "provider.renamed", {"name": "Not read any more"}),
            event(OTHER, 4, "provider.renamed", {}),
            event(LAST, 1, "provider.renamed", []),
        ],
        project,
    )
    assert [(row["id"], row["name"], row["updated_at"].isoformat()) for row in fold.rows["ai_providers"].values()] == [
        (str(ONE), "Before", "2000-01-01T00:00:01+00:00")
    ]
    assert [(each.row_id, each.org_sequence, each.topic) for each in fold.unreadable] == [
        (OTHER, 32, "widget.made"),
        (LAST, 41, "provider.renamed"),
    ]
    assert fold.unreadable[0].reason.endswith("Its topic is widget.made.")
    assert fold.unreadable_ids == [OTHER, LAST]


def test_an_organization_has_a_row_until_it_is_removed() -> None:
    named = event(ORGANIZATION, 1, "organization.registered", {"name": "Acme"})
    fold = folded(ORGANIZATION, [named], project)
    assert fold.has_organization
    assert fold.rows["organizations"] == {str(ORGANIZATION): unnamed(str(ORGANIZATION)) | {"name": "Acme"}}
    fold = folded(ORGANIZATION, [named, event(ORGANIZATION, 2, "organization.removed", {})], project)
    assert (fold.has_organization, fold.rows["organizations"]) == (True, {})
    assert not folded(ORGANIZATION, [], project).has_organization
