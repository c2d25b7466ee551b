"""/docs without the network: the service itself serves Swagger UI, from the files that `fastapi-offline` carries."""

from importlib.resources import files
from pathlib import Path

from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import FileResponse, HTMLResponse

_ASSETS = Path(str(files("fastapi_offline"))) / "static"
_SCRIPT, _STYLE, _ICON = "swagger-ui-bundle.js", "swagger-ui.css", "favicon.png"
# The page's own script is inline; anything from another host is refused by the browser as well.
_POLICY = "default-src 'self' 'unsafe-inline'; img-src 'self' data:"


def add_docs_page(app: FastAPI) -> None:
    """Serve /docs and its files; relative addresses, so that it works behind a prefix too."""

    @app.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        page = get_swagger_ui_html(
            openapi_url="openapi.json",
            title=app.title,
            swagger_js_url=f"docs/{_SCRIPT}",
            swagger_css_url=f"docs/{_STYLE}",
            swagger_favicon_url=f"docs/{_ICON}",
        )
        page.headers["Content-Security-Policy"] = _POLICY
        return page

    for name in (_SCRIPT, _STYLE, _ICON):
        _add_file(app, name)


def _add_file(app: FastAPI, name: str) -> None:
    @app.get(f"/docs/{name}", include_in_schema=False)
    async def asset() -> FileResponse:
        return FileResponse(_ASSETS / name, headers={"Cache-Control": "public, max-age=86400"})
