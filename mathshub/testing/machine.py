"""What a measurement was made on: figures mean little without it."""

import os
import platform
from dataclasses import dataclass
from pathlib import Path

import celery
import django


@dataclass(frozen=True)
class Machine:
    """The machine, its software, and how busy it was before the measurement began."""

    processor: str
    cores: int
    memory: float  # GiB
    load: float  # processes that wanted to run, over the last minute
    database: str = ""

    @property
    def words(self) -> str:
        """“2 cores of AMD EPYC, 23 GiB, Python 3.11.7, …; load 0.3 before it began”."""
        software = ["Python " + platform.python_version(), f"Django {django.__version__}"]
        software += [f"Celery {celery.__version__}", *filter(None, [self.database])]
        return (
            f"{self.cores} cores of {self.processor}, {self.memory:.0f} GiB, "
            f"{', '.join(software)}; load {self.load:.1f} before it began"
        )


def this_machine(*, database: str = "") -> Machine:
    """Read the machine; ``database`` names the server and its version."""
    pages, size = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    return Machine(
        processor=_processor(),
        cores=os.cpu_count() or 1,
        memory=pages * size / 2**30,
        load=os.getloadavg()[0],
        database=database,
    )


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or "an unnamed processor")
