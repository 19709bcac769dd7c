-- scope: the organization that the statements of this transaction may see
SELECT set_config('app.organization_id', %(organization_id)s::text, true);

-- position: the position of an organization's newest event
SELECT org_sequence FROM organization_heads WHERE organization_id = %(organization_id)s;

-- after: an organization's events after a position, oldest first
SELECT org_sequence, topic, aggregate_id, revision, actor, recorded_at FROM events
WHERE organization_id = %(organization_id)s AND org_sequence > %(position)s
ORDER BY org_sequence LIMIT %(limit)s;

-- listen: be notified when an organization's log has grown
LISTEN modelbook_log;

-- unhurried: this transaction need not be on the disk before it is answered
SELECT set_config('synchronous_commit', 'off', true);

-- notify: notify listeners that these organizations' logs have grown
SELECT pg_notify('modelbook_log', organization_id::text) FROM unnest(%(organization_ids)s::uuid[]) AS grown (organization_id);
