-- The request log and the log of events are written out by the database, as JSON and as CSV, as lists are.

-- In RFC 3339 with Z, and without a fraction where there is none.
CREATE FUNCTION rfc3339(p_time timestamptz) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
SELECT replace(to_char(p_time AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), '.000000Z', 'Z')
$$;

-- RFC 4180; texts that a spreadsheet would take for a formula (owasp.org/www-community/attacks/CSV_Injection), some of them
-- after the same signs in full width, have an apostrophe before them. Most texts begin with a letter or digit, and have
-- nothing to quote: a single look tells.
CREATE FUNCTION csv_cell(p_text text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT CASE
    WHEN p_text IS NULL OR p_text = '' THEN ''
    WHEN p_text ~ '^[A-Za-z0-9][^",\r\n]*$' THEN p_text
    WHEN p_text ~ '[",\r\n]' THEN
        '"' || CASE WHEN p_text ~ '^[-=+@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]' THEN '''' ELSE '' END || replace(p_text, '"', '""') || '"'
    WHEN p_text ~ '^[-=+@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]' THEN '''' || p_text
    ELSE p_text
END
$$;

REVOKE ALL ON FUNCTION rfc3339(timestamptz), csv_cell(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION rfc3339(timestamptz), csv_cell(text) TO :"app", :"admin";
