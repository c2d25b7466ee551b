"""/docs works where there is no network: everything it loads comes from the service."""

import re

import pytest

from chassis.tests.web_app import client_of, make_app


async def test_the_page_refers_to_no_other_host_and_what_it_refers_to_is_there() -> None:
    async with client_of(make_app()) as client:
        page = await client.get("/docs")
        assert page.status_code == 200
        assert "//" not in re.sub(r"// .*", "", page.text)
        assert "default-src 'self'" in page.headers["content-security-policy"]
        loaded = re.findall(r"(?:src|href)=\"([^\"]+)\"|url: '([^']+)'", page.text)
        paths = [source or document for source, document in loaded]
        assert "openapi.json" in paths
        assert len(paths) == 4
        for path in paths:
            assert (await client.get(f"/{path}")).status_code == 200


@pytest.mark.parametrize("path", ["/docs", "/docs/swagger-ui.css"])
async def test_a_service_without_an_api_has_none(path: str) -> None:
    async with client_of(make_app(docs=False)) as client:
        assert (await client.get(path)).status_code == 404
