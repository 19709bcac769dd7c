-- What administrators have started, and what keeps the read tables equal to the log.

CREATE TABLE admin_jobs (
    id uuid PRIMARY KEY,
    kind text NOT NULL,
    subject text,
    parameters jsonb NOT NULL,
    requested_by text NOT NULL,
    correlation_id text NOT NULL,
    reason text,
    state text NOT NULL,
    is_cancelled boolean NOT NULL DEFAULT false,
    step text,
    done bigint NOT NULL DEFAULT 0,
    total bigint NOT NULL DEFAULT 0,
    result jsonb,
    error jsonb,
    created_at timestamptz NOT NULL,
    started_at timestamptz,
    heartbeat_at timestamptz NOT NULL,
    finished_at timestamptz
);

CREATE INDEX admin_jobs_created_idx ON admin_jobs (created_at);

-- When each read table was last rebuilt from the whole log.
CREATE TABLE projections (
    name text PRIMARY KEY,
    rebuilt_at timestamptz NOT NULL
);

-- Up to where an organization's rows of a read table were last found equal to its log: the hash of its head then, a
-- digest of the rows, and which version of the projection made them. While none of them changes, neither does the answer.
CREATE TABLE projection_proofs (
    organization_id uuid NOT NULL,
    name text NOT NULL,
    org_sequence bigint NOT NULL,
    head_hash bytea NOT NULL,
    row_count bigint NOT NULL,
    row_digest numeric NOT NULL,
    projection_version text NOT NULL,
    proved_at timestamptz NOT NULL,
    CONSTRAINT projection_proofs_pkey PRIMARY KEY (organization_id, name)
);

DO $$
BEGIN
    PERFORM isolate('projection_proofs');
END
$$;

GRANT SELECT, INSERT, UPDATE, DELETE ON admin_jobs, projections, projection_proofs TO :"admin";

-- Write rows as a rebuild has made them from the organization's events up to p_sequence, while nobody else writes for it.
-- A row of p_ids that is not among p_rows is not to be. Rows whose events go on beyond p_sequence are left alone and
-- returned, to be made again; with them, for how many milliseconds writers had to wait. Whatever holds a name that
-- belongs to one of the rows is wrong itself, and its own turn comes.
CREATE FUNCTION rewrite_rows(p_organization_id uuid, p_name text, p_sequence bigint, p_ids uuid[], p_rows jsonb)
RETURNS TABLE (left_alone uuid[], milliseconds double precision)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    began timestamptz;
    made jsonb := p_rows;
    ids uuid[] := p_ids;
    held uuid[];
BEGIN
    PERFORM set_config('app.organization_id', p_organization_id::text, true);
    PERFORM FROM organization_heads h WHERE h.organization_id = p_organization_id FOR UPDATE;
    began := clock_timestamp();
    left_alone := ARRAY(
        SELECT DISTINCT e.aggregate_id FROM events e
        WHERE e.organization_id = p_organization_id AND e.org_sequence > p_sequence AND e.aggregate_id = ANY (p_ids));
    IF cardinality(left_alone) > 0 THEN
        ids := ARRAY(SELECT id FROM unnest(p_ids) AS id WHERE id <> ALL (left_alone));
        made := coalesce((SELECT jsonb_agg(value) FROM jsonb_array_elements(p_rows)
                          WHERE (value ->> 'id')::uuid <> ALL (left_alone)), '[]');
    END IF;
    CASE p_name
    WHEN 'ai_models' THEN
        DELETE FROM ai_models m WHERE m.organization_id = p_organization_id AND m.id = ANY (ids);
        BEGIN
            PERFORM apply_model_changes(p_organization_id, jsonb_build_object('insert', made), NULL);
        EXCEPTION WHEN unique_violation THEN
            DELETE FROM ai_models m USING jsonb_to_recordset(made) AS r (provider_id uuid, model_id text, model_id_key text)
            WHERE m.organization_id = p_organization_id AND m.provider_id = r.provider_id AND m.model_id = r.model_id
                AND m.model_id_key = r.model_id_key;
            PERFORM apply_model_changes(p_organization_id, jsonb_build_object('insert', made), NULL);
        END;
    WHEN 'ai_providers' THEN
        DELETE FROM ai_providers p WHERE p.organization_id = p_organization_id AND p.id = ANY (ids)
            AND p.id NOT IN (SELECT (value ->> 'id')::uuid FROM jsonb_array_elements(made));
        UPDATE ai_providers p SET name_key = p.id::text FROM jsonb_to_recordset(made) AS r (id uuid, name_key text)
        WHERE p.organization_id = p_organization_id AND p.name_key = r.name_key AND p.id <> r.id;
        held := ARRAY(SELECT p.id FROM ai_providers p WHERE p.organization_id = p_organization_id AND p.id = ANY (ids));
        PERFORM apply_provider_changes(p_organization_id, (
            SELECT jsonb_object_agg(kind, rows) FROM (
                SELECT CASE WHEN (value ->> 'id')::uuid = ANY (held) THEN 'update' ELSE 'insert' END AS kind,
                       jsonb_agg(value) AS rows FROM jsonb_array_elements(made) GROUP BY 1) kinds), NULL);
    WHEN 'access_keys' THEN
        DELETE FROM access_keys k WHERE k.organization_id = p_organization_id AND k.id = ANY (ids);
        PERFORM apply_access_key_changes(p_organization_id, jsonb_build_object('insert', made), NULL);
    WHEN 'webhooks' THEN
        DELETE FROM webhooks w WHERE w.organization_id = p_organization_id AND w.id = ANY (ids);
        PERFORM apply_webhook_changes(p_organization_id, jsonb_build_object('insert', made), NULL);
    WHEN 'members' THEN
        DELETE FROM members m WHERE m.organization_id = p_organization_id
            AND (m.id = ANY (ids) OR m.person_id IN (SELECT (value ->> 'person_id')::uuid FROM jsonb_array_elements(made)));
        PERFORM apply_member_changes(p_organization_id, jsonb_build_object('insert', made), NULL);
    WHEN 'organizations' THEN
        DELETE FROM organizations o WHERE o.id = p_organization_id AND o.id = ANY (ids);
        INSERT INTO organizations (id, name, quotas, budget_usd, budget_period)
        SELECT r.id, r.name, r.quotas, r.budget_usd, r.budget_period
        FROM jsonb_populate_recordset(NULL::organizations, made) r WHERE r.id = p_organization_id;
    END CASE;
    milliseconds := extract(epoch FROM clock_timestamp() - began) * 1000;
    RETURN NEXT;
END
$$;

GRANT EXECUTE ON FUNCTION rewrite_rows(uuid, text, bigint, uuid[], jsonb) TO :"admin";
