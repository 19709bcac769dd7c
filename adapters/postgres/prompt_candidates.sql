-- sequence: how far the organization's log goes
SELECT org_sequence FROM organization_heads WHERE organization_id = %(organization_id)s;

-- budget: the organization's own budget
SELECT budget_usd, budget_period FROM organizations WHERE id = %(organization_id)s AND budget_usd IS NOT NULL;

-- cool_downs: the models that are left alone, and those that lately were
SELECT model_id, mark, reason, lasts_seconds, round, extract(epoch FROM ends_at - clock_timestamp())::float8, changed_at
FROM model_cool_downs WHERE organization_id = %(organization_id)s ORDER BY changed_at DESC LIMIT 1000;

-- share: what this process has found of models since it last said so
INSERT INTO model_cool_downs AS held (organization_id, model_id, mark, reason, lasts_seconds, round, ends_at, changed_at)
SELECT %(organization_id)s, found.model_id, found.mark, found.reason, found.lasts, found.round,
       clock_timestamp() + make_interval(secs => found.left_seconds), clock_timestamp()
FROM unnest(%(model_ids)s::uuid[], %(marks)s::bigint[], %(reasons)s::text[], %(lasts)s::float8[], %(rounds)s::integer[],
            %(left)s::float8[]) AS found (model_id, mark, reason, lasts, round, left_seconds)
ORDER BY found.model_id
ON CONFLICT (organization_id, model_id) DO UPDATE
SET mark = excluded.mark, reason = excluded.reason, lasts_seconds = excluded.lasts_seconds, round = excluded.round,
    ends_at = excluded.ends_at, changed_at = excluded.changed_at
RETURNING model_id, changed_at;

-- forget: what ended long ago
DELETE FROM model_cool_downs
WHERE organization_id = %(organization_id)s AND ends_at < clock_timestamp() - interval '10 minutes';

-- count: how many models there are
SELECT count(*) FROM ai_models m WHERE m.organization_id = %(organization_id)s AND {allowed};

-- dearest: the price of the dearest model
SELECT input_per_1k, output_per_1k, other_prices, price_source, price_as_of FROM ai_models
WHERE organization_id = %(organization_id)s AND (input_per_1k IS NOT NULL OR output_per_1k IS NOT NULL)
ORDER BY coalesce(input_per_1k, 0) + coalesce(output_per_1k, 0) DESC LIMIT 1;

-- candidates: models, each with its provider and its sealed key
SELECT m.called, m.tier, m.id, m.provider_id, m.model_id, m.name, m.type, m.capabilities, m.config, m.input_per_1k,
       m.output_per_1k, m.other_prices, m.price_source, m.price_as_of, m.context_window, m.max_tokens, m.lifecycle, m.retires_on,
       m.is_enabled, m.created_at,
       p.name, p.provider_type, p.endpoint, p.settings, p.is_enabled, p.health_status, p.credential_hint IS NOT NULL,
       c.version, c.origin, c.hint, c.ciphertext, c.nonce, c.wrapped_key, c.wrap_nonce, c.master_key_id,
       coalesce((p.credential_hint IS NOT NULL OR p.extra_headers <> '[]')
                AND p.credential_version + p.extra_headers_version = c.version, false)
FROM ({chosen}) m
JOIN ai_providers p ON p.organization_id = %(organization_id)s AND p.id = m.provider_id
LEFT JOIN provider_credentials c ON c.organization_id = %(organization_id)s AND c.provider_id = m.provider_id
ORDER BY m.called;

-- by_id: the model of an id
SELECT NULL::text AS called, 1 AS tier, m.* FROM ai_models m
WHERE m.organization_id = %(organization_id)s AND m.id = %(model_id)s AND {allowed};

-- by_model_id: the models that their providers, or this provider, call so; the preferred ones of very many
SELECT NULL::text AS called, 1 AS tier, m.* FROM ai_models m
WHERE m.organization_id = %(organization_id)s AND m.model_id_key = %(key)s AND m.model_id = %(name)s
    AND (%(provider_id)s::uuid IS NULL OR m.provider_id = %(provider_id)s) AND {allowed}
ORDER BY m.is_enabled DESC, {preference}, m.id LIMIT {limit};

-- by_any_name: the model of an id, the models that their providers call so, and those of this name
(SELECT NULL::text AS called, 1 AS tier, m.* FROM ai_models m
 WHERE m.organization_id = %(organization_id)s AND m.id = %(model_id)s AND {allowed})
UNION ALL
(SELECT NULL::text, 2, m.* FROM ai_models m
 WHERE m.organization_id = %(organization_id)s AND m.model_id_key = %(key)s AND m.model_id = %(name)s AND {allowed}
 ORDER BY m.is_enabled DESC, {preference}, m.id LIMIT {limit})
UNION ALL
(SELECT NULL::text, 3, m.* FROM ai_models m
 WHERE m.organization_id = %(organization_id)s AND m.name_key = %(key)s AND {allowed}
 ORDER BY m.is_enabled DESC, {preference}, m.id LIMIT {limit});

-- first: the first models by their names
SELECT NULL::text AS called, 1 AS tier, m.* FROM ai_models m
WHERE m.organization_id = %(organization_id)s AND {allowed}
ORDER BY m.name_key, m.id LIMIT {limit};

-- fitting: the best models for a need, by provider and type from the index that has them in their order
SELECT NULL::text AS called, 1 AS tier, best.* FROM (
    SELECT able.id AS able_id, able.health_status, wanted.type AS wanted_type
    FROM ai_providers able CROSS JOIN unnest(%(types)s::text[]) AS wanted (type)
    WHERE able.organization_id = %(organization_id)s AND able.is_enabled AND able.health_status <> 'unhealthy'
        AND (able.credential_hint IS NOT NULL OR able.provider_type <> ALL (%(keyed_types)s::text[]))
) able CROSS JOIN LATERAL ({arms}) best
ORDER BY {order}, CASE able.health_status WHEN 'healthy' THEN 0 WHEN 'unknown' THEN 1 ELSE 2 END,
         best.input_per_1k + best.output_per_1k, best.name, best.id
