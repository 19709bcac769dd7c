"""All settings, from the environment: `MODELBOOK_*`. Everything wrong is reported at once, with what to do."""

import os
import re
from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from yarl import URL

from application.bounds.quotas import QUOTAS, read_quotas
from entrypoints.validation_messages import refusal_of

PREFIX = "MODELBOOK_"
Seconds = Annotated[float, Field(ge=0, le=365 * 24 * 3600)]
Signal = Literal["traces", "metrics", "logs"]
PositiveSeconds = Annotated[float, Field(gt=0, le=365 * 24 * 3600)]
_ORIGIN = re.compile(r"https?://(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?")
# What Kubernetes and Docker set in every container for each service, here for those whose names begin with ours:
# MODELBOOK_SERVICE_HOST, MODELBOOK_WEB_PORT=tcp://10.0.0.1:8080, MODELBOOK_PORT_8080_TCP_ADDR.
_LINK = re.compile(r"tcp://\S+|udp://\S+|sctp://\S+")
_LINKS = re.compile(
    r"MODELBOOK_(?:\w+_)?(?:SERVICE_HOST|SERVICE_PORT(?:_\w+)?|PORT_\d+_(?:TCP|UDP|SCTP)(?:_(?:ADDR|PORT|PROTO))?"
    r"|ENV_\w+)"
)
ADMINISTRATORS_POOL: Final = 3
# One that receives notifications, three that wait to be elected: for the health monitor, webhooks, checkpoints.
_SESSIONS: Final = 4
# A name with its path, as a URL too: what is in JSON without escapes.
_CLAIM = re.compile(r"[!#-\[\]-~]{1,200}")
_WEB_ADDRESS = re.compile(r"https?://[^\s/?#]+(?:/[^\s#]*)?")


