from pathlib import Path

import pytest
from kombu import Connection

from mathshub import broker
from mathshub.processes import PartEnded, broker_part


@pytest.fixture(params=["short", "long" * 30])
def var_dir(request, tmp_path):
    folder = tmp_path / request.param
    folder.mkdir()
    return folder


def test_a_task_crosses_the_embedded_broker_however_long_the_path_is(var_dir):
    part = broker_part(var_dir)
    part.start()
    try:
        part.wait_until(lambda: broker.is_answering(broker.socket_path(var_dir)), seconds=10)
        assert handed_over(broker.broker_url(var_dir), var_dir) == "look now"
    finally:
        part.stop()

    assert not broker.is_answering(broker.socket_path(var_dir))


def test_a_task_crosses_the_folders_where_there_is_no_server(monkeypatch, tmp_path):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)

    assert broker.broker_url(tmp_path) == "filesystem://"
    assert handed_over("filesystem://", tmp_path) == "look now"
    with pytest.raises(RuntimeError, match="set REDIS_URL"):
        broker.server_command(tmp_path)


def test_two_checkouts_never_share_a_socket(tmp_path):
    paths = {broker.socket_path(tmp_path / ("long" * 30) / name) for name in ("one", "two")}

    assert len(paths) == 2
    assert all(len(str(path)) <= broker.LONGEST_SOCKET_PATH for path in paths)


def test_the_broker_says_why_it_ended(tmp_path):
    part = broker_part(tmp_path)
    part.command.append("--no-such-option")
    part.start()

    with pytest.raises(
        PartEnded, match=r"The broker ended by itself \(exit code 1\)(.|\n)*no-such"
    ):
        part.wait_until(lambda: False, seconds=10)


def handed_over(url: str, var_dir: Path) -> str:
    """What comes out of a queue of this broker after it was put in by another connection."""
    options = broker.transport_options(url, var_dir)
    with Connection(url, transport_options=options) as sender:
        sender.SimpleQueue("tasks").put("look now")
    with Connection(url, transport_options=options) as receiver:
        message = receiver.SimpleQueue("tasks").get(timeout=5)
        message.ack()
        return message.payload
