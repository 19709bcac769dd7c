-- Following, searching and proving the log, and the end of an organization.

-- The sequence number of the event that closed the organization; none while it is open.
ALTER TABLE organization_heads ADD COLUMN closed_sequence bigint;

-- Each append moves its organization's head once: whoever follows the organization is woken when that is committed.
-- Nothing follows the event that closed it.
CREATE FUNCTION head_moves() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF NEW.org_sequence > OLD.closed_sequence THEN
        RAISE EXCEPTION 'organization % was removed', NEW.organization_id USING ERRCODE = 'ML003';
    END IF;
    PERFORM pg_notify('modelbook_log', NEW.organization_id::text);
    RETURN NEW;
END
$$;

CREATE TRIGGER organization_head_moves BEFORE UPDATE OF org_sequence ON organization_heads
    FOR EACH ROW EXECUTE FUNCTION head_moves();

-- Everything that is kept of an organization beside its log goes with the event that closes it, from the tables there
-- are today and from those of tomorrow. Its providers and models have said goodbye in events of their own.
CREATE FUNCTION close_organization() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    held regclass;
BEGIN
    IF EXISTS (SELECT FROM ai_providers p WHERE p.organization_id = NEW.organization_id) THEN
        RAISE EXCEPTION 'organization % still has providers', NEW.organization_id USING ERRCODE = 'ML004';
    END IF;
    UPDATE organization_heads h SET closed_sequence = NEW.org_sequence WHERE h.organization_id = NEW.organization_id;
    DELETE FROM organizations o WHERE o.id = NEW.organization_id;
    FOR held IN
        SELECT c.oid::regclass FROM pg_class c
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'organization_id' AND NOT a.attisdropped
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
            AND c.relname NOT IN ('events', 'organization_heads')
    LOOP
        EXECUTE format('DELETE FROM %s WHERE organization_id = $1', held) USING NEW.organization_id;
    END LOOP;
    RETURN NULL;
END
$$;

CREATE TRIGGER events_close_organization AFTER INSERT ON events
    FOR EACH ROW WHEN (NEW.topic = 'organization.removed') EXECUTE FUNCTION close_organization();

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

-- Times and positions grow with the sequence numbers, so that twenty looks into the primary key find a place among a
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

-- The last sequence number of an organization whose event is at or before a position of the whole log; 0 for none.
CREATE FUNCTION sequence_up_to(p_organization_id uuid, p_position bigint) RETURNS bigint
LANGUAGE plpgsql STABLE SET search_path = public, pg_temp AS $$
DECLARE
    low bigint := 0;
    high bigint := (SELECT h.org_sequence FROM organization_heads h WHERE h.organization_id = p_organization_id);
    middle bigint;
BEGIN
    WHILE low < high LOOP
        middle := (low + high + 1) / 2;
        IF (SELECT e.position <= p_position FROM events e
            WHERE e.organization_id = p_organization_id AND e.org_sequence = middle) THEN
            low := middle;
        ELSE
            high := middle - 1;
        END IF;
    END LOOP;
    RETURN low;
END
$$;

GRANT EXECUTE ON FUNCTION sequence_at(uuid, timestamptz) TO :"app", :"admin";
GRANT EXECUTE ON FUNCTION sequence_up_to(uuid, bigint) TO :"app", :"admin";
