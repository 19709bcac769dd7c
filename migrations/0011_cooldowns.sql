-- Models that are left alone because they keep failing, shared by the processes that serve. Evidence that is allowed to
-- be forgotten: a row without a reason says that the model has answered again.

CREATE TABLE model_cool_downs (
    organization_id uuid NOT NULL,
    model_id uuid NOT NULL,
    mark bigint NOT NULL,
    reason text,
    lasts_seconds double precision NOT NULL,
    round integer NOT NULL,
    ends_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    CONSTRAINT model_cool_downs_pkey PRIMARY KEY (organization_id, model_id)
);

DO $$
BEGIN
    PERFORM isolate('model_cool_downs');
END
$$;

CREATE TRIGGER model_cool_downs_of_closed BEFORE INSERT ON model_cool_downs
    FOR EACH ROW EXECUTE FUNCTION keep_nothing_of_closed();

GRANT SELECT, INSERT, UPDATE, DELETE ON model_cool_downs TO :"app", :"admin";
