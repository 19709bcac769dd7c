-- page: the rows of a list as one text, how many there are, the last one shown, and how many match in all
SELECT convert_to(string_agg(entry.body, {separator}) FILTER (WHERE entry.ordinal <= %(shown)s), 'UTF8'), count(*),
       max(entry.sort_value) FILTER (WHERE entry.ordinal = %(shown)s),
       (array_agg(entry.id) FILTER (WHERE entry.ordinal = %(shown)s))[1], {total}
FROM (SELECT listed.body::text AS body, listed.sort_value, listed.id, row_number() OVER () AS ordinal
      FROM ({listing}) listed) entry;

-- total: how many match, wherever the page begins
({count});

-- total_of_first_page: how many match; they are counted where there are more than are shown
CASE WHEN count(*) > %(shown)s THEN ({count}) ELSE count(*) END;

-- provider_documents: providers as the API shows them
SELECT row_to_json(document) AS body, document.revision, {sort_value} AS sort_value, document.id FROM (
    SELECT p.id, p.organization_id AS "organizationId", p.name, p.provider_type AS "providerType", p.endpoint, p.settings,
           p.is_enabled AS "isEnabled",
           CASE WHEN p.credential_hint IS NOT NULL
                THEN json_build_object('hint', p.credential_hint, 'version', p.credential_version,
                                       'setAt', p.credential_set_at) END AS "apiKey",
           p.extra_headers AS "extraHeaders",
           p.health_status AS "healthStatus", h.last_check_at AS "lastHealthCheck",
           p.created_at AS "createdAt", p.updated_at AS "updatedAt", p.revision
    FROM {source} WHERE p.organization_id = %(organization_id)s AND {conditions}
    ORDER BY {order} LIMIT {limit}) document;

-- provider_count: how many providers the filter lets through
SELECT count(*) FROM {source} WHERE p.organization_id = %(organization_id)s AND {conditions};

-- model_documents: models as the API shows them; on the day of its end a model is retired, though no event says so
SELECT row_to_json(document) AS body, document.revision, {sort_value} AS sort_value, document.id FROM (
    SELECT m.id, m.organization_id AS "organizationId", m.provider_id AS "providerId", m.model_id AS "modelId", m.name,
           m.version, m.type, m.capabilities, m.config,
           trim_scale(coalesce(m.input_per_1k, m.output_per_1k)) AS "costPer1kTokens",
           CASE WHEN m.input_per_1k IS NOT NULL OR m.output_per_1k IS NOT NULL
                THEN json_build_object('inputPer1kTokens', m.input_per_1k, 'outputPer1kTokens', m.output_per_1k,
                                       'cachedInputPer1kTokens', m.other_prices::json -> 'cachedInputPer1kTokens',
                                       'cacheWritePer1kTokens', m.other_prices::json -> 'cacheWritePer1kTokens',
                                       'cacheWrite1hPer1kTokens', m.other_prices::json -> 'cacheWrite1hPer1kTokens',
                                       'reasoningPer1kTokens', m.other_prices::json -> 'reasoningPer1kTokens',
                                       'audioInputPer1kTokens', m.other_prices::json -> 'audioInputPer1kTokens',
                                       'tiers', coalesce(m.other_prices::json -> 'tiers', '[]'::json),
                                       'currency', 'USD', 'source', m.price_source, 'asOf', m.price_as_of) END AS pricing,
           m.context_window AS "contextWindow", m.max_tokens AS "maxTokens",
           CASE WHEN {retired} THEN 'retired' ELSE m.lifecycle END AS lifecycle, m.retires_on AS "retiresOn",
           m.is_enabled AS "isEnabled", unusable.reason IS NULL AS "isUsable", unusable.reason AS "unusableBecause",
           m.sources, m.created_at AS "createdAt", m.updated_at AS "updatedAt", m.revision
    -- Why a model cannot be used is looked up for those that are shown alone.
    FROM ({listed}) m{join} LEFT JOIN LATERAL ({unusable} OFFSET 0) unusable ON true
    ORDER BY {order}) document;

-- models_in_order: the models of a page, in the order of an index
SELECT m.* FROM {source} WHERE m.organization_id = %(organization_id)s AND {conditions} ORDER BY {order} LIMIT {limit};

-- models_by_sorting: the models of a page that no index has in order; ids are sorted several times as fast as rows
SELECT m.* FROM ai_models m WHERE m.organization_id = %(organization_id)s AND m.id IN (
    SELECT m.id FROM {source} WHERE m.organization_id = %(organization_id)s AND {conditions}
    ORDER BY {order} LIMIT {limit});

-- retired: whether a model is at its end
coalesce(m.lifecycle = 'retired' OR m.retires_on COLLATE "C" <= to_char({moment} AT TIME ZONE 'UTC', 'YYYY-MM-DD'), false);

-- unusable: why a model cannot be called; null where it can. OFFSET keeps the planner from making a join of it
SELECT CASE WHEN NOT m.is_enabled THEN 'model-disabled'
            WHEN NOT p.is_enabled THEN 'provider-disabled'
            WHEN p.credential_hint IS NULL AND p.provider_type = ANY (%(keyed_types)s::text[]) THEN 'provider-has-no-key'
            WHEN m.type IN ({types_without_prompts}) THEN 'type-cannot-be-run'
            WHEN {retired} THEN 'retired' END AS reason
FROM {providers} WHERE p.organization_id = %(organization_id)s AND p.id = m.provider_id;

