"""Kills the system under load and judges what is left: a history of what clients did and saw, and a checker."""
