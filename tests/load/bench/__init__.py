"""`make bench`: what the three services are worth, measured beside the baseline, in turn, on this machine.

| module | what is in it |
|---|---|
| size | how much of everything, by `QUICK=1` and without |
| client, load | the load generator, a process of its own, and what it is asked for |
| world | servers and services, with as many tickets as asked for |
| requests | what clients ask |
| oracle | whether sampled answers are right |
| rows | one module for each family of rows of the table |
| report, plots | build/bench.json, the table, the pictures |
"""
