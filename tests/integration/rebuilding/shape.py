"""All that a table is apart from its rows, to be compared before and after."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.databases import Connection

_SHAPE = """
SELECT 'table', c.relname, pg_get_userbyid(c.relowner), c.relrowsecurity::text, c.relforcerowsecurity::text,
       c.relpersistence::text
FROM pg_class c WHERE c.oid = to_regclass(%(table)s)
UNION ALL SELECT 'grant', pg_get_userbyid(grantee), privilege_type, '', '', '' FROM pg_class,
    LATERAL aclexplode(relacl) WHERE oid = to_regclass(%(table)s)
UNION ALL SELECT 'column', attname, attnum::text, format_type(atttypid, atttypmod), attnotnull::text,
    coalesce(pg_get_expr(adbin, adrelid), '')
FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
WHERE attrelid = to_regclass(%(table)s) AND attnum > 0
UNION ALL SELECT 'index', indexrelid::regclass::text, pg_get_indexdef(indexrelid), indisvalid::text, '', ''
FROM pg_index WHERE indrelid = to_regclass(%(table)s)
UNION ALL SELECT 'constraint', conname, pg_get_constraintdef(oid), convalidated::text, conrelid::regclass::text, ''
FROM pg_constraint WHERE contype <> 'n' AND (conrelid = to_regclass(%(table)s) OR confrelid = to_regclass(%(table)s))
UNION ALL SELECT 'policy', polname, polcmd::text, polroles::regrole[]::text,
    pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid)
FROM pg_policy WHERE polrelid = to_regclass(%(table)s)
UNION ALL SELECT 'trigger', pg_get_triggerdef(oid), '', '', '', ''
FROM pg_trigger WHERE tgrelid = to_regclass(%(table)s) AND NOT tgisinternal
"""


def shape(owner: Connection, table: str) -> set[tuple[str, ...]]:
    """Return everything about the live table by name and definition."""
    return set(owner.execute(_SHAPE, {"table": f"public.{table}"}).fetchall())
