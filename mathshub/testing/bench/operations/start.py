"""How long one worker takes to its first answer, and how much memory it keeps."""

import re
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from mathshub.processes import Part
from mathshub.testing.bench.figures import Row, at_most
from mathshub.testing.bench.load import Request, Server, UnexpectedAnswer, process_tree
from mathshub.testing.bench.stage import FLOORS, HOST, Stage
from mathshub.testing.ports import free_port

TITLE = "Cold start"
ROUNDS = 5


@dataclass(frozen=True)
class Start:
    """From the start of gunicorn with one worker to its first answer; memory right after it."""

    wall: float  # seconds
    cpu: float  # seconds, gunicorn's own process and the worker
    memory: float  # megabytes of the worker; pages that it shares count in shares (PSS)


def measure(stage: Stage) -> Iterator[Row]:
    ours, bare = [], []
    for _ in range(ROUNDS):
        ours.append(start(stage, "mathshub.wsgi", stage.portal_env(), "/"))
        env = stage.bare_env(FLOOR_MIDDLEWARE="default")
        bare.append(start(stage, FLOORS, env, "/plain/10000"))
    yield Row(
        "Cold start of one worker",
        ours=_median(ours, "cpu"),
        unit="s CPU",
        target=at_most(0.8),
        floor=_median(bare, "cpu"),
        floor_is="a bare Django worker",
        details={
            "wall": f"{_median(ours, 'wall'):.2f} s",
            "wall of the floor": f"{_median(bare, 'wall'):.2f} s",
        },
    )
    yield Row(
        "Memory of one idle worker",
        ours=_median(ours, "memory"),
        unit="MB PSS",
        target=at_most(80),
        floor=_median(bare, "memory"),
        floor_is="a bare Django worker",
    )


def start(stage: Stage, application: str, env: dict[str, str], path: str) -> Start:
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", application, "--bind", f"127.0.0.1:{port}"]
    command += ["--worker-class", "gthread", "--workers", "1", "--threads", "4"]
    part = Part(
        "worker", [*command, "--no-control-socket"], log=stage.var_dir / "start.log", env=env
    )
    server, page = Server(part, port), Request(path, headers={"Host": HOST})
    begun = time.perf_counter()
    part.start()
    try:
        part.wait_until(lambda: is_answered(server, page), seconds=60)
        wall = time.perf_counter() - begun
        return Start(wall, server.cpu_seconds(), pss_of_worker(part.pid))
    finally:
        part.stop()


def is_answered(server: Server, page: Request) -> bool:
    """Whether the page is answered; the first request waits in the kernel until the worker is up."""
    try:
        server.fetch(page)
    except (OSError, UnexpectedAnswer):
        return False
    return True


def pss_of_worker(pid: int) -> float:
    worker = process_tree(pid)[-1]
    rollup = Path(f"/proc/{worker}/smaps_rollup").read_text()
    kilobytes = re.search(r"^Pss: +(\d+) kB", rollup, re.MULTILINE)
    assert kilobytes is not None
    return int(kilobytes[1]) / 1024


def _median(starts: list[Start], name: str) -> float:
    return float(median(getattr(each, name) for each in starts))
