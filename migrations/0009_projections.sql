-- Read tables that are rebuilt beside the live ones and take their place, and what administrators have started.
-- A table is live in public, in the making in `rebuilding`, kept for going back in `retired`, about to be dropped in
-- `discarded`; an empty table in `blueprints` is how the next rebuild is to make it. Only administrators may look there.

CREATE SCHEMA rebuilding;
CREATE SCHEMA retired;
CREATE SCHEMA discarded;
CREATE SCHEMA blueprints;
GRANT USAGE ON SCHEMA rebuilding, retired, blueprints TO :"admin";
GRANT USAGE ON SCHEMA rebuilding, retired, discarded, blueprints TO :"backup";

-- When each read table was last swapped in, and how many events the log had then.
CREATE TABLE projections (
    name text PRIMARY KEY,
    position bigint NOT NULL,
    swapped_at timestamptz NOT NULL
);

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

GRANT SELECT ON projections TO :"admin";
GRANT SELECT, INSERT, UPDATE, DELETE ON admin_jobs TO :"admin";

-- The functions that append_events writes a read table with name each of its columns, which is what makes them fast.
-- They are therefore written from the table itself, anew whenever a table with other columns takes its place.

CREATE FUNCTION columns_of(p_table regclass) RETURNS name[] LANGUAGE sql STABLE SET search_path = public, pg_temp
RETURN (SELECT array_agg(attname ORDER BY attnum) FROM pg_attribute
        WHERE attrelid = p_table AND attnum > 0 AND NOT attisdropped);

-- Times are the database's; what `sources` says of other values stays; every other column is replaced.
CREATE FUNCTION write_apply_function(p_name text) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    function_name CONSTANT text := format('apply_%s_changes', CASE p_name
        WHEN 'ai_providers' THEN 'provider' WHEN 'ai_models' THEN 'model' ELSE 'organization' END);
    inserted text;
    given text;
    updated text;
    changed text;
BEGIN
    SELECT string_agg(quote_ident(c), ', '),
           string_agg(CASE c
               WHEN 'organization_id' THEN 'p_organization_id'
               WHEN 'created_at' THEN 'p_time'
               WHEN 'updated_at' THEN 'p_time'
               WHEN 'credential_set_at' THEN 'CASE WHEN c.credential_hint IS NOT NULL THEN p_time END'
               ELSE format('c.%I', c) END, ', '),
           string_agg(quote_ident(c), ', ') FILTER (WHERE c NOT IN ('organization_id', 'id', 'created_at')),
           string_agg(CASE c
               WHEN 'updated_at' THEN 'p_time'
               WHEN 'sources' THEN 'held.sources || coalesce(c -> ''sources'', ''{}''::jsonb)'
               WHEN 'credential_set_at' THEN 'CASE WHEN c ->> ''credential_hint'' IS NOT NULL THEN p_time'
                   ' WHEN c ? ''credential_hint'' THEN NULL ELSE r.credential_set_at END'
               ELSE format('r.%I', c) END, ', ') FILTER (WHERE c NOT IN ('organization_id', 'id', 'created_at'))
    INTO inserted, given, updated, changed
    FROM unnest(columns_of(format('public.%I', p_name)::regclass)) c;
    IF p_name = 'organizations' THEN
        -- The organization's first write has made the row.
        EXECUTE format($template$
            CREATE OR REPLACE FUNCTION %s(p_organization_id uuid, p_changes jsonb, p_time timestamptz) RETURNS void
            LANGUAGE plpgsql AS $body$
            BEGIN
                UPDATE organizations held SET (%s) = (
                    SELECT %s FROM jsonb_populate_record(held, c) r)
                FROM jsonb_array_elements(coalesce(p_changes -> 'insert', '[]'::jsonb)
                                          || coalesce(p_changes -> 'update', '[]'::jsonb)) c
                WHERE held.id = p_organization_id;
            END
            $body$ $template$, function_name, updated, changed);
        RETURN;
    END IF;
    EXECUTE format($template$
        CREATE OR REPLACE FUNCTION %1$s(p_organization_id uuid, p_changes jsonb, p_time timestamptz) RETURNS void
        LANGUAGE plpgsql AS $body$
        DECLARE
            c jsonb;
        BEGIN
            IF p_changes ? 'insert' THEN
                INSERT INTO %2$I (%3$s)
                SELECT %4$s FROM jsonb_populate_recordset(NULL::%2$I, p_changes -> 'insert') c;
            END IF;
            -- One by one through the primary key: of a set the planner expects a hundred rows and reads all there are.
            FOR c IN SELECT jsonb_array_elements(p_changes -> 'update') LOOP
                UPDATE %2$I held SET (%5$s) = (SELECT %6$s FROM jsonb_populate_record(held, c) r)
                WHERE held.organization_id = p_organization_id AND held.id = (c ->> 'id')::uuid;
            END LOOP;
        END
        $body$ $template$, function_name, p_name, inserted, given, updated, changed);
