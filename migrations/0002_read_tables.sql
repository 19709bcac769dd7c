-- The read tables: each row the pure result of the log (application/projections), written in the append transaction.

CREATE TABLE ai_providers (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    name text NOT NULL,
    provider_type text NOT NULL,
    endpoint text NOT NULL,
    settings jsonb NOT NULL,
    is_enabled boolean NOT NULL,
    health_status text NOT NULL,
    credential_version integer NOT NULL,
    credential_hint text,
    credential_set_at timestamptz,
    -- The names alone: values are sealed with the key, under the sum of both versions.
    extra_headers jsonb NOT NULL,
    extra_headers_version integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    revision integer NOT NULL,
    name_key text COLLATE "C" NOT NULL
);

-- Names are equal and in order by a key that the projection makes (domain/names.py), whatever the database's locale.
CREATE UNIQUE INDEX ai_providers_name_key ON ai_providers (organization_id, name_key);

CREATE INDEX ai_providers_created_idx ON ai_providers (organization_id, created_at, id);

-- Primary keys come last: before the first ANALYZE all indexes of an organization cost the planner the same, it takes
-- the newest, and rows are looked for by their id more than by anything else.
ALTER TABLE ai_providers ADD CONSTRAINT ai_providers_pkey PRIMARY KEY (organization_id, id);

CREATE TABLE ai_models (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    provider_id uuid NOT NULL,
    model_id text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    version text,
    type text NOT NULL,
    capabilities jsonb NOT NULL,
    config jsonb NOT NULL,
    cost_per_1k_tokens numeric(10, 6),
    input_per_1k numeric,
    output_per_1k numeric,
    other_prices text,
    price_source text,
    price_as_of text,
    context_window bigint,
    max_tokens bigint,
    lifecycle text,
    retires_on text,
    is_enabled boolean NOT NULL,
    sources jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    revision integer NOT NULL,
    name_key text COLLATE "C" NOT NULL,
    model_id_key text COLLATE "C" NOT NULL,
    CONSTRAINT ai_models_provider_fkey FOREIGN KEY (organization_id, provider_id)
        REFERENCES ai_providers (organization_id, id),
    -- A model's id is unique as it is written. Its key comes first for the sake of the order of names.
    CONSTRAINT ai_models_model_id_key UNIQUE (organization_id, model_id_key, model_id, provider_id)
);

CREATE INDEX ai_models_name_idx ON ai_models (organization_id, name_key, id);

CREATE INDEX ai_models_created_idx ON ai_models (organization_id, created_at, id);

-- The cheapest models of a provider and a type, and those with a preference, in the order in which prompts try them
-- (adapters/postgres/prompt_candidates.sql): a prompt reads as many as it may need, however many there are.
CREATE INDEX ai_models_cost_idx ON ai_models (
    organization_id, provider_id, is_enabled, type, (input_per_1k + output_per_1k), name, id);

CREATE INDEX ai_models_preference_idx ON ai_models (
    organization_id, provider_id, type, ((config ->> 'preference')::numeric), (input_per_1k + output_per_1k))
    WHERE is_enabled AND jsonb_typeof(config -> 'preference') = 'number';

ALTER TABLE ai_models ADD CONSTRAINT ai_models_pkey PRIMARY KEY (organization_id, id);

-- Apply a command's net changes of one table: {"insert": [row...], "update": [columns...], "delete": [id...]}. Columns
-- that a change does not name stay as they are, and so does what `sources` says of other values. Times are the
-- database's; a rebuild brings its own. Every column of the table is named here: a migration that adds one repeats the
-- function with it. These run inside append_events, with its rights and its path.

