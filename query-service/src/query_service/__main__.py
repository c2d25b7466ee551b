"""`python -m query_service`."""

from query_service.main import main

if __name__ == "__main__":
    main()
