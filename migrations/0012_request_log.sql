-- One row for each call of a client: figures and ids, never a word of a prompt or an answer. Usage is counted from the same
-- rows in the same statement (usage.sql), so that both agree. Rows outlive models and keys and refer to nothing.

CREATE TABLE request_log (
    organization_id uuid NOT NULL,
    ended_at timestamptz NOT NULL,
    id uuid NOT NULL,
    request_id text NOT NULL,
    actor text NOT NULL,
    access_key_id uuid,
    labels jsonb NOT NULL,
    door text NOT NULL,
    operation text NOT NULL,
    is_streamed boolean NOT NULL,
    model_asked text,
    model_id uuid,
    provider_id uuid,
    provider_type text,
    provider_model_id text,
    outcome text NOT NULL,
    attempts jsonb NOT NULL,
    attempt_count integer NOT NULL,
    input_tokens bigint,
    cached_input_tokens bigint,
    cache_write_tokens bigint,
    cache_write_5m_tokens bigint,
    cache_write_1h_tokens bigint,
    audio_input_tokens bigint,
    output_tokens bigint,
    reasoning_tokens bigint,
    audio_output_tokens bigint,
    cost_usd numeric,
    cost_unknown text,
    first_byte_ms double precision,
    duration_ms double precision NOT NULL,
    upstream_request_id text,
    ignored_fields jsonb NOT NULL,
    CONSTRAINT request_log_pkey PRIMARY KEY (organization_id, ended_at, id)
);

-- Support is asked about one request, by our id or the provider's.
CREATE INDEX request_log_request_idx ON request_log (organization_id, request_id);
CREATE INDEX request_log_upstream_idx ON request_log (organization_id, upstream_request_id)
    WHERE upstream_request_id IS NOT NULL;

DO $$
BEGIN
    PERFORM isolate('request_log');
END
$$;

CREATE TRIGGER request_log_of_closed BEFORE INSERT ON request_log
    FOR EACH ROW EXECUTE FUNCTION keep_nothing_of_closed();

GRANT SELECT, INSERT ON request_log TO :"app", :"admin";
GRANT DELETE ON request_log TO :"admin";
