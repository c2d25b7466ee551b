"""How the baseline and the ceiling are served: as the three services are, on uvloop and httptools, without a log."""

import uvicorn
from fastapi import FastAPI

from devstack.ports import HOST


def serve(app: FastAPI, port: int) -> None:
    """Serve until told to stop."""
    uvicorn.run(
        app,
        host=HOST,
        port=port,
        loop="uvloop",
        http="httptools",
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=30,
    )