CREATE FUNCTION apply_provider_changes(p_organization_id uuid, p_changes jsonb, p_time timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    change jsonb;
BEGIN
    IF p_changes ? 'insert' THEN
        INSERT INTO ai_providers (
            organization_id, id, name, provider_type, endpoint, settings, is_enabled, health_status, credential_version,
            credential_hint, credential_set_at, extra_headers, extra_headers_version, created_at, updated_at,
            revision, name_key)
        SELECT p_organization_id, r.id, r.name, r.provider_type, r.endpoint, r.settings, r.is_enabled, r.health_status,
            r.credential_version, r.credential_hint,
            coalesce(r.credential_set_at, CASE WHEN r.credential_hint IS NOT NULL THEN p_time END),
            r.extra_headers, r.extra_headers_version,
            coalesce(r.created_at, p_time), coalesce(r.updated_at, p_time), r.revision, r.name_key
        FROM jsonb_populate_recordset(NULL::ai_providers, p_changes -> 'insert') r;
    END IF;
    IF NOT p_changes ? 'update' THEN
        RETURN;
    END IF;
    -- One by one through the primary key: of a set the planner expects a hundred rows and reads all there are.
    FOR change IN SELECT jsonb_array_elements(p_changes -> 'update') LOOP
        UPDATE ai_providers held SET (
            name, provider_type, endpoint, settings, is_enabled, health_status, credential_version, credential_hint,
            credential_set_at, extra_headers, extra_headers_version, created_at, updated_at, revision,
            name_key) = (
            SELECT r.name, r.provider_type, r.endpoint, r.settings, r.is_enabled, r.health_status, r.credential_version,
                r.credential_hint,
                CASE WHEN change ? 'credential_set_at' OR NOT change ? 'credential_hint' THEN r.credential_set_at
                     WHEN r.credential_hint IS NOT NULL THEN p_time END,
                r.extra_headers, r.extra_headers_version, r.created_at,
                coalesce((change ->> 'updated_at')::timestamptz, p_time), r.revision, r.name_key
            FROM jsonb_populate_record(held, change) r)
        WHERE held.organization_id = p_organization_id AND held.id = (change ->> 'id')::uuid;
    END LOOP;
END
$$;

CREATE FUNCTION apply_model_changes(p_organization_id uuid, p_changes jsonb, p_time timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    change jsonb;
BEGIN
    IF p_changes ? 'insert' THEN
        INSERT INTO ai_models (
            organization_id, id, provider_id, model_id, name, version, type, capabilities, config, cost_per_1k_tokens,
            input_per_1k, output_per_1k, other_prices, price_source, price_as_of, context_window, max_tokens, lifecycle, retires_on,
            is_enabled, sources, created_at, updated_at, revision, name_key, model_id_key)
        SELECT p_organization_id, r.id, r.provider_id, r.model_id, r.name, r.version, r.type, r.capabilities, r.config,
            r.cost_per_1k_tokens, r.input_per_1k, r.output_per_1k, r.other_prices, r.price_source, r.price_as_of, r.context_window,
            r.max_tokens, r.lifecycle, r.retires_on, r.is_enabled, r.sources, coalesce(r.created_at, p_time),
            coalesce(r.updated_at, p_time), r.revision, r.name_key, r.model_id_key
        FROM jsonb_populate_recordset(NULL::ai_models, p_changes -> 'insert') r;
    END IF;
    IF NOT p_changes ? 'update' THEN
        RETURN;
    END IF;
    FOR change IN SELECT jsonb_array_elements(p_changes -> 'update') LOOP
        UPDATE ai_models held SET (
            provider_id, model_id, name, version, type, capabilities, config, cost_per_1k_tokens, input_per_1k,
            output_per_1k, other_prices, price_source, price_as_of, context_window, max_tokens, lifecycle, retires_on, is_enabled,
            sources, updated_at, revision, name_key, model_id_key) = (
            SELECT r.provider_id, r.model_id, r.name, r.version, r.type, r.capabilities, r.config, r.cost_per_1k_tokens,
                r.input_per_1k, r.output_per_1k, r.other_prices, r.price_source, r.price_as_of, r.context_window, r.max_tokens,
                r.lifecycle, r.retires_on, r.is_enabled, held.sources || coalesce(change -> 'sources', '{}'::jsonb),
                p_time, r.revision, r.name_key, r.model_id_key
            FROM jsonb_populate_record(held, change) r)
        WHERE held.organization_id = p_organization_id AND held.id = (change ->> 'id')::uuid;
    END LOOP;
END
$$;

-- The organization's first write has made its row.
CREATE FUNCTION apply_organization_changes(p_organization_id uuid, p_changes jsonb) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE organizations held
    SET (name, quotas, budget_usd, budget_period) = (
        SELECT r.name, r.quotas, r.budget_usd, r.budget_period
        FROM jsonb_populate_record(held, change) r)
    FROM jsonb_array_elements(coalesce(p_changes -> 'insert', '[]') || coalesce(p_changes -> 'update', '[]')) change
    WHERE held.id = p_organization_id;
END
$$;

-- Apply the net row changes of a command, under their tables' names. Deletes come first, models before the providers
-- they belong to; inserts and updates the other way round. Returns true, so that append_events can assign it.
CREATE FUNCTION apply_changes(p_organization_id uuid, p_changes jsonb, p_time timestamptz) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
    models CONSTANT jsonb := p_changes -> 'ai_models';
    providers jsonb;
    keys jsonb;
    hooks jsonb;
    people jsonb;
BEGIN
    IF models ? 'delete' THEN
        DELETE FROM ai_models WHERE organization_id = p_organization_id
            AND id IN (SELECT value::uuid FROM jsonb_array_elements_text(models -> 'delete'));
    END IF;
    IF p_changes - 'ai_models' = '{}' THEN
        PERFORM apply_model_changes(p_organization_id, models, p_time);
        RETURN true;
    END IF;
    providers := p_changes -> 'ai_providers';
    keys := p_changes -> 'access_keys';
    hooks := p_changes -> 'webhooks';
    people := p_changes -> 'members';
    IF keys ? 'delete' THEN
        DELETE FROM access_keys WHERE organization_id = p_organization_id
            AND id IN (SELECT value::uuid FROM jsonb_array_elements_text(keys -> 'delete'));
    END IF;
    IF hooks ? 'delete' THEN
        DELETE FROM webhooks WHERE organization_id = p_organization_id
            AND id IN (SELECT value::uuid FROM jsonb_array_elements_text(hooks -> 'delete'));
    END IF;
    IF people ? 'delete' THEN
        DELETE FROM members WHERE organization_id = p_organization_id
            AND id IN (SELECT value::uuid FROM jsonb_array_elements_text(people -> 'delete'));
    END IF;
    IF providers ? 'delete' THEN
        DELETE FROM ai_providers WHERE organization_id = p_organization_id
            AND id IN (SELECT value::uuid FROM jsonb_array_elements_text(providers -> 'delete'));
    END IF;
    IF providers IS NOT NULL THEN
        PERFORM apply_provider_changes(p_organization_id, providers, p_time);
    END IF;
    IF models IS NOT NULL THEN
        PERFORM apply_model_changes(p_organization_id, models, p_time);
    END IF;
    IF keys IS NOT NULL THEN
        PERFORM apply_access_key_changes(p_organization_id, keys, p_time);
    END IF;
    IF hooks IS NOT NULL THEN
        PERFORM apply_webhook_changes(p_organization_id, hooks, p_time);
    END IF;
    IF people IS NOT NULL THEN
        PERFORM apply_member_changes(p_organization_id, people, p_time);
    END IF;
    IF p_changes ? 'organizations' THEN
        PERFORM apply_organization_changes(p_organization_id, p_changes -> 'organizations');
    END IF;
    RETURN true;
END
$$;

-- Not projections: what the log must not hold, and evidence that is allowed to be forgotten.

-- Of webhooks too: their addresses and secrets, under their own ids (0015).
CREATE TABLE provider_credentials (
    organization_id uuid NOT NULL,
    provider_id uuid NOT NULL,
    version integer NOT NULL,
    origin text NOT NULL,
    hint text NOT NULL,
    ciphertext bytea NOT NULL,
    nonce bytea NOT NULL,
    wrapped_key bytea NOT NULL,
    wrap_nonce bytea NOT NULL,
    master_key_id text NOT NULL,
    CONSTRAINT provider_credentials_pkey PRIMARY KEY (organization_id, provider_id)
);

CREATE TABLE vault_canaries (
    master_key_id text PRIMARY KEY,
    canary bytea NOT NULL
);

CREATE TABLE provider_health (
    organization_id uuid NOT NULL,
    provider_id uuid NOT NULL,
    last_check_at timestamptz NOT NULL,
    consecutive_failures integer NOT NULL DEFAULT 0,
    consecutive_successes integer NOT NULL DEFAULT 0,
    CONSTRAINT provider_health_pkey PRIMARY KEY (organization_id, provider_id)
);

CREATE TABLE provider_checks (
    organization_id uuid NOT NULL,
    provider_id uuid NOT NULL,
    checked_at timestamptz NOT NULL,
    check_id uuid NOT NULL,
    report jsonb NOT NULL,
    CONSTRAINT provider_checks_pkey PRIMARY KEY (organization_id, provider_id, checked_at, check_id)
);

CREATE TABLE idempotency_keys (
    organization_id uuid NOT NULL,
    key text NOT NULL,
    fingerprint bytea NOT NULL,
    claimed_at timestamptz NOT NULL,
    completed_at timestamptz,
    status integer,
    headers jsonb,
    body bytea,
    CONSTRAINT idempotency_keys_pkey PRIMARY KEY (organization_id, key)
);

CREATE INDEX idempotency_keys_claimed_idx ON idempotency_keys (organization_id, claimed_at);
