"""Tickets by the hundred thousand in the shape of the real log: fitted to it when run, and the same for the same seed.

python -m tests.load.growth topics KAFKA PREFIX COUNT        into the read topics of a stack of its own
python -m tests.load.growth commands URL COUNT               the same histories as commands; slower
"""