LIMIT {limit};

-- cheapest_first: the cheapest of a provider and a type
(SELECT m.* FROM ai_models m
 WHERE m.organization_id = %(organization_id)s AND m.provider_id = able.able_id AND m.is_enabled
    AND m.type = able.wanted_type AND {fits} AND {allowed}
 ORDER BY m.input_per_1k + m.output_per_1k, m.name, m.id LIMIT {limit});

-- preferred_first: those with a preference
(SELECT m.* FROM ai_models m
 WHERE m.organization_id = %(organization_id)s AND m.provider_id = able.able_id AND m.is_enabled
    AND m.type = able.wanted_type AND jsonb_typeof(m.config -> 'preference') = 'number' AND {fits} AND {allowed}
 ORDER BY (m.config ->> 'preference')::numeric, m.input_per_1k + m.output_per_1k, m.name, m.id LIMIT {limit})
UNION ALL
(SELECT m.* FROM ai_models m
 WHERE m.organization_id = %(organization_id)s AND m.provider_id = able.able_id AND m.is_enabled
    AND m.type = able.wanted_type AND jsonb_typeof(m.config -> 'preference') IS DISTINCT FROM 'number' AND {fits} AND {allowed}
 ORDER BY m.input_per_1k + m.output_per_1k, m.name, m.id LIMIT {limit});

-- fastest_first: those whose speed is known, and the cheapest of the others
(SELECT m.* FROM ai_models m
 WHERE m.organization_id = %(organization_id)s AND m.provider_id = able.able_id AND m.is_enabled
    AND m.type = able.wanted_type AND m.id = ANY (%(fastest)s::uuid[]) AND {fits} AND {allowed})
UNION ALL
(SELECT m.* FROM ai_models m
 WHERE m.organization_id = %(organization_id)s AND m.provider_id = able.able_id AND m.is_enabled
    AND m.type = able.wanted_type AND m.id <> ALL (%(fastest)s::uuid[]) AND {fits} AND {allowed}
 ORDER BY m.input_per_1k + m.output_per_1k, m.name, m.id LIMIT {limit});

-- fits: what a need asks of a model of a right type; the rules themselves are application/prompts/model_selection.py
m.capabilities @> %(capabilities)s
    AND (%(least_window)s::bigint IS NULL OR m.context_window >= %(least_window)s)
    AND (%(highest_cost)s::numeric IS NULL OR coalesce(m.input_per_1k, m.output_per_1k) <= %(highest_cost)s)
    AND (NOT %(needs_eyes)s OR m.type = 'vision' OR m.capabilities @> '["vision"]')
    AND (NOT %(wants_vision)s OR m.type = 'vision' OR m.capabilities @> '["vision"]')
    AND m.lifecycle IS DISTINCT FROM 'retired' AND (m.retires_on IS NULL OR m.retires_on COLLATE "C" > %(today)s);

-- allowed: what an access key may use that may not use everything
(NOT %(is_restricted)s OR m.id = ANY (%(may_models)s::uuid[]) OR m.provider_id = ANY (%(may_providers)s::uuid[]));

-- preference: the lowest preference first, then those without one
CASE jsonb_typeof(m.config -> 'preference') WHEN 'number' THEN (m.config ->> 'preference')::numeric END;

-- callable: a page of the names that models are called by, each with those that would be tried first
SELECT page.called, named.* FROM (
    SELECT every.key, every.called FROM (
        (SELECT DISTINCT m.model_id_key AS key, m.model_id AS called FROM ai_models m
         WHERE m.organization_id = %(organization_id)s AND {usable} AND {allowed}
            AND (%(after)s::text IS NULL OR m.model_id_key >= %(after_key)s)
            AND (%(after)s::text IS NULL OR (m.model_id_key, m.model_id) > (%(after_key)s, %(after)s))
         ORDER BY key, called LIMIT {limit})
        UNION
        (SELECT DISTINCT m.name_key, m.name FROM ai_models m
         WHERE m.organization_id = %(organization_id)s AND {usable} AND {allowed}
            AND (%(after)s::text IS NULL OR m.name_key >= %(after_key)s)
            AND (%(after)s::text IS NULL OR (m.name_key, m.name) > (%(after_key)s, %(after)s))
         ORDER BY 1, 2 LIMIT {limit})
    ) every ORDER BY every.key, every.called LIMIT {limit}
) page CROSS JOIN LATERAL (
    (SELECT 2 AS tier, m.* FROM ai_models m
     WHERE m.organization_id = %(organization_id)s AND m.model_id_key = page.key AND m.model_id = page.called
        AND {usable} AND {allowed}
     ORDER BY {preference}, m.id LIMIT 2)
    UNION ALL
    (SELECT 3, m.* FROM ai_models m
     WHERE m.organization_id = %(organization_id)s AND m.name_key = page.key AND {usable} AND {allowed}
     ORDER BY {preference}, m.id LIMIT 2)
) named ORDER BY page.key, page.called, named.tier;

-- usable: models that answer in text or vectors, or may, and that can be called; one by one, in the order of the names
(SELECT m.is_enabled AND m.type = ANY (%(types)s::text[]) AND p.is_enabled
        AND (p.credential_hint IS NOT NULL OR p.provider_type <> ALL (%(keyed_types)s::text[]))
 FROM ai_providers p WHERE p.organization_id = %(organization_id)s AND p.id = m.provider_id);
