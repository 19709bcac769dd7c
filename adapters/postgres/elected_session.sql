-- won: take the office if it is vacant; this session holds it until it ends
SELECT pg_try_advisory_lock(hashtextextended(%(lock)s, 0));

-- alive: whether the session is still there
SELECT 1;
