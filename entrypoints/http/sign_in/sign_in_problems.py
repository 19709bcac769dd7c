"""Why a sign-in comes to nothing, for the person who reads the page and for the operator who reads the log."""


class SignInProblem(Exception):
    """The sign-in comes to nothing. `text` is for the person; `reason`, for the log, holds no secret and no code."""

    def __init__(self, text: str, *, status: int, reason: str) -> None:
        super().__init__(reason)
        self.text = text
        self.status = status
        self.reason = reason


def begun_elsewhere(reason: str) -> SignInProblem:
    """Return the problem of an answer that does not belong to a sign-in of this browser."""
    return SignInProblem(
        "This sign-in was not begun in this browser, was finished already, or took more than ten minutes. "
        "Sign in again.",
        status=400,
        reason=reason,
    )


def not_verified(reason: str) -> SignInProblem:
    """Return the problem of an answer of the identity provider that must not be believed."""
    return SignInProblem(
        "The answer of the identity provider could not be verified. Sign in again; if this continues, inform the "
        "operator of this service.",
        status=401,
        reason=reason,
    )


def provider_unavailable(reason: str) -> SignInProblem:
    """Return the problem of an identity provider that does not answer, or not as it should."""
    return SignInProblem(
        "Your organization's identity provider cannot be reached, or does not answer as it should. Try again in a "
        "minute; if this continues, inform the operator of this service, whose log has the reason. A token or an "
        "access key works all the same.",
        status=503,
        reason=reason,
    )


def no_access(reason: str) -> SignInProblem:
    """Return the problem of somebody who has no role here."""
    return SignInProblem(
        f"You have signed in, but {reason}. Ask your administrator to give you a role in an organization, or sign in "
        "with another account.",
        status=403,
        reason=reason,
    )
