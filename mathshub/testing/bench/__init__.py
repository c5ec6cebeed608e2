"""`make bench`: how fast the portal is, beside the nearest thing to a physical limit of its stack.

Shared machines are noisy. So each figure is a ratio, measured in one run and in turns with its
floor, in CPU time of the server processes, with the wall clock beside it.

An operation is a module in `operations`, named in `OPERATIONS` (__main__.py), with

    TITLE = "Calendar feed"
    def measure(stage: Stage) -> Iterator[Row]: ...

`Stage` (stage.py) gives it a PostgreSQL with the demonstration loaded, gunicorn of the portal under
production settings, gunicorn of the floors (floors.py) and the load (load.py). `Row` (figures.py)
is one line of the table.
"""