class WrongSettings(Exception):
    """The configuration cannot be used; each line says what to do."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


class Settings(BaseSettings):
    """What an operator can set. Times in seconds."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore", hide_input_in_errors=True)

    database_url: SecretStr | None = Field(
        None, description="Postgres URL of the login `<database>_app`. Absent: an embedded Postgres in DATA_DIR."
    )
    admin_database_url: SecretStr | None = Field(None, description="Postgres URL of the login `<database>_admin`.")
    owner_database_url: SecretStr | None = Field(
        None, description="Postgres URL of whoever owns the database and may create roles; for `migrate` alone."
    )
    database_read_url: SecretStr | None = Field(
        None,
        description="Postgres URL of the same login on a streaming replica, which then answers lists of providers "
        "and models, the request log and usage reports. While it is lost or behind the primary does: see "
        "docs/read-replica.md.",
    )
    data_dir: Path = Field(Path(".modelbook"), description="Folder of the embedded Postgres and the key files.")
    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8080, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    workers: int = Field(1, ge=1, le=64, description="Processes that serve.")
    drain_seconds: Seconds = Field(
        5,
        description="Seconds that a process continues serving after SIGTERM while `/readyz` reports that it stops, so "
        "that balancers send requests elsewhere; SIGINT (Ctrl-C) ends it without.",
    )
    shutdown_seconds: Seconds = Field(
        30,
        description="Seconds that requests and streams in flight get to end once no new ones are taken; a second "
        "signal to stop ends them at once.",
    )
    pool_size: int = Field(
        4,
        ge=2,
        le=64,
        description="Connections to Postgres that each process reads with, and as many again that it writes with.",
    )
    long_pool_size: int = Field(
        2, ge=2, le=64, description="Connections of each process for what takes seconds: reports, exports, checks."
    )
    jwt_secret: SecretStr | None = Field(None, description="HS256 secret of at least 32 bytes (Supabase: JWT secret).")
    jwt_jwks_url: str | None = Field(None, description="Where to fetch ES256 or RS256 keys, instead of a secret.")
    jwt_jwks_file: Path | None = Field(None, description="File with ES256 or RS256 keys, instead of a secret.")
    jwt_audience: str | None = Field(None, description="Required audience of tokens.")
    jwt_issuer: str | None = Field(None, description="Required issuer of tokens.")
    oidc_issuer: str | None = Field(
        None,
        description="Issuer of the identity provider that people sign in to the console with (OpenID Connect), as its "
        "discovery document names it, e.g. https://login.example.org/realms/acme.",
    )
    oidc_client_id: str | None = Field(None, description="Id of this service as a client of the identity provider.")
    oidc_client_secret: SecretStr | None = Field(
        None, description="Its secret there; none for a public client, which PKCE protects alone."
    )
    oidc_scope: str = Field(
        "openid profile", description="Scopes to request; some providers give claims for a scope of their own."
    )
    oidc_organization_claim: str = Field(
        "organization_id",
        description="Claim of the ID token with the organizations, by UUID: a name, or a path such as a.b.",
    )
    oidc_role_claim: str = Field(
        "org_role", description="Claim of the ID token with the role: viewer, editor or admin, likewise."
    )
    public_url: str | None = Field(
        None,
        description="Where browsers reach the console, such as https://modelbook.example.org or, behind a reverse "
        "proxy, https://tools.example.org/modelbook; /auth/callback below it is to be registered with the identity "
        "provider. Invitations lead there, and passkeys are for its host. Absent: HOST and PORT, if HOST is this "
        "machine; else nobody can sign in but with a token.",
    )
    session_idle: PositiveSeconds = Field(7200, description="Seconds without use after which a session ends.")
    session_lifetime: PositiveSeconds = Field(43200, description="Seconds after which a session ends in any case.")
    master_keys: SecretStr | None = Field(
        None, description="Master keys `id:base64,...`, 32 bytes each; the first is the active one."
    )
    egress_allow: str = Field(
        "", description="Hosts or CIDRs with ports that providers may be at besides public https, e.g. 10.0.0.0/8:443."
    )
    egress_proxy: SecretStr = Field(
        SecretStr(""),
        description="Proxy that calls go out through, as http(s)://user:password@host:port. What EGRESS_ALLOW opens at "
        "private or loopback addresses is called directly, unless the proxy is on this machine.",
    )
    rate_limit_storage: SecretStr = Field(
        SecretStr("memory"),
        description="Where rates are counted: `memory` (each process for itself, so that N workers let N times as much "
        "through), or a Redis URL for all processes (redis://, rediss:// or redis+unix://).",
    )
    quotas: Annotated[Mapping[str, int], NoDecode] = Field(
        default_factory=dict,
        description="What an organization may have and do, where that is to be other than "
        f"`{','.join(f'{each.name}={each.default}' for each in QUOTAS.values())}`; 0: as much as it likes. "
        "tests, discovery, refresh and what is named PerMinute count in a minute. A platform administrator changes "
        "them for one organization. docs/quotas.md describes each.",
    )
    unknown_costs: Literal["highest", "refuse"] = Field(
        "highest",
        description="How a call counts against a budget whose cost is not known: `highest` takes the dearest price "
        "that is known of the model, and of a model without one the dearest of all; `refuse` runs no model without a "
        "price.",
    )
    discovery_ttl: Seconds = Field(3600, description="Seconds that a provider's answer about its models is good for.")
    health_interval: Seconds = Field(300, description="Seconds between checks of each provider; 0 checks none.")
    request_log_days: int = Field(
        30,
        ge=0,
        le=3650,
        description="Days that calls of clients are listed for, without prompts and answers; 0 lists none. Usage is "
        "counted all the same: by the hour for 400 days, by the day for ever.",
    )
    checkpoint_key: Path | None = Field(
        None,
        description="File with the Ed25519 key (PEM) that signs checkpoints of the log; `modelbook audit new-key` "
        "makes one. With the embedded Postgres it is made in DATA_DIR; with another one there are no checkpoints "
        "without it.",
    )
    checkpoint_sink: Path | None = Field(
        None,
        description="Folder, or file with an extension, that checkpoints are appended to: out of the reach of whoever "
        "administers the database, and best on storage that only takes appends. One database has one such place. With "
        "the embedded Postgres a folder in DATA_DIR by default; with another one it has to be named.",
    )
    checkpoint_interval: Seconds = Field(
        1, description="Seconds after a write within which a checkpoint has seen it; 0 writes none by itself."
    )
    cors_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Origins of frontends, comma-separated, such as https://app.example.org; none by default."
    )
    metrics_token: SecretStr | None = Field(
        None,
        min_length=16,
        description="Bearer token that opens /metrics to other hosts; without it only this host may read it.",
    )
    trusted_proxies: Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode] = Field(
        (),
        description="Addresses or networks of proxies before this service, comma-separated, such as 10.0.0.0/8. Their "
        "`Forwarded` and `X-Forwarded-For` give the client's address, for the log and to count attempts to sign in.",
    )
    telemetry: Annotated[tuple[Signal, ...], NoDecode] = Field(
        (),
        description="What is exported over OTLP with OpenTelemetry, comma-separated: traces, metrics, logs; none by "
        "default. It needs the extra `otel`. OpenTelemetry's own settings name the destination, such as "
        "OTEL_EXPORTER_OTLP_ENDPOINT.",
    )
    trace_context: Literal["inside", "all", "none"] = Field(
        "inside",
        description="Which providers receive the trace context of a call, in the headers traceparent and "
        "tracestate: those whose servers EGRESS_ALLOW names (inside), all, or none.",
    )
    api_url: str | None = Field(
        None,
        description="Where the commands `apply`, `export` and `import` reach the service. Absent: HOST and PORT.",
    )
    api_token: SecretStr | None = Field(
        None,
        description="An administrator's bearer token for these commands. Absent: they make one, as `modelbook token` "
        "does.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="The least that is logged: debug, info, warning or error."
    )
    log_format: Literal["console", "json"] = Field("console", description="How it is logged: console or json.")

    @field_validator("port", mode="before")
    @classmethod
    def _is_ours(cls, value: object) -> object:
        is_link = isinstance(value, str) and _LINK.fullmatch(value) is not None
        return cls.model_fields["port"].default if is_link else value

    @field_validator("cors_origins", "telemetry", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _read_networks(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        try:
            return tuple(ip_network(part.strip()) for part in value.split(",") if part.strip())
        except ValueError as error:
            message = f"is not a list of addresses and networks such as 10.0.0.0/8: {error}"
            raise ValueError(message) from None

    @field_validator("cors_origins")
    @classmethod
    def _are_origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for origin in value:
            if _ORIGIN.fullmatch(origin) is None:
                message = f"names {origin!r}, which is not an origin such as https://app.example.org"
                raise ValueError(message)
        return value

    @field_validator("jwt_jwks_url")
    @classmethod
    def _is_web_address(cls, value: str | None) -> str | None:
        if value is not None and _WEB_ADDRESS.fullmatch(value) is None:
            message = "is not an address such as https://project.supabase.co/auth/v1/.well-known/jwks.json"
            raise ValueError(message)
        return value

    @field_validator("oidc_issuer", "public_url", "api_url")
    @classmethod
    def _is_safe(cls, value: str | None) -> str | None:
        if value is not None and not is_safe_address(value):
            message = "is not an address with https, or with http on this machine, such as https://login.example.org"
            raise ValueError(message)
        return value

    @field_validator("oidc_organization_claim", "oidc_role_claim")
    @classmethod
    def _is_the_issuers(cls, value: str) -> str:
        if _CLAIM.fullmatch(value) is None or value.split(".", maxsplit=1)[0] == "user_metadata":
            message = "is not the name of a claim that the issuer alone sets (user_metadata is the user's own)"
            raise ValueError(message)
        return value

    @field_validator("oidc_scope")
    @classmethod
    def _has_openid(cls, value: str) -> str:
        if "openid" not in value.split():
            message = "has no scope openid"
            raise ValueError(message)
        return value

    @field_validator("log_level", "log_format", "trace_context", mode="before")
    @classmethod
    def _lower(cls, value: object) -> object:
        return value.lower() if isinstance(value, str) else value

    @field_validator("rate_limit_storage")
    @classmethod
    def _is_memory_or_redis(cls, value: SecretStr) -> SecretStr:
        if not value.get_secret_value().startswith(("redis://", "rediss://", "redis+unix://")) and (
            value.get_secret_value() != "memory"
        ):
            message = "is neither memory nor a Redis URL such as redis://host:6379/0"
            raise ValueError(message)
        return value

    @field_validator("quotas", mode="before")
    @classmethod
    def _read_quotas(cls, value: object) -> object:
        return read_quotas(value) if isinstance(value, str) else value

    @field_validator("database_url", "admin_database_url", "owner_database_url", "database_read_url")
    @classmethod
    def _is_postgres(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not value.get_secret_value().startswith(("postgresql://", "postgres://")):
            message = "is not a Postgres URL such as postgresql://user:password@host:5432/database"
            raise ValueError(message)
        return value

    @model_validator(mode="after")
    def _fit_together(self) -> Self:
        ways = [self.jwt_secret, self.jwt_jwks_url, self.jwt_jwks_file]
        if sum(way is not None for way in ways) > 1:
            message = (
                "Give one of MODELBOOK_JWT_SECRET, MODELBOOK_JWT_JWKS_URL and MODELBOOK_JWT_JWKS_FILE, not several"
            )
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _can_sign_in(self) -> Self:
        if (self.oidc_issuer is None) != (self.oidc_client_id is None):
            message = "Give MODELBOOK_OIDC_ISSUER and MODELBOOK_OIDC_CLIENT_ID, or neither"
            raise ValueError(message)
        if self.oidc_issuer is not None and not self.has_console_url:
            message = "Give MODELBOOK_PUBLIC_URL, which the identity provider sends browsers back to"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _has_a_primary(self) -> Self:
        if self.database_read_url is not None and self.database_url is None:
            message = "Give MODELBOOK_DATABASE_URL, which MODELBOOK_DATABASE_READ_URL leads to a replica of"
            raise ValueError(message)
        return self

    @property
    def console_url(self) -> str:
        """Where browsers reach the console, without a slash at the end."""
        return (self.public_url or f"http://{self.host_in_url}:{self.port}").rstrip("/")

    @property
    def has_console_url(self) -> bool:
        """Whether browsers can be sent to the console: its address is set, or that of this very machine."""
        return self.public_url is not None or (is_loopback(self.host) and self.port != 0)

    @property
    def service_url(self) -> str:
        """Where commands reach the service, without a slash at the end."""
        return (self.api_url or f"http://{self.host_in_url}:{self.port}").rstrip("/")

    @property
    def host_in_url(self) -> str:
        """HOST as it is written in an address."""
        return f"[{self.host}]" if ":" in self.host else self.host

    @property
    def serving_connections(self) -> int:
        """How many connections the processes open at most with the login that serves."""
        return self.workers * (2 * self.pool_size + self.long_pool_size)

    @property
    def administrating_connections(self) -> int:
        """The same with the administrators' login: a small pool, the feed, and what each is a candidate for."""
        return self.workers * (ADMINISTRATORS_POOL + _SESSIONS)

    @property
    def reading_connections(self) -> int:
        """How many connections the processes open at most to the replica; one of each watches it."""
        return self.workers * (self.pool_size + self.long_pool_size + 1)

    @property
    def is_embedded(self) -> bool:
        """Whether the database is our own."""
        return self.database_url is None


def settings_help() -> list[str]:
    """Return a line for each setting: its name, its description and its default."""
    lines = []
    for name, field in Settings.model_fields.items():
        default = field.get_default(call_default_factory=True)
        value = default.get_secret_value() if isinstance(default, SecretStr) else default
        lines.append(f"{PREFIX}{name.upper()}: {field.description}{f' Default: {value}.' if value else ''}")
    return lines


def load_settings(**overrides: object) -> Settings:
    """Return the settings of the environment, some of them overridden by the command line.

    Raises:
        WrongSettings: some are wrong or unknown; a line for each.
    """
    lines = [
        f"{name} is not a setting of Modelbook; `modelbook --help` lists them."
        for name, value in sorted(os.environ.items())
        if name.startswith(PREFIX)
        and name.removeprefix(PREFIX).lower() not in Settings.model_fields
        and not _is_of_a_container_platform(name, value)
    ]
    given: dict[str, Any] = {name: value for name, value in overrides.items() if value is not None}
    try:
        settings = Settings(**given)
    except ValidationError as error:
        lines += [_line(finding["loc"], refusal_of(finding)) for finding in error.errors(include_url=False)]
        raise WrongSettings(lines) from None
    if lines:
        raise WrongSettings(lines)
    return settings


def _is_of_a_container_platform(name: str, value: str) -> bool:
    is_port, is_name = name.endswith("_PORT"), name.endswith("_NAME")
    if is_port and _LINK.fullmatch(value):
        return True
    # Docker's own links: the name of the linked container, as /this/that.
    return _LINKS.fullmatch(name) is not None or (is_name and value.startswith("/"))


def _line(location: tuple[int | str, ...], message: str) -> str:
    return f"{PREFIX}{str(location[0]).upper()} {message}." if location else f"{message}."


def is_safe_address(text: str) -> bool:
    """Return whether this is an address that nobody on the way can listen in on: https, or http on this machine."""
    try:
        url = URL(text)
    except ValueError:
        return False
    if url.host is None or url.user is not None or url.password is not None or url.query_string or url.fragment:
        return False
    return url.scheme == "https" or (url.scheme == "http" and is_loopback(url.host))


def is_loopback(host: str) -> bool:
    """Return whether the host is this very machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"
