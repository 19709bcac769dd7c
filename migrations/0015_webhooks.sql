-- Webhooks: the read table, up to which event each has received its organization's log, and what became of each message. Their
-- addresses and secrets are sealed, and lie with the providers' keys (provider_credentials) under the webhook's id.

CREATE TABLE webhooks (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    name text NOT NULL,
    topics jsonb NOT NULL,
    format text NOT NULL,
    host text NOT NULL,
    credential_version integer NOT NULL,
    secret_hint text NOT NULL,
    previous_valid_until timestamptz,
    is_enabled boolean NOT NULL,
    switched_off_because text,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    revision integer NOT NULL,
    name_key text COLLATE "C" NOT NULL
);

CREATE INDEX webhooks_name_idx ON webhooks (organization_id, name_key, id);

CREATE INDEX webhooks_created_idx ON webhooks (organization_id, created_at, id);

ALTER TABLE webhooks ADD CONSTRAINT webhooks_pkey PRIMARY KEY (organization_id, id);

-- As the functions for the other read tables (0002): every column is named here. A command that makes one too many is
-- refused as if by a constraint; a rebuild, which brings its own times, is not.
CREATE FUNCTION apply_webhook_changes(p_organization_id uuid, p_changes jsonb, p_time timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    change jsonb;
BEGIN
    IF p_changes ? 'insert' THEN
        INSERT INTO webhooks (
            organization_id, id, name, topics, format, host, credential_version, secret_hint, previous_valid_until,
            is_enabled, switched_off_because, created_at, updated_at, revision, name_key)
        SELECT p_organization_id, r.id, r.name, r.topics, r.format, r.host, r.credential_version, r.secret_hint,
            r.previous_valid_until, r.is_enabled, r.switched_off_because, coalesce(r.created_at, p_time),
            coalesce(r.updated_at, p_time), r.revision, r.name_key
        FROM jsonb_populate_recordset(NULL::webhooks, p_changes -> 'insert') r;
        IF p_time IS NOT NULL AND (SELECT count(*) FROM webhooks w WHERE w.organization_id = p_organization_id) > 20 THEN
            RAISE EXCEPTION 'organization % has too many webhooks', p_organization_id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'webhooks_at_most';
        END IF;
    END IF;
    IF NOT p_changes ? 'update' THEN
        RETURN;
    END IF;
    FOR change IN SELECT jsonb_array_elements(p_changes -> 'update') LOOP
        UPDATE webhooks held SET (
            name, topics, format, host, credential_version, secret_hint, previous_valid_until, is_enabled,
            switched_off_because, updated_at, revision, name_key) = (
            SELECT r.name, r.topics, r.format, r.host, r.credential_version, r.secret_hint, r.previous_valid_until,
                r.is_enabled, r.switched_off_because, p_time, r.revision, r.name_key
            FROM jsonb_populate_record(held, change) r)
        WHERE held.organization_id = p_organization_id AND held.id = (change ->> 'id')::uuid;
    END LOOP;
END
$$;

-- Up to which event a webhook has received the log. While a message fails, `attempts` counts its tries since `failing_since`, and
-- the next is due at `next_attempt_at`. `served_at` is when the webhook had its turn last.
CREATE TABLE webhook_cursors (
    organization_id uuid NOT NULL,
    webhook_id uuid NOT NULL,
    position bigint NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    failing_since timestamptz,
    next_attempt_at timestamptz,
    served_at timestamptz,
    CONSTRAINT webhook_cursors_pkey PRIMARY KEY (organization_id, webhook_id)
);

-- One row for each message, kept for 14 days; `position` is that of the event, null for a test.
CREATE TABLE webhook_deliveries (
    organization_id uuid NOT NULL,
    webhook_id uuid NOT NULL,
    message_id uuid NOT NULL,
    position bigint,
    topic text NOT NULL,
    status text NOT NULL,
    attempts integer NOT NULL,
    response_status integer,
    response_bytes integer,
    response_ms numeric,
    failure text,
    first_attempt_at timestamptz NOT NULL,
    last_attempt_at timestamptz NOT NULL,
    next_attempt_at timestamptz,
    CONSTRAINT webhook_deliveries_pkey PRIMARY KEY (organization_id, webhook_id, message_id)
);

CREATE INDEX webhook_deliveries_newest_idx
    ON webhook_deliveries (organization_id, webhook_id, first_attempt_at, message_id);

-- For the sweep, of all organizations.
CREATE INDEX webhook_deliveries_age_idx ON webhook_deliveries (first_attempt_at);

-- A webhook receives what follows the event that made or enabled it.
CREATE FUNCTION begin_webhook(p_organization_id uuid, p_webhook_id uuid, p_org_sequence bigint) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO webhook_cursors AS held (organization_id, webhook_id, position)
    VALUES (p_organization_id, p_webhook_id, p_org_sequence)
    ON CONFLICT (organization_id, webhook_id) DO UPDATE
    SET position = excluded.position, attempts = 0, failing_since = NULL, next_attempt_at = NULL;
END
$$;

-- Another address is tried at once.
CREATE FUNCTION try_webhook_again(p_organization_id uuid, p_webhook_id uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE webhook_cursors c SET next_attempt_at = NULL
    WHERE c.organization_id = p_organization_id AND c.webhook_id = p_webhook_id;
END
$$;

-- What is kept beside the log of a webhook goes with it, in the same transaction.
CREATE FUNCTION forget_webhook(p_organization_id uuid, p_webhook_id uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM webhook_cursors c WHERE c.organization_id = p_organization_id AND c.webhook_id = p_webhook_id;
    DELETE FROM webhook_deliveries d WHERE d.organization_id = p_organization_id AND d.webhook_id = p_webhook_id;
    DELETE FROM provider_credentials s WHERE s.organization_id = p_organization_id AND s.provider_id = p_webhook_id;
END
$$;

DO $$
BEGIN
    PERFORM isolate('webhooks');
    PERFORM isolate('webhook_cursors');
    PERFORM isolate('webhook_deliveries');
END
$$;

REVOKE ALL ON FUNCTION apply_webhook_changes(uuid, jsonb, timestamptz), begin_webhook(uuid, uuid, bigint),
    try_webhook_again(uuid, uuid), forget_webhook(uuid, uuid) FROM PUBLIC;
GRANT SELECT ON webhooks, webhook_cursors, webhook_deliveries TO :"app", :"admin";
GRANT UPDATE ON webhook_cursors TO :"app";
GRANT INSERT, UPDATE ON webhook_deliveries TO :"app";
-- The administrators' login sweeps what is too old.
GRANT DELETE ON webhook_deliveries TO :"admin";
