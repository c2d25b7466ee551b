"""Stops each service exactly at each step that makes something durable, starts it again, and judges what is left."""
