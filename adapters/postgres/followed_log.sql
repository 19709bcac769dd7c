-- scope: the organization that the statements of this transaction may see
SELECT set_config('app.organization_id', %(organization_id)s::text, true);

-- position: the position of an organization's newest event
SELECT e.position FROM organization_heads h
JOIN events e ON e.organization_id = h.organization_id AND e.org_sequence = h.org_sequence
WHERE h.organization_id = %(organization_id)s;

-- after: an organization's events after a position, oldest first
SELECT org_sequence, position, topic, aggregate_id, revision, actor, recorded_at FROM events
WHERE organization_id = %(organization_id)s AND org_sequence > sequence_up_to(%(organization_id)s, %(position)s)
ORDER BY org_sequence LIMIT %(limit)s;

-- listen: hear when an organization's log has grown
LISTEN modelbook_log;
