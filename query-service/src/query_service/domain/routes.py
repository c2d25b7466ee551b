"""Where in the index of words a search reads: stretches that together hold every ticket with all of its words, once."""

from dataclasses import dataclass
from itertools import pairwise

from query_service.domain.words import FORMS, LONG_FORMS, SCORES, Post, pair_post, post_of

Route = tuple[int, int]
"""The pair of neighbouring words that leads to short tickets, and the word that leads to long ones, by their places."""

FIRST_ROUTE: Route = (0, 0)


@dataclass(frozen=True)
class Stretch:
    """The tickets that are posted under `post`; they must have the `others` as well.

    A post of two words is a number, which another two may have too: a ticket has the words of the `pair` to be sure.
    """

    post: Post
    others: tuple[str, ...] = ()
    pair: tuple[str, ...] = ()


def stretches(words: tuple[str, ...], route: Route) -> list[Stretch]:
    """Return the stretches of a route, in the order of ranks as far as posts tell."""
    if len(words) == 1:
        return [Stretch(post_of(words[0], form)) for form in FORMS]
    pair, single = route
    one, other = words[pair : pair + 2]
    beside = words[:pair] + words[pair + 2 :]
    rest = words[:single] + words[single + 1 :]
    short = [Stretch(pair_post(one, other, score), beside, (one, other)) for score in SCORES]
    return short + [Stretch(post_of(words[single], form), rest) for form in LONG_FORMS]


def short_leads(words: tuple[str, ...]) -> list[list[Post]]:
    """Return the posts of each pair that may lead to short tickets; the first of a route counts these."""
    return [[pair_post(one, other, score) for score in SCORES] for one, other in pairwise(words)]


def long_leads(words: tuple[str, ...]) -> list[list[Post]]:
    """Return the posts of each word that may lead to long tickets; the second of a route counts these."""
    return [[post_of(word, form) for form in LONG_FORMS] for word in words]
