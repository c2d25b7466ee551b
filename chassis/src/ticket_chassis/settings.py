"""Settings that every service takes from its environment, checked at start."""

import re
from typing import Annotated, Literal, Self, TypeVar

from pydantic import AfterValidator, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from pymongo.errors import PyMongoError
from pymongo.uri_parser import parse_uri

MAX_CONCURRENT_REQUESTS = 1_500

_BROKER = re.compile(r"([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:(?P<port>[0-9]{1,5}))?")


def _are_brokers(value: str) -> str:
    for each in value.split(","):
        found = _BROKER.fullmatch(each.strip())
        if found is None or not 0 < int(found["port"] or 9092) <= 65_535:
            raise ValueError("must be host:port[,host:port]")
    return value


BootstrapServers = Annotated[
    str, AfterValidator(_are_brokers), Field(min_length=1, description="Kafka's brokers: host:port[,host:port]")
]


DatabaseName = Annotated[
    str,
    Field(
        min_length=1,
        max_length=63,
        pattern=r"^[A-Za-z0-9_-]+$",
        description="A database of MongoDB, in letters, digits, _ and -",
    ),
]
TopicPrefix = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{0,100}$", description="Put before topic and group names")]


class SettingsError(Exception):
    """A variable is missing or wrong. The message names it and never shows its value."""


class ServiceSettings(BaseSettings):
    """What each service needs; a service adds its own variables in a subclass."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    host: str = Field(default="127.0.0.1", min_length=1, description="Address to listen on")
    port: int = Field(ge=0, le=65535, description="Port to listen on; 0 takes a free one")
    mongo_uri: SecretStr = Field(description="This service's own MongoDB, with user and password")
    mongo_database: DatabaseName
    kafka_bootstrap_servers: BootstrapServers
    topic_prefix: TopicPrefix = ""
    max_concurrent_requests: int = Field(
        default=MAX_CONCURRENT_REQUESTS, ge=1, description="Requests in hand; more are answered 503 overloaded"
    )
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @field_validator("mongo_uri")
    @classmethod
    def _is_a_mongodb_uri(cls, value: SecretStr) -> SecretStr:
        scheme, _, rest = value.get_secret_value().partition("://")
        if scheme not in ("mongodb", "mongodb+srv"):
            raise ValueError("must start with mongodb:// or mongodb+srv://")
        if scheme == "mongodb+srv":  # read as such it would ask the network; some of its options are its own
            rest = rest.partition("?")[0]
        try:
            # Not `warn`: an option that is wrong, such as tls=maybe, would be left out, and the service go on without.
            parse_uri(f"mongodb://{rest}")
        except (PyMongoError, ValueError, OSError):
            # The driver's own words may quote a part of the password.
            raise ValueError(
                "must be mongodb://user:password@host:port/…, percent-encoded, with known options"
            ) from None
        return value

    def of_process(self, worker: int | None = None) -> Self:  # noqa: ARG002 - for services that tell processes apart
        """Return the settings of the process that serves at the port, or of one of its workers, numbered from 1."""
        return self


S = TypeVar("S", bound=ServiceSettings)


def wrong_variables(error: ValidationError) -> str:
    """Return the names of the variables that are missing or wrong, without their values."""
    return ", ".join(str(each["loc"][0]).upper() for each in error.errors())


def load_settings(cls: type[S]) -> S:
    """Return the settings of the environment; raises SettingsError, which names every wrong variable."""
    try:
        return cls()
    except ValidationError as error:
        wrong = [f"{'.'.join(map(str, e['loc'])).upper() or 'settings'}: {e['msg']}" for e in error.errors()]
        raise SettingsError("environment variables: " + "; ".join(wrong)) from None