END
$$;

DO $$
BEGIN
    PERFORM write_apply_function('ai_providers');
    PERFORM write_apply_function('ai_models');
    PERFORM write_apply_function('organizations');
END
$$;

-- Apply the net row changes of a command. Each is {"insert": [row...], "update": [columns...], "delete": [id...]} under
-- its table's name; the database's clock dates them. Deletes come first, models before the providers they belong to;
-- inserts and updates the other way round. Each table is locked before the function that writes it is looked up: whoever
-- has waited for a table that was swapped goes on with the function that came with the new one.
CREATE FUNCTION apply_changes(p_organization_id uuid, p_changes jsonb, p_time timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    IF p_changes ? 'ai_models' OR p_changes #> '{ai_providers,delete}' IS NOT NULL THEN
        LOCK TABLE ai_models IN ROW EXCLUSIVE MODE;
    END IF;
    IF p_changes #> '{ai_models,delete}' IS NOT NULL THEN
        DELETE FROM ai_models WHERE organization_id = p_organization_id
            AND id IN (SELECT value::uuid FROM jsonb_array_elements_text(p_changes #> '{ai_models,delete}'));
    END IF;
    IF p_changes ? 'ai_providers' THEN
        LOCK TABLE ai_providers IN ROW EXCLUSIVE MODE;
        IF p_changes #> '{ai_providers,delete}' IS NOT NULL THEN
            DELETE FROM ai_providers WHERE organization_id = p_organization_id
                AND id IN (SELECT value::uuid FROM jsonb_array_elements_text(p_changes #> '{ai_providers,delete}'));
        END IF;
        PERFORM apply_provider_changes(p_organization_id, p_changes -> 'ai_providers', p_time);
    END IF;
    IF p_changes ? 'ai_models' THEN
        PERFORM apply_model_changes(p_organization_id, p_changes -> 'ai_models', p_time);
    END IF;
    IF p_changes ? 'organizations' THEN
        LOCK TABLE organizations IN ROW EXCLUSIVE MODE;
        PERFORM apply_organization_changes(p_organization_id, p_changes -> 'organizations', p_time);
    END IF;
END
$$;

-- Copies of a table's definition.

CREATE FUNCTION copy_columns(p_source regclass, p_schema name) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    EXECUTE format('CREATE TABLE %I.%I (LIKE %s INCLUDING ALL EXCLUDING INDEXES)', p_schema,
                   (SELECT relname FROM pg_class WHERE oid = p_source), p_source);
END
$$;

-- Keys and indexes under their own names, which are unique in a schema only, in the order they were made in, which is what
-- the planner goes by while it knows no better (0002); foreign keys are a matter of the swap.
CREATE FUNCTION copy_indexes(p_source regclass, p_target regclass) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    item record;
BEGIN
    FOR item IN SELECT c.conname, pg_get_constraintdef(c.oid) AS key, pg_get_indexdef(i.indexrelid) AS definition
        FROM pg_index i LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid AND c.contype IN ('p', 'u', 'x')
        WHERE i.indrelid = p_source ORDER BY i.indexrelid
    LOOP
        IF item.conname IS NOT NULL THEN
            EXECUTE format('ALTER TABLE %s ADD CONSTRAINT %I %s', p_target, item.conname, item.key);
        ELSE
            EXECUTE regexp_replace(item.definition, ' ON \S+ USING ', format(' ON %s USING ', p_target));
        END IF;
    END LOOP;
END
$$;

-- For migrations: make or take the blueprint of a read table, to be altered in the same migration.
CREATE FUNCTION blueprint(p_name text) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF to_regclass(format('blueprints.%I', p_name)) IS NULL THEN
        PERFORM copy_columns(format('public.%I', p_name)::regclass, 'blueprints');
        PERFORM copy_indexes(format('public.%I', p_name)::regclass, format('blueprints.%I', p_name)::regclass);
    END IF;
END
$$;

CREATE FUNCTION expect_projection(p_name text) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF p_name IS NULL OR p_name NOT IN ('ai_providers', 'ai_models', 'organizations') THEN
        RAISE EXCEPTION 'there is no projection %', p_name USING ERRCODE = 'ML010';
    END IF;
END
$$;

-- What follows is for administrators, who own nothing: each does one step of a rebuild and checks its name.

-- Make the empty table, in place of one that was left behind; as the blueprint has it, unless it is to be as live.
CREATE FUNCTION begin_rebuild(p_name text, p_as_live boolean) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    source regclass;
BEGIN
    PERFORM expect_projection(p_name);
    EXECUTE format('DROP TABLE IF EXISTS rebuilding.%1$I, discarded.%1$I', p_name);
    source := coalesce(CASE WHEN NOT p_as_live THEN to_regclass(format('blueprints.%I', p_name)) END,
                       format('public.%I', p_name)::regclass);
    PERFORM copy_columns(source, 'rebuilding');
    PERFORM isolate(format('rebuilding.%I', p_name)::regclass,
                    CASE p_name WHEN 'organizations' THEN 'id' ELSE 'organization_id' END);
    EXECUTE format('GRANT SELECT, INSERT, DELETE ON rebuilding.%I TO %I', p_name, service_role('admin'));
END
$$;

CREATE FUNCTION index_rebuild(p_name text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM expect_projection(p_name);
    PERFORM copy_indexes(coalesce(to_regclass(format('blueprints.%I', p_name)), format('public.%I', p_name)::regclass),
                         format('rebuilding.%I', p_name)::regclass);
    EXECUTE format('ANALYZE rebuilding.%I', p_name);
END
$$;

CREATE FUNCTION discard_rebuild(p_name text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM expect_projection(p_name);
    EXECUTE format('DROP TABLE IF EXISTS rebuilding.%I', p_name);
END
$$;

-- Let the kept table be brought up to the log, and tell up to where it is; none when there is none.
CREATE FUNCTION open_retired(p_name text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM expect_projection(p_name);
    IF to_regclass(format('retired.%I', p_name)) IS NULL THEN
        RETURN NULL;
    END IF;
    EXECUTE format('DROP TABLE IF EXISTS rebuilding.%I', p_name);
    EXECUTE format('GRANT SELECT, INSERT, DELETE ON retired.%I TO %I', p_name, service_role('admin'));
    RETURN (SELECT p.position FROM projections p WHERE p.name = p_name);
END
$$;

-- Hold the tables that are about to be swapped for the rest of the transaction. Whoever appends writes them before the
-- log, so that nothing that belongs into them is under way then. All wait for us meanwhile: a lock that does not come
-- within the patience is given up, and so are we when nothing is heard from us.
CREATE FUNCTION hold_projection(p_name text, p_patience_ms integer) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM expect_projection(p_name);
    PERFORM set_config('lock_timeout', p_patience_ms::text, true);
    PERFORM set_config('idle_in_transaction_session_timeout', '2000', true);
    IF p_name = 'organizations' THEN
        LOCK TABLE organizations IN ACCESS EXCLUSIVE MODE;
    ELSE
        LOCK TABLE ai_models, ai_providers IN ACCESS EXCLUSIVE MODE;
    END IF;
END
$$;

-- Swap the table of the schema (`rebuilding` or `retired`) in, in the transaction that holds the projection.
CREATE FUNCTION swap_projection(p_name text, p_from text, p_position bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    live CONSTANT regclass := format('public.%I', p_name)::regclass;
    incoming CONSTANT regclass := format('%I.%I', p_from, p_name)::regclass;
    has_new_columns CONSTANT boolean := columns_of(incoming) <> columns_of(live);
    planned regclass;
    foreign_keys text[] := '{}';
    item record;
BEGIN
    PERFORM expect_projection(p_name);
    IF p_from NOT IN ('rebuilding', 'retired') THEN
        RAISE EXCEPTION 'the table in % is not up to the log', p_from USING ERRCODE = 'ML011';
    END IF;
    IF EXISTS (SELECT FROM pg_depend WHERE refclassid = 'pg_class'::regclass AND refobjid = live
               AND classid IN ('pg_rewrite'::regclass, 'pg_proc'::regclass)) THEN
        RAISE EXCEPTION 'a view or a function depends on % and would stay with the old table', live
            USING ERRCODE = 'ML012';
    END IF;
    FOR item IN SELECT conrelid::regclass::text AS held_by, conname, convalidated, pg_get_constraintdef(oid) AS definition
        FROM pg_constraint WHERE contype = 'f' AND (conrelid = live OR confrelid = live) ORDER BY conname
    LOOP
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', item.held_by, item.conname);
        -- Rows that are there are looked at after the swap.
        foreign_keys := foreign_keys || format('ALTER TABLE %s ADD CONSTRAINT %I %s%s', item.held_by, item.conname,
            item.definition, CASE WHEN item.convalidated THEN ' NOT VALID' ELSE '' END);
    END LOOP;
    planned := to_regclass(format('blueprints.%I', p_name));
    IF planned IS NOT NULL AND columns_of(planned) = columns_of(incoming) THEN
        EXECUTE format('DROP TABLE %s', planned);
    ELSIF planned IS NULL AND has_new_columns AND p_from = 'retired' THEN
        -- Going back to other columns: the next rebuild is to have the present ones again.
        PERFORM blueprint(p_name);
    END IF;
    EXECUTE format('REVOKE ALL ON %s FROM %I', incoming, service_role('admin'));
    FOR item IN SELECT grantee::regrole AS grantee, string_agg(privilege_type, ', ') AS privileges
        FROM pg_class, LATERAL aclexplode(relacl) WHERE oid = live AND grantee <> relowner GROUP BY 1
    LOOP
        EXECUTE format('GRANT %s ON %s TO %s', item.privileges, incoming, item.grantee);
    END LOOP;
    IF p_from = 'retired' THEN
        EXECUTE format('ALTER TABLE retired.%I SET SCHEMA rebuilding', p_name);
    ELSIF to_regclass(format('retired.%I', p_name)) IS NOT NULL THEN
        EXECUTE format('ALTER TABLE retired.%I SET SCHEMA discarded', p_name);
    END IF;
    EXECUTE format('ALTER TABLE public.%I SET SCHEMA retired', p_name);
    EXECUTE format('ALTER TABLE rebuilding.%I SET SCHEMA public', p_name);
    FOR item IN SELECT unnest(foreign_keys) AS statement LOOP
        EXECUTE item.statement;
    END LOOP;
    IF has_new_columns THEN
        PERFORM write_apply_function(p_name);
    END IF;
    INSERT INTO projections AS held (name, position, swapped_at) VALUES (p_name, p_position, clock_timestamp())
    ON CONFLICT (name) DO UPDATE SET (position, swapped_at) = (excluded.position, excluded.swapped_at);
END
$$;

-- After a swap: for whoever has seen that every row keeps the foreign keys.
CREATE FUNCTION settle_projections() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    item record;
BEGIN
    DROP TABLE IF EXISTS discarded.organizations, discarded.ai_providers, discarded.ai_models;
    FOR item IN SELECT conrelid::regclass AS held_by, conname FROM pg_constraint
        WHERE contype = 'f' AND NOT convalidated AND connamespace = 'public'::regnamespace
    LOOP
        EXECUTE format('ALTER TABLE %s VALIDATE CONSTRAINT %I', item.held_by, item.conname);
    END LOOP;
END
$$;

-- For migrations: on an empty log there is nothing to rebuild, and the blueprint becomes the table at once.
CREATE FUNCTION adopt_blueprint_of_empty_log(p_name text) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    -- Row-level security hides events from the owner too, but not how much room they take.
    IF pg_relation_size('public.events') = 0 THEN
        PERFORM begin_rebuild(p_name, false);
        PERFORM index_rebuild(p_name);
        PERFORM swap_projection(p_name, 'rebuilding', 0);
        PERFORM settle_projections();
        EXECUTE format('DROP TABLE retired.%I', p_name);
        DELETE FROM projections WHERE name = p_name;
    END IF;
END
$$;

-- Nobody writes for the organization until the end of the transaction. Tells how far its log goes.
CREATE FUNCTION hold_organization(p_organization_id uuid) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM set_config('app.organization_id', p_organization_id::text, true);
    RETURN (SELECT h.org_sequence FROM organization_heads h WHERE h.organization_id = p_organization_id FOR UPDATE);
END
$$;

-- Exchange the organization's rows that differ for those in `rebuilding`, in one statement: a provider that has models
-- may be exchanged then, and a name may change hands. The insert comes after the delete because it needs its count.
CREATE FUNCTION mend_organization(p_organization_id uuid, p_name text) RETURNS TABLE (removed bigint, restored bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM expect_projection(p_name);
    PERFORM set_config('app.organization_id', p_organization_id::text, true);
    RETURN QUERY EXECUTE format($query$
        WITH gone AS (
            DELETE FROM public.%1$I held WHERE held.%2$I = $1 AND NOT EXISTS (
                SELECT FROM rebuilding.%1$I made WHERE made.%2$I = held.%2$I AND made.id = held.id
                    AND made.* IS NOT DISTINCT FROM held.*) RETURNING 1),
        back AS (
            INSERT INTO public.%1$I
            SELECT made.* FROM rebuilding.%1$I made WHERE made.%2$I = $1 AND (SELECT count(*) FROM gone) >= 0
                AND NOT EXISTS (SELECT FROM public.%1$I held WHERE made.%2$I = held.%2$I AND made.id = held.id
                                AND made.* IS NOT DISTINCT FROM held.*) RETURNING 1)
        SELECT (SELECT count(*) FROM gone), (SELECT count(*) FROM back)
        $query$, p_name, CASE p_name WHEN 'organizations' THEN 'id' ELSE 'organization_id' END)
        USING p_organization_id;
END
$$;

-- Models that must not stand in the way of mending the providers: those that differ from `rebuilding`.
CREATE FUNCTION set_models_aside(p_organization_id uuid) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    count_of_models bigint;
BEGIN
    PERFORM set_config('app.organization_id', p_organization_id::text, true);
    EXECUTE 'DELETE FROM public.ai_models held WHERE held.organization_id = $1 AND NOT EXISTS ('
        'SELECT FROM rebuilding.ai_models made WHERE made.organization_id = held.organization_id AND made.id = held.id'
        ' AND made.* IS NOT DISTINCT FROM held.*)' USING p_organization_id;
    GET DIAGNOSTICS count_of_models = ROW_COUNT;
    RETURN count_of_models;
END
$$;

-- An organization that is removed is forgotten in the kept tables too. A rebuild that is under way has its tables to
-- itself and will come to the event.
CREATE FUNCTION forget_kept_rows() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    kept record;
BEGIN
    FOR kept IN SELECT c.oid::regclass AS name, CASE c.relname WHEN 'organizations' THEN 'id' ELSE 'organization_id' END AS own
        FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace IN (
            'retired'::regnamespace, 'rebuilding'::regnamespace, 'discarded'::regnamespace)
    LOOP
        BEGIN
            EXECUTE format('LOCK TABLE %s IN ROW EXCLUSIVE MODE NOWAIT', kept.name);
            EXECUTE format('DELETE FROM %s WHERE %I = $1', kept.name, kept.own) USING NEW.organization_id;
        EXCEPTION WHEN lock_not_available OR undefined_table THEN
            NULL;
        END;
    END LOOP;
    RETURN NULL;
END
$$;

CREATE TRIGGER events_forget_kept_rows AFTER INSERT ON events
    FOR EACH ROW WHEN (NEW.topic = 'organization.removed') EXECUTE FUNCTION forget_kept_rows();

GRANT EXECUTE ON FUNCTION begin_rebuild(text, boolean), index_rebuild(text), discard_rebuild(text),
    open_retired(text), hold_projection(text, integer), swap_projection(text, text, bigint), settle_projections(),
    hold_organization(uuid), mend_organization(uuid, text), set_models_aside(uuid), columns_of(regclass) TO :"admin";