-- types_without_prompts: of models that no prompt can be run on
'image', 'audio', 'video', 'moderation', 'rerank';

-- model_count: how many models the filter lets through
SELECT count(*) FROM {source} WHERE m.organization_id = %(organization_id)s AND {conditions};

-- models_of_provider: the models that depend on a provider; all of them without a limit
SELECT id, provider_id, model_id, name FROM ai_models
WHERE organization_id = %(organization_id)s AND provider_id = %(provider_id)s ORDER BY name_key, id LIMIT %(limit)s::bigint;

-- model_count_of_provider: how many models depend on a provider
SELECT count(*) FROM ai_models WHERE organization_id = %(organization_id)s AND provider_id = %(provider_id)s;

-- registered_models: which of these models are registered already
SELECT m.provider_id, m.model_id, m.id FROM ai_models m
JOIN unnest(%(provider_ids)s::uuid[], %(model_ids)s::text[], %(model_id_keys)s::text[])
    AS wanted (provider_id, model_id, model_id_key)
    ON wanted.provider_id = m.provider_id AND wanted.model_id = m.model_id
        AND wanted.model_id_key = m.model_id_key
WHERE m.organization_id = %(organization_id)s;

-- provider_entries: what these providers are
SELECT id, provider_type, endpoint FROM ai_providers
WHERE organization_id = %(organization_id)s AND id = ANY (%(provider_ids)s);

-- registered_from: what is registered from a provider
SELECT id, model_id, type, capabilities, context_window, max_tokens, input_per_1k, output_per_1k, other_prices, price_source,
       price_as_of, lifecycle, retires_on, sources
FROM ai_models WHERE organization_id = %(organization_id)s AND provider_id = %(provider_id)s ORDER BY model_id;

-- all_providers: the ids of all providers
SELECT id FROM ai_providers WHERE organization_id = %(organization_id)s ORDER BY id;

-- key_documents: access keys as the API shows them, without their secrets
SELECT row_to_json(document) AS body, document.revision, {sort_value} AS sort_value, document.id FROM (
    SELECT k.id, k.organization_id AS "organizationId", k.name, k.hint, k.scope, k.model_ids AS "modelIds",
           k.provider_ids AS "providerIds",
           json_build_object('requestsPerMinute', k.requests_per_minute, 'tokensPerMinute', k.tokens_per_minute,
                             'concurrent', k.concurrent) AS limits,
           CASE WHEN k.budget_usd IS NOT NULL
                THEN json_build_object('usd', k.budget_usd, 'period', k.budget_period,
                                       'spentUsd', coalesce(b.spent_usd, 0),
                                       'resetsAt', budget_end(k.budget_period, {moment})) END AS budget,
           k.labels, k.expires_at AS "expiresAt", k.is_enabled AS "isEnabled",
           CASE WHEN k.previous_valid_until > {moment} THEN k.previous_valid_until END AS "previousSecretUntil",
           u.last_used_at AS "lastUsedAt", k.created_by AS "createdBy", k.created_at AS "createdAt",
           k.updated_at AS "updatedAt", k.revision
    FROM {source} LEFT JOIN budget_spending b ON b.organization_id = k.organization_id AND b.subject_id = k.id
        AND b.period_start = budget_start(k.budget_period, {moment})
    WHERE k.organization_id = %(organization_id)s AND {conditions}
    ORDER BY {order} LIMIT {limit}) document;

-- key_count: how many access keys the filter lets through
SELECT count(*) FROM {source} WHERE k.organization_id = %(organization_id)s AND {conditions};

-- webhook_documents: webhooks as the API shows them, without their addresses and secrets
SELECT row_to_json(document) AS body, document.revision, {sort_value} AS sort_value, document.id FROM (
    SELECT w.id, w.organization_id AS "organizationId", w.name, w.host, w.topics, w.format, w.secret_hint AS "secretHint",
           CASE WHEN w.previous_valid_until > {moment} THEN w.previous_valid_until END AS "previousSecretUntil",
           w.is_enabled AS "isEnabled", w.switched_off_because AS "switchedOffBecause",
           CASE WHEN w.is_enabled THEN c.failing_since END AS "failingSince",
           CASE WHEN w.is_enabled THEN c.next_attempt_at END AS "nextAttemptAt",
           w.created_at AS "createdAt", w.updated_at AS "updatedAt", w.revision
    FROM {source}
    WHERE w.organization_id = %(organization_id)s AND {conditions}
    ORDER BY {order} LIMIT {limit}) document;

-- webhook_count: how many webhooks the filter lets through
SELECT count(*) FROM {source} WHERE w.organization_id = %(organization_id)s AND {conditions};

-- member_documents: members as the API shows them to administrators
SELECT row_to_json(document) AS body, document.revision, {sort_value} AS sort_value, document.id FROM (
    SELECT m.id, m.organization_id AS "organizationId", p.name, p.address, m.role,
           CASE WHEN m.person_id IS NULL THEN 'invited' ELSE 'active' END AS status,
           p.invitation_expires_at AS "invitationExpiresAt", m.created_at AS "createdAt", m.updated_at AS "updatedAt",
           m.revision
    FROM {source} WHERE m.organization_id = %(organization_id)s AND {conditions}
    ORDER BY {order} LIMIT {limit}) document;

-- member_count: how many members the filter lets through
SELECT count(*) FROM {source} WHERE m.organization_id = %(organization_id)s AND {conditions};
