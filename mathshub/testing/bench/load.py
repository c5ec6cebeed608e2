"""Requests to a server on loopback, over connections that stay open, and what they cost it."""

import http.client
import itertools
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from mathshub.processes import Part

CLOCK_TICKS = os.sysconf("SC_CLK_TCK")  # a second, as the kernel counts processor time
TIMEOUT = 30  # seconds
CONNECTIONS = 2  # as many as there are workers: latency is that of a server with work, not a queue


@dataclass(frozen=True)
class Request:
    """One request; ``expected`` is the status without which a figure would mean nothing."""

    path: str
    method: str = "GET"
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    expected: int = 200


@dataclass(frozen=True)
class Server:
    """A web server that was started for the bench."""

    part: Part
    port: int

    def fetch(self, request: Request) -> "Answer":
        """Ask it once, over a connection of its own. Raises ``UnexpectedAnswer``."""
        with connected(self.port) as connection:
            return fetch(connection, request)

    def cpu_seconds(self) -> float:
        """User and system time of all its processes so far."""
        return cpu_seconds_of(self.part.pid)


@dataclass
class Sample:
    """What a number of requests cost; times in milliseconds."""

    cpu: list[float] = field(default_factory=list)
    """CPU time per request, one figure for each round."""
    waits: list[float] = field(default_factory=list)
    """From sending a request to its last byte, each."""
    seconds: float = 0.0
    size: int = 0
    """Bytes of the last answer's body."""

    @property
    def cpu_ms(self) -> float:
        return median(self.cpu)

    @property
    def per_second(self) -> float:
        return len(self.waits) / self.seconds

    def wait_ms(self, percent: int) -> float:
        """The wait that so many percent of the requests stayed within."""
        ordered = sorted(self.waits)
        return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


@dataclass(frozen=True)
class Contender:
    """Something to measure: ``request(number)`` makes the request of that number."""

    server: Server
    request: Callable[[int], Request]


def always(request: Request) -> Callable[[int], Request]:
    """The same request, whatever its number."""
    return lambda number: request


class UnexpectedAnswer(Exception):
    """A server answered otherwise than it must for the figure to mean anything."""


@dataclass(frozen=True)
class Answer:
    """What came back, with its body read to the end."""

    headers: http.client.HTTPMessage
    body: bytes


@contextmanager
def connected(port: int) -> Iterator[http.client.HTTPConnection]:
    """A connection to the server on this port of loopback. Raises ``OSError`` where none is."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)
    connection.connect()
    try:
        yield connection
    finally:
        connection.close()


def fetch(connection: http.client.HTTPConnection, request: Request) -> Answer:
    """Send it and read all of the answer. Raises ``UnexpectedAnswer``, ``OSError``."""
    connection.request(request.method, request.path, request.body or None, request.headers)
    response = connection.getresponse()
    body = response.read()
    if response.status != request.expected:
        raise UnexpectedAnswer(
            f"{request.method} {request.path} answered {response.status}, "
            f"not {request.expected}: {body[:300]!r}"
        )
    return Answer(response.headers, body)


def compare(
    contenders: dict[str, Contender], *, rounds: int = 5, count: int = 300
) -> dict[str, Sample]:
    """Load the contenders in turns, ``count`` requests each time, so that noise meets all alike.

    A first turn that is not counted fills their caches. Raises ``UnexpectedAnswer``.
    """
    samples = {name: Sample() for name in contenders}
    numbers = {name: itertools.count() for name in contenders}
    for name, contender in contenders.items():
        _load(contender, numbers[name], max(60, count // 5), Sample())
    for _ in range(rounds):
        for name, contender in contenders.items():
            _load(contender, numbers[name], count, samples[name])
    return samples


def send_one_by_one(server: Server, requests: list[Request], sample: Sample) -> None:
    """Over one connection, each when the last one is answered; adds to the sample."""
    cpu_before, begun = server.cpu_seconds(), time.perf_counter()
    _send_all(server.port, requests, sample)
    sample.seconds += time.perf_counter() - begun
    sample.cpu.append((server.cpu_seconds() - cpu_before) * 1000 / len(requests))


def _load(contender: Contender, numbers: Iterator[int], count: int, sample: Sample) -> None:
    """Send ``count`` requests over ``CONNECTIONS`` connections and add them to the sample."""
    requests = [contender.request(next(numbers)) for _ in range(count)]
    shares = [requests[start::CONNECTIONS] for start in range(CONNECTIONS)]
    errors: list[Exception] = []

    def send(share: list[Request]) -> None:
        try:
            _send_all(contender.server.port, share, sample)
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=send, args=(share,)) for share in shares]
    cpu_before, begun = contender.server.cpu_seconds(), time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sample.seconds += time.perf_counter() - begun
    if errors:
        raise errors[0]
    sample.cpu.append((contender.server.cpu_seconds() - cpu_before) * 1000 / count)


def _send_all(port: int, requests: list[Request], sample: Sample) -> None:
    with connected(port) as connection:
        for request in requests:
            begun = time.perf_counter()
            answer = fetch(connection, request)
            sample.waits.append((time.perf_counter() - begun) * 1000)
            sample.size = len(answer.body)


def cpu_seconds_of(pid: int) -> float:
    """User and system time so far of the process and of all that it started and that still runs."""
    return sum(map(_cpu_seconds, process_tree(pid)))


def process_tree(pid: int) -> list[int]:
    """The process and all that it started, as far as they still run."""
    tasks = Path(f"/proc/{pid}/task")
    found = [pid]
    for task in tasks.iterdir() if tasks.exists() else ():
        children = (task / "children").read_text().split()
        found += [each for child in children for each in process_tree(int(child))]
    return found


def _cpu_seconds(pid: int) -> float:
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):  # it has just ended
        return 0.0
    # The name, second of the fields, may hold spaces; what follows its bracket does not.
    fields = status.rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / CLOCK_TICKS
