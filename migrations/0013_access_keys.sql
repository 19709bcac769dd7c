-- Access keys: the read table, and beside the log the digests of their secrets and when they were used.

CREATE TABLE access_keys (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    name text NOT NULL,
    scope text NOT NULL,
    secret_version integer NOT NULL,
    hint text NOT NULL,
    previous_valid_until timestamptz,
    model_ids jsonb,
    provider_ids jsonb,
    requests_per_minute bigint,
    tokens_per_minute bigint,
    concurrent bigint,
    budget_usd numeric,
    budget_period text,
    labels jsonb NOT NULL,
    expires_at timestamptz,
    is_enabled boolean NOT NULL,
    created_by text NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    revision integer NOT NULL,
    name_key text COLLATE "C" NOT NULL
);

CREATE INDEX access_keys_name_idx ON access_keys (organization_id, name_key, id);

CREATE INDEX access_keys_created_idx ON access_keys (organization_id, created_at, id);

ALTER TABLE access_keys ADD CONSTRAINT access_keys_pkey PRIMARY KEY (organization_id, id);

-- As the functions for the other read tables (0002): every column is named here.
CREATE FUNCTION apply_access_key_changes(p_organization_id uuid, p_changes jsonb, p_time timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    change jsonb;
BEGIN
    IF p_changes ? 'insert' THEN
        INSERT INTO access_keys (
            organization_id, id, name, scope, secret_version, hint, previous_valid_until, model_ids, provider_ids,
            requests_per_minute, tokens_per_minute, concurrent, budget_usd, budget_period, labels, expires_at, is_enabled,
            created_by, created_at, updated_at, revision, name_key)
        SELECT p_organization_id, r.id, r.name, r.scope, r.secret_version, r.hint, r.previous_valid_until,
            r.model_ids, r.provider_ids, r.requests_per_minute,
            r.tokens_per_minute, r.concurrent, r.budget_usd, r.budget_period, r.labels, r.expires_at, r.is_enabled,
            r.created_by, coalesce(r.created_at, p_time), coalesce(r.updated_at, p_time), r.revision, r.name_key
        FROM jsonb_populate_recordset(NULL::access_keys, p_changes -> 'insert') r;
    END IF;
    IF NOT p_changes ? 'update' THEN
        RETURN;
    END IF;
    FOR change IN SELECT jsonb_array_elements(p_changes -> 'update') LOOP
        UPDATE access_keys held SET (
            name, scope, secret_version, hint, previous_valid_until, model_ids, provider_ids, requests_per_minute,
            tokens_per_minute, concurrent, budget_usd, budget_period, labels, expires_at, is_enabled, created_by,
            updated_at, revision, name_key) = (
            SELECT r.name, r.scope, r.secret_version, r.hint, r.previous_valid_until, r.model_ids,
                r.provider_ids, r.requests_per_minute, r.tokens_per_minute, r.concurrent,
                r.budget_usd, r.budget_period, r.labels, r.expires_at, r.is_enabled, r.created_by, p_time, r.revision,
                r.name_key
            FROM jsonb_populate_record(held, change) r)
        WHERE held.organization_id = p_organization_id AND held.id = (change ->> 'id')::uuid;
    END LOOP;
END
$$;

-- SHA-256 of the texts of keys, by the version of the secret. Which version is accepted, and until when, the log says; a
-- row that was put back is of an old version.
CREATE TABLE access_key_secrets (
    organization_id uuid NOT NULL,
    key_id uuid NOT NULL,
    version integer NOT NULL,
    digest bytea NOT NULL,
    CONSTRAINT access_key_secrets_pkey PRIMARY KEY (organization_id, key_id, version)
);

-- To the minute, and written off the path of requests.
CREATE TABLE access_key_uses (
    organization_id uuid NOT NULL,
    key_id uuid NOT NULL,
    last_used_at timestamptz NOT NULL,
    CONSTRAINT access_key_uses_pkey PRIMARY KEY (organization_id, key_id)
);

CREATE TRIGGER access_key_uses_of_closed BEFORE INSERT ON access_key_uses
    FOR EACH ROW EXECUTE FUNCTION keep_nothing_of_closed();

-- What is kept beside the log of a key goes with it, in the same transaction.
CREATE FUNCTION forget_access_key(p_organization_id uuid, p_key_id uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM access_key_secrets s WHERE s.organization_id = p_organization_id AND s.key_id = p_key_id;
    DELETE FROM access_key_uses u WHERE u.organization_id = p_organization_id AND u.key_id = p_key_id;
    DELETE FROM budget_spending s WHERE s.organization_id = p_organization_id AND s.subject_id = p_key_id;
    DELETE FROM budget_leases l WHERE l.organization_id = p_organization_id AND l.subject_id = p_key_id;
END
$$;

DO $$
BEGIN
    PERFORM isolate('access_keys');
    PERFORM isolate('access_key_secrets');
    PERFORM isolate('access_key_uses');
END
$$;

REVOKE ALL ON FUNCTION apply_access_key_changes(uuid, jsonb, timestamptz), forget_access_key(uuid, uuid) FROM PUBLIC;
GRANT SELECT ON access_keys, access_key_secrets TO :"app", :"admin";
GRANT SELECT, INSERT, UPDATE ON access_key_uses TO :"app", :"admin";
