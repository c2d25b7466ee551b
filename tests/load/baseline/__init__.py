"""The single service that everyone writes first, honestly well made: what the three services are measured against.

One FastAPI process on one MongoDB: a collection of events that is written, a collection of tickets that is read, and
the projection from the one to the other called in the request. No Kafka, no second process, nothing prepared, no cache.
Beside it stand the ceiling (the same web stack answering prepared bytes) and the floor (the bare chain of a pipeline).
"""
