"""`python -m tests.load.growth`: made-up tickets into the read topics, or through the command service."""

import argparse
import asyncio
import time

from tests.load.figures import say
from tests.load.growth.commands import send_grown
from tests.load.growth.grow import grow
from tests.load.growth.shape import read_shape
from tests.load.growth.topics import publish_grown


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.load.growth", description=__doc__)
    ways = parser.add_subparsers(dest="way", required=True)
    topics = ways.add_parser("topics", help="into the read topics of a stack whose topics are there and empty")
    topics.add_argument("kafka", help="host:port of the broker")
    topics.add_argument("prefix", help="what goes before the topics' names; may be empty")
    commands = ways.add_parser("commands", help="through a command service; slower")
    commands.add_argument("url", help="its base URL")
    for way in (topics, commands):
        way.add_argument("count", type=int, help="tickets")
    given, began = parser.parse_args(), time.monotonic()
    if given.way == "topics":
        asyncio.run(publish_grown(given.kafka, given.prefix, grow(read_shape(), given.count)))
    else:
        say(f"{asyncio.run(send_grown(given.url, given.count))} commands accepted")
    say(f"{given.count} tickets in {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
