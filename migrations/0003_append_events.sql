-- The one way into the log, in one round trip: idempotent by command id, optimistic by revision, all or nothing.
-- append_events and command_outcome alone run with the owner's rights, on a pinned search_path. What they call has the
-- rights and the path of who calls it: a SET of its own would cost each call more than most of its work. apply_changes,
-- which changes the read tables, stands beside them (0002).

-- Store and destroy sealed keys, digests of access keys, and what is kept of members (0017), with the events that speak of
-- them. Of an access key the digests of the new secret and of the one before it stay.
CREATE FUNCTION apply_credentials(p_organization_id uuid, p_sealed jsonb, p_destroyed uuid[]) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM provider_credentials WHERE organization_id = p_organization_id AND provider_id = ANY (p_destroyed);
    INSERT INTO provider_credentials AS stored
    SELECT p_organization_id, (s ->> 'provider_id')::uuid, (s ->> 'version')::integer, s ->> 'origin', s ->> 'hint',
           decode(s ->> 'ciphertext', 'base64'), decode(s ->> 'nonce', 'base64'),
           decode(s ->> 'wrapped_key', 'base64'), decode(s ->> 'wrap_nonce', 'base64'), s ->> 'master_key_id'
    FROM jsonb_array_elements(p_sealed) s WHERE s ? 'provider_id'
    ON CONFLICT (organization_id, provider_id) DO UPDATE
    SET (version, origin, hint, ciphertext, nonce, wrapped_key, wrap_nonce, master_key_id) =
        (excluded.version, excluded.origin, excluded.hint, excluded.ciphertext, excluded.nonce, excluded.wrapped_key,
         excluded.wrap_nonce, excluded.master_key_id);
    DELETE FROM access_key_secrets held USING jsonb_array_elements(p_sealed) s
    WHERE held.organization_id = p_organization_id AND held.key_id = (s ->> 'key_id')::uuid
        AND held.version < (s ->> 'version')::integer - 1;
    INSERT INTO access_key_secrets (organization_id, key_id, version, digest)
    SELECT p_organization_id, (s ->> 'key_id')::uuid, (s ->> 'version')::integer, decode(s ->> 'digest', 'base64')
    FROM jsonb_array_elements(p_sealed) s WHERE s ? 'key_id';
    IF jsonb_path_exists(p_sealed, '$[*].member_document') THEN
        PERFORM apply_member_documents(p_organization_id, p_sealed);
    END IF;
END
$$;

-- Lock the organization's head, making it (and the organization) with its first write.
CREATE FUNCTION locked_head(p_organization_id uuid) RETURNS organization_heads
LANGUAGE plpgsql AS $$
DECLARE
    head organization_heads;
BEGIN
    SELECT * INTO head FROM organization_heads WHERE organization_id = p_organization_id FOR UPDATE;
    IF NOT FOUND THEN
        INSERT INTO organizations (id) VALUES (p_organization_id) ON CONFLICT DO NOTHING;
        INSERT INTO organization_heads (organization_id, org_sequence, hash, recorded_at)
        VALUES (p_organization_id, 0, sha256(convert_to('modelbook/genesis/1', 'UTF8') || uuid_send(p_organization_id)),
                clock_timestamp())
        ON CONFLICT DO NOTHING;
        SELECT * INTO head FROM organization_heads WHERE organization_id = p_organization_id FOR UPDATE;
    END IF;
    RETURN head;
END
$$;

