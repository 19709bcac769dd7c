"""The OpenAPI 3.1 document of the service, put together by aiohttp-apispec from the records of the routes.

aiohttp-apispec 3.0.0b2 writes OpenAPI 2.0 by itself; its specification is exchanged for one of 3.1 before it looks at
the routes, which it finds on an application that exists for this purpose only.
"""

import warnings
from collections.abc import Sequence
from typing import Any

from aiohttp import web
from aiohttp_apispec import AiohttpApiSpec, docs
from apispec import APISpec

from entrypoints.http.documentation.operations import HEADERS, openapi_path, operation
from entrypoints.http.documentation.problems import (
    catalogue_of,
    description_of_problems,
    example_of_problem,
    problem_schemas,
)
from entrypoints.http.documentation.schemas import Schemas
from entrypoints.http.routes import Handler, Route

TITLE = "Modelbook"

INTRODUCTION = """\
Keeps an organization's AI providers and models, with every change as an event of a tamper-evident log.

**Authentication.** Send `Authorization: Bearer <token>`. The organization and the role (viewer, editor, admin) come
from the token alone. The console's own pages use a session instead, which `GET /auth/session` describes; browsers begin
it by way of `/auth/login` and `/auth/callback`, which are no part of this API.

**Changes** answer with `ETag`, the revision, and `Log-Position`, the place in the log. Send the ETag back as
`If-Match`, and no change of somebody else is overwritten. Any POST can carry an `Idempotency-Key`, which makes
repeating it harmless for 24 hours.

**Lists** come in pages: send `pagination.nextCursor` back as `cursor` until it is null. They may come from a replica of
the database: send the newest `Log-Position` that you have seen, and they are at least as new.

**Problems** are `application/problem+json` (RFC 9457): `code` is for programs, `detail` for people, and `errors` points
at each part of the request that is not allowed.

Times are RFC 3339 in UTC; prices are numbers in USD, with the unit in the name. Fields that are not known are refused.
"""


def openapi_document(routes: Sequence[Route], *, version: str) -> dict[str, Any]:
    """Return the document of all routes that are documented."""
    documented = [route for route in routes if route.documented]
    schemas = Schemas(documented)
    app = web.Application()
    for route in documented:
        app.router.add_route(route.method, openapi_path(route), _described(route, schemas))
    made = AiohttpApiSpec(url=None, title=TITLE, version=version)
    made.spec = _specification(documented, schemas, version)
    with warnings.catch_warnings():
        # It keeps its things on the application under plain texts.
        warnings.simplefilter("ignore", web.NotAppKeyWarning)
        made.register(app, in_place=True)
    document: dict[str, Any] = made.swagger_dict()
    return document


def _specification(routes: Sequence[Route], schemas: Schemas, version: str) -> APISpec:
    problems = catalogue_of(routes)
    specification = APISpec(
        title=TITLE,
        version=version,
        openapi_version="3.1.0",
        info={"description": f"{INTRODUCTION}\n{description_of_problems(problems)}"},
        servers=[{"url": "/"}],
        tags=[{"name": tag} for tag in dict.fromkeys(route.tag for route in routes)],
    )
    specification.options["x-problems"] = problems
    components = specification.components
    queries = [route.query for route in routes if route.query is not None]
    for name, schema in (problem_schemas(problems, schemas) | schemas.without(queries)).items():
        components.schema(name, schema)
    for listed in problems:
        components.example(listed["code"], {"value": example_of_problem(listed, schemas)})
    for name, header in HEADERS.items():
        components.header(name, header)
    components.security_scheme(
        "token", {"type": "http", "scheme": "bearer", "description": "A token of the issuer (JWT), or an access key."}
    )
    return specification


def _described(route: Route, schemas: Schemas) -> Handler:
    async def placeholder(_: web.Request) -> web.StreamResponse:
        raise web.HTTPNotFound

    described: Any = docs(**operation(route, schemas))(placeholder)
    # A word of OpenAPI 2.0, which the decorator always adds.
    del described.__apispec__["produces"]
    handler: Handler = described
    return handler
