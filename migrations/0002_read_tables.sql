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
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    revision integer NOT NULL
);

CREATE UNIQUE INDEX ai_providers_name_key ON ai_providers (organization_id, lower(name));

CREATE INDEX ai_providers_name_idx ON ai_providers (organization_id, name, id);

CREATE INDEX ai_providers_created_idx ON ai_providers (organization_id, created_at, id);

-- Primary keys come last: before the first ANALYZE all indexes of an organization cost the planner the same, it takes
-- the newest, and rows are looked for by their id more than by anything else.
ALTER TABLE ai_providers ADD CONSTRAINT ai_providers_pkey PRIMARY KEY (organization_id, id);

CREATE TABLE ai_models (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    provider_id uuid NOT NULL,
    model_id text NOT NULL,
    name text NOT NULL,
    version text,
    type text NOT NULL,
    capabilities jsonb NOT NULL,
    config jsonb NOT NULL,
    cost_per_1k_tokens numeric(10, 6),
    input_per_1k numeric,
    output_per_1k numeric,
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
    CONSTRAINT ai_models_provider_fkey FOREIGN KEY (organization_id, provider_id)
        REFERENCES ai_providers (organization_id, id),
    CONSTRAINT ai_models_model_id_key UNIQUE (organization_id, provider_id, model_id)
);

CREATE INDEX ai_models_name_idx ON ai_models (organization_id, name, id);

CREATE INDEX ai_models_created_idx ON ai_models (organization_id, created_at, id);

ALTER TABLE ai_models ADD CONSTRAINT ai_models_pkey PRIMARY KEY (organization_id, id);

-- Not projections: what the log must not hold, and evidence that is allowed to be forgotten.

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
