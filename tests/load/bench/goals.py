"""The table: each row's unit and what it must show, in the order in which it is published."""

GOALS: dict[str, tuple[str, str]] = {
    "list_warm": ("requests/s", "at least 5 x the baseline, and 70 % of the ceiling"),
    "list_warm_writes": ("requests/s", "at least 3 x the baseline, 100 writes/s on each"),
    "list_cold": ("requests/s", "at least 2 x the baseline"),
    "detail": ("requests/s", "at least 4 x the baseline"),
    "not_modified": ("requests/s", "at least 80 % of the ceiling"),
    "dashboard": (
        "requests/s",
        "at least 300 x the baseline, and equal at every size (within 10 %)",
    ),
    "deep_page": ("ms", "the last pages by cursor within 1.3 x of the first"),
    "search": ("ms", "p50 at most 10 x a find by id (the baseline's), two words that at most 1,000 tickets have"),
    "create": ("requests/s", "at least 2 x the baseline, each readable within a second"),
    "pipeline": ("s", "at most 60 s for the whole log, and as long for each event of a part of it"),
    "read_own_write": ("ms", "p50 at most 2 x the floor, p99 at most 6 x, none stale"),
    "live": ("ms", "p50 at most 2.5 x the floor, p99 at most 8 x, at 200 commands/s, none missed"),
    "memory": ("MB", "at most 200 MB a worker at the largest size"),
    "growth": ("requests/s", "lists and tickets by id at the largest size at least 0.9 of the smallest"),
}
