"""However long a file is, the importing process holds one block of it at a time."""

import gc
import tracemalloc

import pytest

from shunda.channels import booking, staging
from shunda.channels.tests.builders import HEAD, file, run, world

pytestmark = pytest.mark.django_db
BLOCK = 100


def peak(path):
    """The most memory an import takes beyond what there was before, in bytes."""
    gc.collect()
    tracemalloc.start()
    try:
        done = run(path)
        return done.imported.lines, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_file_ten_times_as_long_takes_hardly_more_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(staging, "BLOCK", BLOCK)
    monkeypatch.setattr(booking, "CHUNK_LINES", BLOCK)
    world()

    def made(name, invoices):
        rows = (f"{name}{n},A-1,{k},,9.90,,,C1,,a remark\n" for n in range(invoices) for k in range(1, 11))
        return file(tmp_path, HEAD + "".join(rows), f"{name}.csv")

    run(made("warm", 1))
    (short, before), (long, after) = peak(made("short", 20)), peak(made("long", 200))
    assert (short, long) == (200, 2_000)
    assert after < before * 1.5
