import stat
import threading
from pathlib import Path

import pytest

from shunda import runtime
from shunda.runtime.home import (
    NO_CLUSTER_YET,
    AlreadyLockedError,
    is_locked,
    locked,
    read_state,
    write_private,
    write_state,
)


def test_the_home_folder_is_the_one_named_by_the_environment(home: Path):
    assert runtime.home() == home


def test_a_home_in_the_current_folder_comes_before_that_of_the_checkout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("SHUNDA_HOME", raising=False)
    monkeypatch.chdir(tmp_path)
    assert runtime.home() == Path(__file__).parents[2] / ".shunda"
    (tmp_path / ".shunda").mkdir()
    assert runtime.home() == tmp_path / ".shunda"


def test_the_database_is_the_given_one_then_the_embedded_one_then_none(home: Path, monkeypatch: pytest.MonkeyPatch):
    assert runtime.database_url() == NO_CLUSTER_YET
    home.mkdir()
    write_private(home / "database.url", "postgresql://embedded\n")
    assert runtime.database_url() == "postgresql://embedded"
    monkeypatch.setenv("DATABASE_URL", "postgresql://given")
    assert runtime.database_url() == "postgresql://given"


def test_the_secret_key_is_made_once_and_readable_for_its_owner_alone(home: Path):
    keys = []
    threads = [threading.Thread(target=lambda: keys.append(runtime.secret_key())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(keys)) == 1
    assert len(keys[0]) > 50
    assert stat.S_IMODE((home / "secret_key").stat().st_mode) == 0o600
    assert sorted(path.name for path in home.iterdir()) == ["secret_key", "secret_key.lock"]


def test_a_lock_is_held_by_one_and_free_again_afterwards(tmp_path: Path):
    path = tmp_path / "lock"
    assert not is_locked(path)
    with locked(path, wait=False):
        assert is_locked(path)
        with pytest.raises(AlreadyLockedError), locked(path, wait=False):
            pass
    assert not is_locked(path)


def test_a_damaged_state_file_counts_as_none(tmp_path: Path):
    assert read_state(tmp_path) == {}
    write_state(tmp_path, {"pid": 7})
    assert read_state(tmp_path) == {"pid": 7}
    (tmp_path / "run.json").write_text('{"pid": 7')
    assert read_state(tmp_path) == {}
