-- quotas: what was changed for the organization
SELECT quotas FROM organizations WHERE id = %(organization_id)s;

-- stored: how much is kept of the organization, by what bounds it
SELECT (SELECT count(*) FROM ai_providers WHERE organization_id = %(organization_id)s),
       (SELECT count(*) FROM ai_models WHERE organization_id = %(organization_id)s),
       count(*), coalesce(sum(octet_length(body)), 0)
FROM idempotency_keys WHERE organization_id = %(organization_id)s;
