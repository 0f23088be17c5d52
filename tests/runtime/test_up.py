"""The whole of Shunda started as people start it, and treated badly."""

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import psycopg
import pytest

from shunda.runtime.home import read_state
from shunda.runtime.postgres import Server
from tests.runtime.conftest import Installation

READY_SECONDS = 90
SECOND_START_SECONDS, SECOND_START_CPU_SECONDS = 5, 12


def wait_for_address(installation: Installation, process: subprocess.Popen[bytes]) -> str:
    deadline = time.monotonic() + READY_SECONDS
    while "running at" not in installation.log():
        assert process.poll() is None, installation.log()
        assert time.monotonic() < deadline, installation.log()
        time.sleep(0.05)
    return str(read_state(installation.home)["address"])


def answer(address: str) -> int:
    connection = http.client.HTTPConnection(address.removeprefix("http://").rstrip("/"), timeout=20)
    connection.request("GET", "/accounts/login/")
    return connection.getresponse().status


def cpu_seconds(process: subprocess.Popen[bytes]) -> float:
    """What a start costs whoever else uses the machine."""
    parent = psutil.Process(process.pid)
    times = [each.cpu_times() for each in (parent, *parent.children(recursive=True))]
    return sum(spent.user + spent.system for spent in times)


def answers(address: str) -> bool:
    try:
        return answer(address) < 500
    except OSError:
        return False


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def kill_everything(process: subprocess.Popen[bytes]) -> None:
    parent = psutil.Process(process.pid)
    tree = [parent, *parent.children(recursive=True)]
    for each in tree:
        each.kill()
    psutil.wait_procs(tree, timeout=10)


def end(process: subprocess.Popen[bytes], number: signal.Signals = signal.SIGTERM) -> int:
    tree = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(number)
    code = process.wait(timeout=60)
    assert [each for each in tree if each.is_running() and each.status() != psutil.STATUS_ZOMBIE] == []
    return code


@pytest.fixture
def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@pytest.mark.slow
def test_it_starts_serves_survives_kill_9_of_everything_and_ends_cleanly(installation: Installation, free_port: int):
    arguments = ("--no-demo", "--port", str(free_port))
    process = installation.start(*arguments)
    address = wait_for_address(installation, process)
    assert address == f"http://127.0.0.1:{free_port}/"
    assert answer(address) < 500
    assert_a_second_start_is_refused(installation, address)
    assert_status_tells_where_and_how_much(installation, address)

    with psycopg.connect(Server(installation.home).url, autocommit=True) as connection:
        connection.execute("create table acknowledged (id int)")
        for number in range(200):
            connection.execute("insert into acknowledged values (%s)", [number])
    kill_everything(process)
    assert installation.run("status").returncode == 1

    process = installation.start(*arguments)
    wait_for_address(installation, process)
    with psycopg.connect(Server(installation.home).url) as connection:
        assert connection.execute("select count(*) from acknowledged").fetchone() == (200,)
    assert end(process) == 0

    quiet = os.getloadavg()[0] < (os.cpu_count() or 1)
    started = time.monotonic()
    process = installation.start(*arguments)
    wait_for_address(installation, process)
    took = time.monotonic() - started
    assert "Preparing" not in installation.log()
    assert cpu_seconds(process) < SECOND_START_CPU_SECONDS
    assert took < SECOND_START_SECONDS or not quiet
    assert end(process, signal.SIGINT) == 0
    assert Server(installation.home).process() is None


def assert_a_second_start_is_refused(installation: Installation, address: str) -> None:
    second = installation.run("up")
    assert second.returncode == 1
    assert address in second.stderr


def assert_status_tells_where_and_how_much(installation: Installation, address: str) -> None:
    status = installation.run("status", "--json")
    assert status.returncode == 0
    report = json.loads(status.stdout)
    assert report["address"] == address
    assert report["jobs"]["parked"] == 0
    assert set(report["memory"]) == {"shunda up", "postgres", "worker", "web", "total"}
    assert report["memory"]["total"]["bytes"] < 450 * 2**20


@pytest.mark.slow
def test_killed_parts_come_back_and_leftovers_of_a_killed_start_are_ended(prepared: Installation, free_port: int):
    with socket.create_server(("127.0.0.1", free_port)):
        process = prepared.start("--no-demo", "--port", str(free_port))
        address = wait_for_address(prepared, process)
    assert f"Port {free_port} is in use; taking" in prepared.log()
    assert address != f"http://127.0.0.1:{free_port}/"

    children = read_state(prepared.home)["children"]
    os.kill(children["postgres"], signal.SIGKILL)
    os.kill(children["web"], signal.SIGKILL)
    wait_until(lambda: "web ended unexpectedly" in prepared.log())
    wait_until(lambda: answers(address))
    assert read_state(prepared.home)["children"].keys() == children.keys()

    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process = prepared.start("--no-demo", "--port", str(free_port))
    assert wait_for_address(prepared, process) == f"http://127.0.0.1:{free_port}/"
    assert "Ended what an earlier start had left running." in prepared.log()
    assert end(process) == 0


@pytest.mark.slow
def test_a_given_database_is_used_and_left_running(prepared: Installation, free_port: int, tmp_path: Path):
    shutil.copytree(prepared.home, tmp_path / "given")
    shutil.rmtree(prepared.home / "pgdata")
    given = Server(tmp_path / "given")
    given.start()
    try:
        process = prepared.start("--no-demo", "--port", str(free_port), DATABASE_URL=given.url)
        address = wait_for_address(prepared, process)
        assert answer(address) < 500
        assert set(read_state(prepared.home)["children"]) == {"web", "worker"}
        assert end(process) == 0
        assert not (prepared.home / "pgdata").exists()
        assert given.process()
    finally:
        given.stop(at_once=True)


def test_a_given_database_that_cannot_be_used_is_refused_with_the_reason(installation: Installation):
    refused = installation.run("up", DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")
    assert refused.returncode == 1
    assert "cannot be reached" in refused.stderr
    assert "Traceback" not in refused.stderr
