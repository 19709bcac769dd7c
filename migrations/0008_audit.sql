-- Searching the log, and the end of an organization.

-- Everything that is kept of an organization beside its log goes with the event that closes it; a new table with an
-- organization is to be named here. Its providers, models, access keys,
-- webhooks and members were removed by events of their own.
CREATE FUNCTION close_organization(p_organization_id uuid, p_org_sequence bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM ai_providers p WHERE p.organization_id = p_organization_id) THEN
        RAISE EXCEPTION 'organization % still has providers', p_organization_id USING ERRCODE = 'ML004';
    END IF;
    IF EXISTS (SELECT FROM access_keys k WHERE k.organization_id = p_organization_id) THEN
        RAISE EXCEPTION 'organization % still has access keys', p_organization_id USING ERRCODE = 'ML004';
    END IF;
    IF EXISTS (SELECT FROM webhooks w WHERE w.organization_id = p_organization_id) THEN
        RAISE EXCEPTION 'organization % still has webhooks', p_organization_id USING ERRCODE = 'ML004';
    END IF;
    IF EXISTS (SELECT FROM members m WHERE m.organization_id = p_organization_id) THEN
        RAISE EXCEPTION 'organization % still has members', p_organization_id USING ERRCODE = 'ML004';
    END IF;
    UPDATE organization_heads h SET closed_sequence = p_org_sequence WHERE h.organization_id = p_organization_id;
    DELETE FROM log_proofs WHERE organization_id = p_organization_id;
    DELETE FROM organizations o WHERE o.id = p_organization_id;
    DELETE FROM ai_models WHERE organization_id = p_organization_id;
    DELETE FROM ai_providers WHERE organization_id = p_organization_id;
    DELETE FROM provider_credentials WHERE organization_id = p_organization_id;
    DELETE FROM provider_health WHERE organization_id = p_organization_id;
    DELETE FROM provider_checks WHERE organization_id = p_organization_id;
    DELETE FROM idempotency_keys WHERE organization_id = p_organization_id;
    DELETE FROM model_usage WHERE organization_id = p_organization_id;
    -- As many as one transaction should delete; the sweep deletes what is left, all of a closed organization.
    DELETE FROM request_log WHERE organization_id = p_organization_id AND (ended_at, id) IN (
        SELECT ended_at, id FROM request_log WHERE organization_id = p_organization_id LIMIT 100000);
    DELETE FROM discovery_snapshots WHERE organization_id = p_organization_id;
    DELETE FROM discovery_attempts WHERE organization_id = p_organization_id;
    DELETE FROM projection_proofs WHERE organization_id = p_organization_id;
    DELETE FROM aggregate_snapshots WHERE organization_id = p_organization_id;
    DELETE FROM model_cool_downs WHERE organization_id = p_organization_id;
    DELETE FROM access_key_secrets WHERE organization_id = p_organization_id;
    DELETE FROM access_key_uses WHERE organization_id = p_organization_id;
    DELETE FROM budget_spending WHERE organization_id = p_organization_id;
    DELETE FROM budget_leases WHERE organization_id = p_organization_id;
    DELETE FROM webhook_cursors WHERE organization_id = p_organization_id;
    DELETE FROM webhook_deliveries WHERE organization_id = p_organization_id;
    DELETE FROM member_profiles WHERE organization_id = p_organization_id;
END
$$;

REVOKE ALL ON FUNCTION close_organization(uuid, bigint) FROM PUBLIC;

-- Prompts and checks that were under way when the organization was removed leave nothing behind when they end. A removal
-- that is under way holds the head until it is committed, so that whoever comes meanwhile waits and then sees it.
CREATE FUNCTION keep_nothing_of_closed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    closed bigint;
BEGIN
    SELECT h.closed_sequence INTO closed FROM organization_heads h
    WHERE h.organization_id = NEW.organization_id FOR KEY SHARE;
    IF closed IS NULL THEN
        RETURN NEW;
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER model_usage_of_closed BEFORE INSERT ON model_usage
    FOR EACH ROW EXECUTE FUNCTION keep_nothing_of_closed();

CREATE TRIGGER provider_checks_of_closed BEFORE INSERT ON provider_checks
    FOR EACH ROW EXECUTE FUNCTION keep_nothing_of_closed();

CREATE TRIGGER provider_health_of_closed BEFORE INSERT ON provider_health
    FOR EACH ROW EXECUTE FUNCTION keep_nothing_of_closed();

-- Times grow with the sequence numbers, so that twenty looks into the primary key find a place among a
-- million events: no index has to be kept for it.

-- The last sequence number of an organization whose event was recorded at or before a time; 0 when there is none.
CREATE FUNCTION sequence_at(p_organization_id uuid, p_time timestamptz) RETURNS bigint
LANGUAGE plpgsql STABLE SET search_path = public, pg_temp AS $$
DECLARE
    low bigint := 0;
    high bigint := (SELECT h.org_sequence FROM organization_heads h WHERE h.organization_id = p_organization_id);
    middle bigint;
BEGIN
    WHILE low < high LOOP
        middle := (low + high + 1) / 2;
        IF (SELECT e.recorded_at <= p_time FROM events e
            WHERE e.organization_id = p_organization_id AND e.org_sequence = middle) THEN
            low := middle;
        ELSE
            high := middle - 1;
        END IF;
    END LOOP;
    RETURN low;
END
$$;

-- The last revision of an aggregate whose event was recorded at or before a time; 0 when there is none.
CREATE FUNCTION revision_at(p_organization_id uuid, p_aggregate_id uuid, p_time timestamptz) RETURNS integer
LANGUAGE plpgsql STABLE SET search_path = public, pg_temp AS $$
DECLARE
    low integer := 0;
    high integer := coalesce((SELECT max(e.revision) FROM events e
                              WHERE e.organization_id = p_organization_id AND e.aggregate_id = p_aggregate_id), 0);
    middle integer;
BEGIN
    WHILE low < high LOOP
        middle := (low + high + 1) / 2;
        IF (SELECT e.recorded_at <= p_time FROM events e WHERE e.organization_id = p_organization_id
            AND e.aggregate_id = p_aggregate_id AND e.revision = middle) THEN
            low := middle;
        ELSE
            high := middle - 1;
        END IF;
    END LOOP;
    RETURN low;
END
$$;

GRANT EXECUTE ON FUNCTION revision_at(uuid, uuid, timestamptz) TO :"app", :"admin";
GRANT EXECUTE ON FUNCTION sequence_at(uuid, timestamptz) TO :"app", :"admin";