-- Sequence numbers and revisions a command has recorded; none when it has not. Waits for the command if it is under way,
-- even as the organization's first one: taking the head makes it, and a head that was made in vain is taken away.
CREATE FUNCTION command_outcome(p_organization_id uuid, p_command_id uuid)
RETURNS TABLE (aggregate_id uuid, revision integer, org_sequence bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    head organization_heads;
BEGIN
    PERFORM set_config('app.organization_id', p_organization_id::text, true);
    head := locked_head(p_organization_id);
    IF head.org_sequence = 0 THEN
        DELETE FROM organization_heads h WHERE h.organization_id = p_organization_id;
        DELETE FROM organizations o WHERE o.id = p_organization_id;
    END IF;
    RETURN QUERY SELECT e.aggregate_id, max(e.revision), max(e.org_sequence) FROM events e
        WHERE e.organization_id = p_organization_id AND e.command_id = p_command_id GROUP BY e.aggregate_id;
END
$$;

-- Returns the first sequence number; null when the log has the command already. Organizations share nothing here: whoever
-- appends for one waits for nobody else. Nothing follows the event that closed an organization.
CREATE FUNCTION append_events(
    p_organization_id uuid, p_command_id uuid, p_correlation_id text, p_actor text, p_reason text,
    p_aggregate_ids uuid[], p_revisions integer[], p_topics text[], p_states bytea[],
    p_changes jsonb, p_sealed jsonb, p_destroyed uuid[]
) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    -- Assigned, not performed: an expression alone needs no executor.
    scope CONSTANT text := set_config('app.organization_id', p_organization_id::text, true);
    count_of_events CONSTANT integer := cardinality(p_aggregate_ids);
    head_sequence bigint;
    head_time timestamptz;
    moment timestamptz;
    bytes_of_command bytea;
    previous bytea;
    hashes bytea[];
    closed_sequence bigint;
    done boolean;
BEGIN
    SELECT h.org_sequence, h.hash, h.recorded_at INTO head_sequence, previous, head_time
    FROM organization_heads h WHERE h.organization_id = p_organization_id FOR UPDATE;
    IF NOT FOUND THEN
        SELECT h.org_sequence, h.hash, h.recorded_at INTO head_sequence, previous, head_time
        FROM locked_head(p_organization_id) h;
    END IF;
    -- Time never runs backwards.
    moment := greatest(clock_timestamp(), head_time);
    bytes_of_command := command_bytes(p_actor, p_command_id, p_correlation_id, p_reason, moment);
    hashes[0] := previous;
    FOR i IN 1..count_of_events LOOP
        previous := linked_hash(previous, p_organization_id, head_sequence + i, p_aggregate_ids[i], p_revisions[i],
                                p_topics[i], bytes_of_command, p_states[i]);
        hashes[i] := previous;
    END LOOP;
    -- The key of revisions refuses one that is there already, so that the first of an aggregate needs no other look.
    INSERT INTO events (organization_id, org_sequence, aggregate_id, revision, topic, state, actor, command_id,
                        correlation_id, reason, recorded_at, previous_hash, hash)
    SELECT p_organization_id, head_sequence + i, p_aggregate_ids[i], p_revisions[i], p_topics[i], p_states[i], p_actor,
           p_command_id, p_correlation_id, p_reason, moment, hashes[i - 1], hashes[i]
    FROM generate_subscripts(p_aggregate_ids, 1) i
    WHERE NOT EXISTS (SELECT FROM events e WHERE e.organization_id = p_organization_id AND e.command_id = p_command_id)
        AND (p_revisions[1] <= 1 OR EXISTS (
            SELECT FROM events e WHERE e.organization_id = p_organization_id AND e.aggregate_id = p_aggregate_ids[1]
                AND e.revision = p_revisions[1] - 1));
    IF NOT FOUND THEN
        IF EXISTS (SELECT FROM events e WHERE e.organization_id = p_organization_id AND e.command_id = p_command_id) THEN
            RETURN NULL;
        END IF;
        PERFORM expect_revisions(p_organization_id, head_sequence, p_aggregate_ids, p_revisions);
        RAISE EXCEPTION 'the revisions are not in their order' USING ERRCODE = 'ML001';
    END IF;
    IF 1 <> ANY (p_revisions) AND (count_of_events > 1 OR p_revisions[1] < 1) THEN
        PERFORM expect_revisions(p_organization_id, head_sequence, p_aggregate_ids, p_revisions);
    END IF;
    -- A clock that was set back may lie behind the log by some seconds; beyond that no event is dated, for hours of them
    -- would have one time.
    IF head_time > clock_timestamp() + interval '10 seconds' THEN
        RAISE EXCEPTION 'the clock is behind the log of organization %', p_organization_id
            USING ERRCODE = 'ML005', DETAIL = extract(epoch FROM head_time - clock_timestamp())::text;
    END IF;
    IF p_changes IS NOT NULL THEN
        done := apply_changes(p_organization_id, p_changes, moment);
    END IF;
    IF p_sealed IS NOT NULL OR p_destroyed IS NOT NULL THEN
        PERFORM apply_credentials(p_organization_id, coalesce(p_sealed, '[]'::jsonb), coalesce(p_destroyed, '{}'));
    END IF;
    -- No triggers: looking whether one of them is meant would cost each append as much as two indexes.
    IF p_topics && ARRAY['provider.removed', 'access-key.revoked', 'webhook.registered', 'webhook.enabled',
                         'webhook.address-replaced', 'webhook.removed', 'member.invitation-withdrawn',
                         'organization.removed'] THEN
        FOR i IN 1..count_of_events LOOP
            PERFORM apply_consequences(p_organization_id, p_topics[i], p_aggregate_ids[i], head_sequence + i);
        END LOOP;
    END IF;
    UPDATE organization_heads h
    SET org_sequence = head_sequence + count_of_events, hash = previous, recorded_at = moment, is_changed = true
    WHERE h.organization_id = p_organization_id RETURNING h.closed_sequence INTO closed_sequence;
    IF head_sequence + count_of_events > closed_sequence THEN
        RAISE EXCEPTION 'organization % was removed', p_organization_id USING ERRCODE = 'ML003';
    END IF;
    RETURN head_sequence + 1;
END
$$;

-- What else goes or begins with an event, in its transaction (0006, 0008, 0013, 0015, 0017).
CREATE FUNCTION apply_consequences(p_organization_id uuid, p_topic text, p_aggregate_id uuid, p_org_sequence bigint)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    CASE p_topic
    WHEN 'provider.removed' THEN
        PERFORM forget_offers(p_organization_id, p_aggregate_id);
    WHEN 'access-key.revoked' THEN
        PERFORM forget_access_key(p_organization_id, p_aggregate_id);
    WHEN 'webhook.registered', 'webhook.enabled' THEN
        PERFORM begin_webhook(p_organization_id, p_aggregate_id, p_org_sequence);
    WHEN 'webhook.address-replaced' THEN
        PERFORM try_webhook_again(p_organization_id, p_aggregate_id);
    WHEN 'webhook.removed' THEN
        PERFORM forget_webhook(p_organization_id, p_aggregate_id);
    WHEN 'member.invitation-withdrawn' THEN
        PERFORM forget_invitation(p_organization_id, p_aggregate_id);
    WHEN 'organization.removed' THEN
        PERFORM close_organization(p_organization_id, p_org_sequence);
    ELSE
        NULL;
    END CASE;
END
$$;

-- Each aggregate's new revisions must follow its last recorded one, without a gap; a new aggregate's begin at 1 (or 0).
-- Looks at the log up to a sequence number.
CREATE FUNCTION expect_revisions(
    p_organization_id uuid, p_org_sequence bigint, p_aggregate_ids uuid[], p_revisions integer[]
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    stale record;
BEGIN
    SELECT wanted.aggregate_id, wanted.first_revision, coalesce(recorded.last_revision, 0) AS last_revision INTO stale
    FROM (SELECT w.aggregate_id, min(w.revision) AS first_revision,
                 max(w.revision) - min(w.revision) + 1 <> count(*) AS has_gaps
          FROM unnest(p_aggregate_ids, p_revisions) AS w (aggregate_id, revision) GROUP BY w.aggregate_id) wanted
    CROSS JOIN LATERAL (SELECT max(e.revision) AS last_revision FROM events e
                        WHERE e.organization_id = p_organization_id AND e.aggregate_id = wanted.aggregate_id
                            AND e.org_sequence <= p_org_sequence) recorded
    WHERE wanted.has_gaps
        OR wanted.first_revision <> coalesce(recorded.last_revision + 1, least(wanted.first_revision, 1))
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'aggregate % is at revision %, not %', stale.aggregate_id, stale.last_revision,
            stale.first_revision - 1 USING ERRCODE = 'ML001';
    END IF;
END
$$;
