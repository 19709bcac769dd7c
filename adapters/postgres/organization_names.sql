-- scope: the organization that the next statement sees
SELECT set_config('app.organization_id', %(organization_id)s::text, true);

-- name: what the organization is called
SELECT name FROM organizations WHERE id = %(organization_id)s;

-- ids: the organizations of a name; for administrators
SELECT id FROM organizations WHERE name = %(name)s ORDER BY id LIMIT 10;
