"""Every service keeps the limit on concurrent requests that its environment sets."""

from importlib import import_module

import pytest

from ticket_chassis.openapi_files import NOWHERE
from ticket_chassis.overload import OverloadMiddleware


@pytest.mark.parametrize("module", ["command_service", "projector_service", "query_service"])
def test_the_limit_of_the_environment_is_kept(monkeypatch: pytest.MonkeyPatch, module: str) -> None:
    for name, value in (NOWHERE | {"MAX_CONCURRENT_REQUESTS": "7"}).items():
        monkeypatch.setenv(name, value)
    app = import_module(f"{module}.app").create_app()
    limits = [layer.kwargs["limit"] for layer in app.user_middleware if layer.cls is OverloadMiddleware]
    assert limits == [7]
