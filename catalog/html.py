"""HTML pages of the specifications: each one file that holds all it needs, and may fetch nothing."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from catalog.node import MODULES
from catalog.traffic import ROOT

DOCS = ROOT / "docs"
BUILD = ROOT / "build" / "docs"

_REACT = MODULES / "@asyncapi" / "react-component"
_REDOC = MODULES / "redoc" / "bundles" / "redoc.standalone.js"

# The browser itself refuses whatever a page would fetch. The viewer of AsyncAPI compiles schemas to code.
_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; "
    "img-src data:; font-src data:"
)
_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<title>{title}</title>
<style>body {{ margin: 0 }} {style}</style>
<body>
<div id="page"></div>
<script>{library}</script>
<script>{start}</script>
</body>
</html>
"""


def pages() -> Mapping[Path, str]:
    """Return the pages of all committed specifications by path, with an index.

    Raises FileNotFoundError where the viewers have not been installed.
    """
    made = {BUILD / "asyncapi" / f"{path.stem}.html": _asyncapi(path) for path in _files("asyncapi/*.yaml")}
    made |= {BUILD / "openapi" / f"{path.stem}.html": _openapi(path) for path in _files("openapi/*.json")}
    return made | {BUILD / "index.html": _index(made)}


def _files(pattern: str) -> list[Path]:
    return sorted(DOCS.glob(pattern))


def _asyncapi(path: Path) -> str:
    document = yaml.safe_load(path.read_text("utf-8"))
    library = (_REACT / "browser" / "standalone" / "index.js").read_text("utf-8")
    style = (_REACT / "styles" / "default.min.css").read_text("utf-8")
    config = {"show": {"errors": False}, "sidebar": {"showOperations": "byDefault"}}
    start = f"AsyncApiStandalone.render({{schema: {_json(document)}, config: {_json(config)}}}, page)"
    return _page(document["info"]["title"], style, library, start)


def _openapi(path: Path) -> str:
    document = json.loads(path.read_text("utf-8"))
    # All is on the page, and the browser finds it; Redoc's own search would need a worker made of a string.
    options = {"disableSearch": True, "hideDownloadButton": True}
    start = f"Redoc.init({_json(document)}, {_json(options)}, page)"
    return _page(document["info"]["title"], "", _REDOC.read_text("utf-8"), start)


def _page(title: str, style: str, library: str, start: str) -> str:
    # Inside a script element nothing may look like its end.
    return _PAGE.format(
        policy=_POLICY,
        title=title,
        style=style,
        library=library.replace("</script", "<\\/script"),
        start=f"const page = document.getElementById('page'); {start}",
    )


def _index(made: Mapping[Path, str]) -> str:
    names = [path.relative_to(BUILD) for path in made]
    links = "".join(f'<li><a href="{name}">{name.with_suffix("")}</a>' for name in names)
    return f"<!doctype html><html lang=en><title>Specifications</title><h1>Specifications</h1><ul>{links}</ul>\n"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False).replace("<", "\\u003c")
