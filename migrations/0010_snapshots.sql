-- States of aggregates, so that an old one is loaded as quickly as a new one. They follow from the log and are never
-- believed against it: each names the hash of the event it was taken after, which vouches for all events before, and the
-- version of the code that made it. Whoever finds no such event, or is of other code, reads the events instead.

CREATE TABLE aggregate_snapshots (
    organization_id uuid NOT NULL,
    aggregate_id uuid NOT NULL,
    code_version text NOT NULL,
    revision integer NOT NULL,
    org_sequence bigint NOT NULL,
    event_hash bytea NOT NULL,
    topic text NOT NULL,
    state bytea NOT NULL,
    projected bytea NOT NULL,
    taken_at timestamptz NOT NULL,
    CONSTRAINT aggregate_snapshots_pkey PRIMARY KEY (organization_id, aggregate_id, code_version, revision)
);

DO $$
BEGIN
    PERFORM isolate('aggregate_snapshots');
END
$$;

CREATE TRIGGER aggregate_snapshots_of_closed BEFORE INSERT ON aggregate_snapshots
    FOR EACH ROW EXECUTE FUNCTION keep_nothing_of_closed();

GRANT SELECT, INSERT, DELETE ON aggregate_snapshots TO :"app", :"admin";
