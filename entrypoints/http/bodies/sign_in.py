"""Bodies and queries of the console's sign-in."""

import re
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from entrypoints.http.field_types import Body, Id, Query

# Browsers take a backslash for a slash, and leave tabs and line breaks out: `//host` is another host.
_LOCAL: Final = re.compile(r"/(?![/\\])[!-\[\]-~]{0,499}")


def _local(path: str) -> str:
    if _LOCAL.fullmatch(path) is None:
        raise PydanticCustomError("local", "is not a path of this service, such as /#/models")
    return path


class SignInQuery(Query):
    """Where to continue afterwards, and whether the provider has to prompt the user."""

    next: Annotated[str, AfterValidator(_local)] = "/"
    prompt: Literal["login"] | None = None


class CallbackQuery(Query):
    """What an identity provider sends back; whatever else it sends is not looked at."""

    state: Annotated[str, Field(min_length=1, max_length=200)]
    code: Annotated[str, Field(min_length=1, max_length=4000)] | None = None
    error: Annotated[str, Field(max_length=200)] | None = None
    iss: Annotated[str, Field(max_length=2000)] | None = None


class ChosenOrganization(Body):
    """One of the organizations of the session."""

    organization_id: Id
