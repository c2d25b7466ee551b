"""`make load`: a help desk at work, by locust, on a stack of its own; users and time are bounded."""
