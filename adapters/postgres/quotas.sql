-- quotas: what was changed for the organization
SELECT quotas FROM organizations WHERE id = %(organization_id)s;

-- registered: how many providers and models the organization has
SELECT (SELECT count(*) FROM ai_providers WHERE organization_id = %(organization_id)s),
       (SELECT count(*) FROM ai_models WHERE organization_id = %(organization_id)s);

-- kept_answers: how many answers are kept for its Idempotency-Keys, and how many bytes they take
SELECT count(*), coalesce(sum(octet_length(body)), 0)::bigint FROM idempotency_keys
WHERE organization_id = %(organization_id)s;
