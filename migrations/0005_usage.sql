-- What models were used for, added up; kept when a model is removed, so nothing here refers to the read tables.

CREATE TABLE model_usage (
    organization_id uuid NOT NULL,
    day date NOT NULL,
    model_id uuid NOT NULL,
    outcome text NOT NULL,
    provider_id uuid NOT NULL,
    provider_model_id text NOT NULL,
    requests bigint NOT NULL,
    input_tokens bigint NOT NULL,
    output_tokens bigint NOT NULL,
    cost_usd numeric NOT NULL,
    unknown_cost_requests bigint NOT NULL,
    latency_ms_total double precision NOT NULL,
    latency_ms_max double precision NOT NULL,
    CONSTRAINT model_usage_pkey PRIMARY KEY (organization_id, day, model_id, outcome)
);

DO $$
BEGIN
    PERFORM isolate('model_usage');
END
$$;

GRANT SELECT, INSERT, UPDATE ON model_usage TO :"app", :"admin";
