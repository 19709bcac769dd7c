-- The event log: append only, gapless, hash-chained for each organization, isolated by row-level security.
-- Run as the owner, which nobody logs in as; :"app" and the like are the roles' names (adapters/postgres/roles.py).

CREATE TABLE organizations (
    id uuid PRIMARY KEY,
    name text,
    quotas jsonb NOT NULL DEFAULT '{}',
    budget_usd numeric,
    budget_period text
);

-- The end of each organization's log. `closed_sequence` is the number of the event that closed it; none while it is open.
-- `is_changed` until a checkpoint has seen this end.
CREATE TABLE organization_heads (
    organization_id uuid PRIMARY KEY,
    org_sequence bigint NOT NULL,
    hash bytea NOT NULL,
    recorded_at timestamptz NOT NULL,
    closed_sequence bigint,
    is_changed boolean NOT NULL DEFAULT false
);

-- Appends touch it no more than once between two checkpoints.
CREATE INDEX organization_heads_changed_idx ON organization_heads (organization_id) WHERE is_changed;

-- The newest checkpoint that was written, and the sink that keeps it.
CREATE TABLE newest_checkpoint (
    only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    number bigint NOT NULL,
    hash text NOT NULL,
    sink text NOT NULL
);

-- Up to where verifications have read an organization's log, signed: the next one goes on from there.
CREATE TABLE log_proofs (
    organization_id uuid PRIMARY KEY,
    org_sequence bigint NOT NULL,
    hash bytea NOT NULL,
    checkpoint bigint NOT NULL,
    at text NOT NULL,
    signature bytea NOT NULL
);

CREATE TABLE events (
    organization_id uuid NOT NULL,
    org_sequence bigint NOT NULL,
    aggregate_id uuid NOT NULL,
    revision integer NOT NULL,
    topic text NOT NULL,
    state bytea NOT NULL,
    actor text NOT NULL,
    command_id uuid NOT NULL,
    correlation_id text NOT NULL,
    reason text,
    recorded_at timestamptz NOT NULL,
    previous_hash bytea NOT NULL,
    hash bytea NOT NULL,
    CONSTRAINT events_pkey PRIMARY KEY (organization_id, org_sequence),
    CONSTRAINT events_revision_key UNIQUE (organization_id, aggregate_id, revision)
);

-- Auditors ask by actor and by type, newest first.
CREATE INDEX events_actor_idx ON events (organization_id, actor, org_sequence);

CREATE INDEX events_topic_idx ON events (organization_id, topic, org_sequence);

-- The last one: before the first ANALYZE all indexes of an organization cost the planner the same, it takes the newest,
-- and each append looks for its command.
CREATE INDEX events_command_idx ON events (organization_id, command_id);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'events are append only: % refused', TG_OP USING ERRCODE = 'ML002';
END
$$;

CREATE TRIGGER events_are_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

ALTER TABLE events ENABLE ALWAYS TRIGGER events_are_append_only;

-- The name of the installation's role of this kind (owner, app, admin, backup). The tables' owner tells it, so that a
-- database that is renamed, copied or restored goes on with the roles that it has.
CREATE FUNCTION service_role(kind text) RETURNS name LANGUAGE sql STABLE PARALLEL SAFE
RETURN (SELECT (left(pg_get_userbyid(relowner)::text, -length('owner')) || kind)::name
        FROM pg_class WHERE oid = 'public.events'::regclass);

-- Text with its length before it, so that no two lists of texts have the same bytes. Stable, as convert_to is, and without
-- settings of its own: only so can Postgres expand it where it is called.
CREATE FUNCTION framed(value text) RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE
RETURN int4send(octet_length(convert_to(value, 'UTF8'))) || convert_to(value, 'UTF8');

-- The part of an event's canonical bytes that all events of a command have in common. No reason is length -1.
CREATE FUNCTION command_bytes(
    actor text, command_id uuid, correlation_id text, reason text, recorded_at timestamptz
) RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE
RETURN framed(actor) || uuid_send(command_id) || framed(correlation_id)
    || coalesce(framed(reason), '\xffffffff'::bytea)
    || int8send((extract(epoch FROM recorded_at) * 1000000)::bigint);

-- What is hashed begins with "modelbook/event/1".
CREATE FUNCTION linked_hash(
    previous_hash bytea, organization_id uuid, org_sequence bigint, aggregate_id uuid, revision integer, topic text,
    bytes_of_command bytea, state bytea
) RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE
RETURN sha256(
    '\x6d6f64656c626f6f6b2f6576656e742f31'::bytea || previous_hash || uuid_send(organization_id) || int8send(org_sequence)
    || uuid_send(aggregate_id) || int4send(revision) || framed(topic) || bytes_of_command || sha256(state));

-- The hash of an event, over its canonical bytes as application/verification/hash_chain.py has them too.
CREATE FUNCTION event_hash(
    previous_hash bytea, organization_id uuid, org_sequence bigint, aggregate_id uuid, revision integer, topic text,
    state bytea, actor text, command_id uuid, correlation_id text, reason text, recorded_at timestamptz
) RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE
RETURN linked_hash(previous_hash, organization_id, org_sequence, aggregate_id, revision, topic,
                   command_bytes(actor, command_id, correlation_id, reason, recorded_at), state);
