"""The edge: FastAPI routes, parameters, headers and problems."""
