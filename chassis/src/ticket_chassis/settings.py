"""Settings that every service takes from its environment, checked at start."""

from typing import Literal, Self, TypeVar

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

MAX_CONCURRENT_REQUESTS = 1_500


class SettingsError(Exception):
    """A variable is missing or wrong. The message names it and never shows its value."""


class ServiceSettings(BaseSettings):
    """What each service needs; a service adds its own variables in a subclass."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    host: str = Field(default="127.0.0.1", description="Address to listen on")
    port: int = Field(ge=0, le=65535, description="Port to listen on; 0 takes a free one")
    mongo_uri: SecretStr = Field(description="This service's own MongoDB, with user and password")
    mongo_database: str = Field(min_length=1, max_length=63, description="This service's own database")
    kafka_bootstrap_servers: str = Field(min_length=1, description="host:port[,host:port]")
    topic_prefix: str = Field(
        default="", pattern=r"^[A-Za-z0-9._-]{0,100}$", description="Put before topic and group names"
    )
    max_concurrent_requests: int = Field(
        default=MAX_CONCURRENT_REQUESTS, ge=1, description="Requests in hand; more are answered 503 overloaded"
    )
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @field_validator("mongo_uri")
    @classmethod
    def _is_a_mongodb_uri(cls, value: SecretStr) -> SecretStr:
        if not value.get_secret_value().startswith(("mongodb://", "mongodb+srv://")):
            raise ValueError("must start with mongodb:// or mongodb+srv://")
        return value

    def of_process(self, worker: int | None = None) -> Self:  # noqa: ARG002 - for services that tell processes apart
        """Return the settings of the process that serves at the port, or of one of its workers, numbered from 1."""
        return self


S = TypeVar("S", bound=ServiceSettings)


def load_settings(cls: type[S]) -> S:
    """Return the settings of the environment; raises SettingsError, which names every wrong variable."""
    try:
        return cls()
    except ValidationError as error:
        wrong = [f"{'.'.join(map(str, e['loc'])).upper() or 'settings'}: {e['msg']}" for e in error.errors()]
        raise SettingsError("environment variables: " + "; ".join(wrong)) from None
