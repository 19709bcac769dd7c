-- read: the clock, how many organizations' newest events are dated after it, and by how many seconds at most
SELECT clock_timestamp(), count(*), coalesce(max(extract(epoch FROM recorded_at - clock_timestamp())), 0)::float8
FROM organization_heads WHERE recorded_at > clock_timestamp();
