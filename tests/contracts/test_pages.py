"""The HTML pages show the specifications without a network: a browser's document, with nothing behind it, has them."""

from pathlib import Path

import pytest

from catalog.html import BUILD, pages
from catalog.node import missing, run

LACK = missing()
pytestmark = pytest.mark.skipif(LACK is not None, reason=f"pages are not drawn: {LACK}")


@pytest.mark.parametrize(
    ("page", "shown"),
    [
        ("asyncapi/command-service", ["SEND tickets.events.v1", "TicketCreated.v1", "RECEIVE tickets.text-keys.v1"]),
        ("asyncapi/query-service", ["RECEIVE tickets.views.v1", "ErasedTicket", "GenerationNotice"]),
        ("openapi/query-service", ["/dashboard", "/export/tickets.ndjson", "Consistency-Token"]),
    ],
)
def test_a_page_shows_its_specification(tmp_path: Path, page: str, shown: list[str]) -> None:
    path = tmp_path / "page.html"
    path.write_text(pages()[BUILD / f"{page}.html"])
    result = run("render.mjs", path)
    assert result.returncode == 0, result.stderr
    assert [text for text in shown if text not in result.stdout] == []


def test_a_page_that_fetches_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text("<!doctype html><div id=page>text</div><script>fetch('https://tickets.example/')</script>")
    result = run("render.mjs", path)
    assert result.returncode == 1
    assert "asks for something from outside by fetch" in result.stderr


def test_every_page_lets_the_browser_refuse_what_it_would_fetch() -> None:
    made = pages()
    assert len(made) == 6
    for path, text in made.items():
        assert path.name == "index.html" or "default-src 'none'" in text
