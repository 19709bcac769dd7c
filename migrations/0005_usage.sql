-- What models were used for, added up by day and by hour (UTC); kept when a model is removed, so nothing here refers to
-- the read tables. A call of a provider is one request; a client's call may take several. Days are kept for ever, hours
-- are swept. `access_key_id` is the nil UUID where there was no key, and `labels` are the key's; their digest (MD5 of
-- their text) stands for them in the key of the table, which has to be short.

CREATE TABLE model_usage (
    organization_id uuid NOT NULL,
    period text NOT NULL,
    starts_at timestamptz NOT NULL,
    model_id uuid NOT NULL,
    outcome text NOT NULL,
    access_key_id uuid NOT NULL,
    actor text NOT NULL,
    labels jsonb NOT NULL,
    labels_digest uuid NOT NULL,
    provider_id uuid NOT NULL,
    provider_model_id text NOT NULL,
    requests bigint NOT NULL,
    input_tokens bigint NOT NULL,
    cached_input_tokens bigint NOT NULL,
    cache_write_tokens bigint NOT NULL,
    cache_write_5m_tokens bigint NOT NULL,
    cache_write_1h_tokens bigint NOT NULL,
    audio_input_tokens bigint NOT NULL,
    output_tokens bigint NOT NULL,
    reasoning_tokens bigint NOT NULL,
    audio_output_tokens bigint NOT NULL,
    cost_usd numeric NOT NULL,
    unknown_cost_requests bigint NOT NULL,
    latency_ms_total double precision NOT NULL,
    latency_ms_max double precision NOT NULL,
    CONSTRAINT model_usage_pkey PRIMARY KEY (
        organization_id, period, starts_at, model_id, outcome, access_key_id, actor, labels_digest)
);

DO $$
BEGIN
    PERFORM isolate('model_usage');
END
$$;

GRANT SELECT, INSERT, UPDATE ON model_usage TO :"app", :"admin";
GRANT DELETE ON model_usage TO :"admin";
