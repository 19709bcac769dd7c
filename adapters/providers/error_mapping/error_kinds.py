"""The kinds of errors of providers, each with a message and a hint for people, and those that HTTP statuses mean."""

from dataclasses import dataclass
from typing import Final

from application.ports.provider_gateway import Category, Concern


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorKind:
    """An error kind that several providers share; `{label}` in its texts is replaced by the provider's name.

    `authenticated` is None if the response does not show whether the key is valid. `is_retryable`: the same request may
    succeed after a pause.
    """

    category: Category
    message: str
    hint: str | None = None
    authenticated: bool | None = None
    is_retryable: bool = False
    concerns: Concern = "provider"


OK: Final = ErrorKind(category="ok", message="{label} answered and accepts the key.", authenticated=True)
OK_WITHOUT_KEY: Final = ErrorKind(category="ok", message="{label} answered; no key was sent.")
OK_WITH_ANY_KEY: Final = ErrorKind(
    category="ok",
    message="{label} answered.",
    hint="Its model list may be open to anybody; whether the key is accepted shows with the first prompt.",
)

BAD_KEY: Final = ErrorKind(
    category="auth_invalid",
    message="{label} does not accept the key.",
    hint="Check that the whole key was copied, that it has not been revoked, and that it belongs to this endpoint.",
    authenticated=False,
)
NO_KEY: Final = ErrorKind(
    category="auth_invalid",
    message="{label} requires a key, and none was sent.",
    hint="Give the provider an API key.",
    authenticated=False,
)
UNUSABLE_KEY: Final = ErrorKind(
    category="auth_invalid",
    message="The key for {label} has a blank, a line break or a character that no key has.",
    hint="Copy the key again, without anything around it.",
    authenticated=False,
)
NO_PERMISSION: Final = ErrorKind(
    category="auth_forbidden",
    message="{label} knows the key, but it may not do this.",
    hint="Give the key the permission at the provider, or use another key.",
    authenticated=True,
)
MAY_NOT_LIST: Final = ErrorKind(
    category="auth_forbidden",
    message="{label} knows the key, but it may not list models.",
    hint="Prompts may still work. To discover models, allow the key to read the model list.",
    authenticated=True,
    concerns="listing",
)
FORBIDDEN: Final = ErrorKind(
    category="auth_forbidden",
    message="{label} refuses this request.",
    hint="Check the permissions of the key and of its account or project, and any address restriction.",
)
KEY_RESTRICTED: Final = ErrorKind(
    category="auth_forbidden",
    message="{label} knows the key, but its restrictions forbid this call.",
    hint="Allow this service's address and this API in the restrictions of the key.",
    authenticated=True,
)
ACCOUNT_CLOSED: Final = ErrorKind(
    category="auth_forbidden",
    message="{label} knows the key, but its account, team or project is blocked.",
    hint="Sign in at the provider to see why, or use a key of another project.",
    authenticated=True,
)
REGION_BLOCKED: Final = ErrorKind(
    category="region_blocked",
    message="{label} does not serve the region that this service calls from.",
    hint="Run the service in a supported region, or use another provider. The key was not checked.",
)
CREDIT_EXHAUSTED: Final = ErrorKind(
    category="billing_exhausted",
    message="{label} knows the key, but its credit or spending limit is used up.",
    hint="Add credit or raise the limit at the provider; trying again will not help.",
    authenticated=True,
)
RATE_LIMITED: Final = ErrorKind(
    category="rate_limited",
    message="{label} is receiving too many requests for this key.",
    hint="Wait and try again; spread requests out or ask the provider for a higher limit.",
    is_retryable=True,
)
DAILY_LIMIT_EXHAUSTED: Final = ErrorKind(
    category="rate_limited",
    message="{label} has used up this key's requests for today.",
    hint="Wait until the daily quota is reset, or move to a plan with a higher one.",
    authenticated=True,
)
TOO_LARGE_FOR_LIMIT: Final = ErrorKind(
    category="rate_limited",
    message="The request needs more tokens than {label} allows this key in a minute.",
    hint="Shorten the prompt, or ask the provider for a higher limit; trying again will not help.",
    authenticated=True,
)
OVERLOADED: Final = ErrorKind(
    category="overloaded",
    message="{label} is overloaded or not ready at the moment.",
    hint="Wait and try again.",
    is_retryable=True,
)
NO_SUCH_MODEL: Final = ErrorKind(
    category="not_found",
    message="{label} has no such model, or this key may not use it.",
    hint="Discover the models again: it may have been renamed or retired.",
    authenticated=True,
)
NO_SUCH_PATH: Final = ErrorKind(
    category="not_found",
    message="{label} has nothing at this address.",
    hint="Check the endpoint: most end with the API's base path, such as /v1.",
)
NO_LIST_HERE: Final = ErrorKind(
    category="not_found",
    message="The server answered, but has no model list at this address.",
    hint="Check that the endpoint ends with the API's base path, such as /v1. "
    "A server without a list can be used but not tested.",
    concerns="listing",
)
BAD_REQUEST: Final = ErrorKind(
    category="bad_request",
    message="{label} does not understand the request.",
    hint="Check the provider's settings, such as versions; this does not change the provider's health.",
)
TOO_LARGE: Final = ErrorKind(
    category="bad_request",
    message="The request is larger than {label} accepts.",
    hint="Shorten the prompt or send smaller images.",
)
PROVIDER_ERROR: Final = ErrorKind(
    category="provider_error",
    message="{label} failed while answering.",
    hint="Try again later; if it lasts, look at the provider's status page.",
    is_retryable=True,
)
NOT_IMPLEMENTED: Final = ErrorKind(
    category="provider_error",
    message="{label} does not offer this function.",
    hint="Check that the provider type and the preset match the server behind the endpoint.",
)
TIMED_OUT: Final = ErrorKind(
    category="timeout",
    message="{label} ran out of time while answering.",
    hint="Try again; if it lasts, look at the provider's status page.",
    is_retryable=True,
)
REDIRECTED: Final = ErrorKind(
    category="unexpected_body",
    message="The endpoint redirects to another address, and keys are never sent along on redirects.",
    hint="Give the final address as the endpoint.",
)
NOT_AN_API: Final = ErrorKind(
    category="unexpected_body",
    message="A web page came back instead of an API's answer, as from a proxy, a gateway or a sign-in page.",
    hint="Check the endpoint's address, and for a proxy in between; the request may not have reached {label}.",
)
UNREADABLE: Final = ErrorKind(
    category="unexpected_body",
    message="The answer is not in the form that {label} uses.",
    hint="Check that the endpoint is the API's base address and that the provider type or preset fits it.",
)
ENDLESS_PAGES: Final = ErrorKind(
    category="unexpected_body",
    message="The model list of {label} repeats itself, does not end, or does not name its next page, so nothing of "
    "it is used.",
    hint="Try again later; the models known so far stay as they are.",
)
TOO_LONG: Final = ErrorKind(
    category="unexpected_body",
    message="The model list of {label} is longer than 20,000 models, 100,000 objects a page or 32 MiB, so nothing of "
    "it is used.",
    hint="Register the models that are needed by their ids.",
)
TRUNCATED: Final = ErrorKind(
    category="unexpected_body",
    message="{label} ended the stream before the answer was whole.",
    hint="Try again; if it lasts, look for a proxy between that cuts long answers off.",
    is_retryable=True,
)
NO_ANSWER: Final = ErrorKind(
    category="timeout",
    message="{label} stopped sending in the middle of its answer.",
    hint="Try again; if it lasts, look at the provider's status page.",
    is_retryable=True,
)
EVENT_TOO_LARGE: Final = ErrorKind(
    category="unexpected_body",
    message="An event in the stream of {label} is larger than this service takes in.",
    hint="Request an answer in text; images and audio are not passed on.",
)
BAD_PROMPT: Final = ErrorKind(
    category="bad_request",
    message="{label} does not accept the prompt as it is.",
    hint="Check the prompt's parameters, the order of its messages and its images against what this model supports.",
)
PARAMETER_REFUSED: Final = ErrorKind(
    category="bad_request",
    message="{label} does not accept {names} as sent, with this model.",
    hint="Leave {names} out of the prompt and of the model's config, or choose what the model allows.",
)
PROMPT_TOO_LONG: Final = ErrorKind(
    category="context_length_exceeded",
    message="The prompt is longer than this model of {label} can read, or leaves no room for the answer.",
    hint="Shorten the prompt, ask for fewer tokens, or use a model with a larger context window.",
)
NO_IMAGES: Final = ErrorKind(
    category="bad_request",
    message="This model of {label} does not take images.",
    hint="Use a model with image input, or leave the images out.",
)
BAD_IMAGE: Final = ErrorKind(
    category="bad_request",
    message="{label} cannot read an image of the prompt.",
    hint="Check that it is whole, of the media type that was given, and can be fetched when it is an address.",
)
NOT_FOR_PROMPTS: Final = ErrorKind(
    category="bad_request",
    message="This model of {label} does not answer prompts.",
    hint="Use a language or multimodal model.",
)
CONTENT_FILTERED: Final = ErrorKind(
    category="content_filter",
    message="The content filter of {label} has refused the prompt.",
    hint="Change the prompt, or the filter's settings at the provider.",
    authenticated=True,
)
NO_PROMPTS_HERE: Final = ErrorKind(
    category="not_found",
    message="{label} has no such model, or runs no prompts at this address.",
    hint="Check the model's id, and the endpoint: most end with the API's base path, such as /v1.",
)

_BY_STATUS: Final = {
    401: BAD_KEY,
    402: CREDIT_EXHAUSTED,
    403: FORBIDDEN,
    404: NO_SUCH_PATH,
    405: NO_SUCH_PATH,
    407: NOT_AN_API,
    408: TIMED_OUT,
    409: PROVIDER_ERROR,
    410: NO_SUCH_PATH,
    413: TOO_LARGE,
    425: OVERLOADED,
    429: RATE_LIMITED,
    451: REGION_BLOCKED,
    501: NOT_IMPLEMENTED,
    503: OVERLOADED,
    504: TIMED_OUT,
    # Cloudflare's own: the origin did not answer in time.
    524: TIMED_OUT,
    # Anthropic's, RFC 9110 leaves it open.
    529: OVERLOADED,
}


def error_kind_for_status(status: int) -> ErrorKind:
    """Return the error kind of an HTTP status that is not a success (RFC 9110, section 15)."""
    known = _BY_STATUS.get(status)
    if known is not None:
        return known
    match status // 100:
        case 3:
            return REDIRECTED
        case 4:
            return BAD_REQUEST
        case 5:
            return PROVIDER_ERROR
        case _:
            return UNREADABLE
