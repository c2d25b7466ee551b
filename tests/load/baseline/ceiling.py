"""`python -m tests.load.baseline.ceiling PORT BODY`: the most that this web stack can do, answering prepared bytes.

FastAPI and uvicorn as everywhere else; no middleware, no parameter, no database, and one answer whatever is asked.
"""

import sys
from pathlib import Path

from fastapi import FastAPI, Request
from starlette.responses import Response

from tests.load.baseline.web import serve

ETAG = '"prepared"'


def create_app(body: bytes) -> FastAPI:
    """Return an app that answers every read with `body`, and 304 to whoever has it."""
    app = FastAPI(title="Tickets: ceiling")
    headers = {"ETag": ETAG}

    @app.get("/tickets")
    @app.get("/tickets/{ticket_id}")
    @app.get("/dashboard")
    async def read(request: Request) -> Response:
        if request.headers.get("if-none-match") == ETAG:
            return Response(status_code=304, headers=headers)
        return Response(body, headers=headers, media_type="application/json")

    return app


if __name__ == "__main__":
    serve(create_app(Path(sys.argv[2]).read_bytes()), int(sys.argv[1]))
