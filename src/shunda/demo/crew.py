"""Desk and door live the same days, each in a process of its own: the door never overtakes the desk.

A new process unpickles what it is given before Django is set up, so nothing here imports a model beforehand.
"""

from __future__ import annotations

import multiprocessing
import queue
from collections.abc import Callable, Sequence
from typing import Any

Told = Callable[[], None]
LEAD = 7
"""So many days the desk may be ahead of the door: money that comes in later than it did would fill credit limits."""


def in_turn(inline: str, told: Told) -> None:
    """In one process: each day first the desk, then the door."""
    desk, door = (_side(name, inline) for name in ("Desk", "Door"))
    for day in _days():
        desk.live(day)
        door.live(day)
        told()


def side_by_side(inline: str, told: Told) -> None:
    """In two processes; a failure of one fails the build with what it said."""
    context = multiprocessing.get_context("spawn")
    news: Any = context.Queue()
    lead, ready = context.Semaphore(LEAD), context.Semaphore(0)
    desk = context.Process(target=_work, args=("Desk", inline, lead, ready, None), kwargs={"news": news}, daemon=True)
    door = context.Process(target=_work, args=("Door", inline, ready, lead, "day"), kwargs={"news": news}, daemon=True)
    crew = [desk, door]
    for member in crew:
        member.start()
    try:
        _listen(news, crew, told)
    finally:
        for member in crew:
            member.terminate()
            member.join()


def _side(name: str, inline: str) -> Any:
    from django.utils.module_loading import import_string

    from shunda.demo.company import recall
    from shunda.demo.data import orders

    side = import_string(f"shunda.demo.{name.lower()}.{name}")
    return side(recall(), orders(), import_string(inline))


def _days() -> list[Any]:
    from shunda.demo.history import days

    return list(days())


def _work(name: str, inline: str, before: Any, after: Any, word: str | None, *, news: Any) -> None:
    """Wait until the day may begin, live it, let the other side know."""
    import gc
    import traceback

    import django

    django.setup()
    from django.db import connection

    try:
        side = _side(name, inline)
        with connection.cursor() as cursor:
            cursor.execute("set synchronous_commit = off")  # a demo can be built again
        gc.freeze()  # what is loaded by now stays to the end
        gc.set_threshold(10_000, 10, 10)  # what comes is small and soon gone
        for day in _days():
            before.acquire()
            side.live(day)
            after.release()
            if word:
                news.put(word)
    except BaseException:  # noqa: BLE001  # it is told to the parent, which raises
        news.put(traceback.format_exc())
    else:
        news.put("done")


def _listen(news: Any, crew: Sequence[Any], told: Told) -> None:
    working = len(crew)
    while working:
        try:
            said = news.get(timeout=5)
        except queue.Empty:
            if not any(member.is_alive() for member in crew):
                raise RuntimeError("the processes that build the demo ended without a word") from None
            continue
        if said == "day":
            told()
        elif said == "done":
            working -= 1
        else:
            raise RuntimeError(said)
