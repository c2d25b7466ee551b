"""`python -m command_service`: serve the write side."""

from command_service.main import main

main()
