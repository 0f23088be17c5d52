"""Lanes: one batch is calculated while another is written, and none is begun for too few beside others."""

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from shunda.core.combine import Combine, make_way


class Road:
    """A batch action in two parts; it tells who is in which, and goes on when it is let."""

    def __init__(self, *, makes_way=True):
        self.first, self.second, self.makes_way = set(), set(), makes_way
        self.on = {}

    def __call__(self, calls):
        self.on[calls[0]] = threading.Semaphore(0)
        self.first.add(calls[0])
        self.on[calls[0]].acquire(timeout=5)
        self.first.discard(calls[0])
        self.second.add(calls[0])
        if self.makes_way:
            make_way()
        self.on[calls[0]].acquire(timeout=5)
        self.second.discard(calls[0])
        return calls

    def stands(self, first, second):
        """Whether it comes to stand so, and stays so for a moment."""
        until = time.monotonic() + 5
        while (self.first, self.second) != (first, second) and time.monotonic() < until:
            time.sleep(0.001)
        time.sleep(0.02)
        return (self.first, self.second) == (first, second)


def on_a_loop(combine):
    return lambda call: asyncio.run(combine.ask(call))


@pytest.mark.parametrize("way", [lambda combine: combine, on_a_loop])
def test_the_next_batch_begins_when_the_one_before_makes_way_and_never_more_than_there_are_lanes(way):
    road = Road()
    combine = Combine("test", road, lanes=2, most=1)
    with ThreadPoolExecutor(3) as threads:
        waiting = [threads.submit(way(combine), 1)]
        assert road.stands({1}, set())
        waiting.append(threads.submit(way(combine), 2))
        assert road.stands({1}, set())  # before the point nobody else begins
        road.on[1].release()
        assert road.stands({2}, {1})
        waiting.append(threads.submit(way(combine), 3))
        road.on[2].release()
        assert road.stands(set(), {1, 2})  # two lanes are taken
        road.on[1].release()
        assert road.stands({3}, {2})
        for each in (2, 3, 3):
            road.on[each].release()
        assert [each.result(5) for each in waiting] == [1, 2, 3]
    combine.close()
    assert (combine._running, combine._narrow) == (0, False)


def three_being_served(combine, road, threads):
    """A batch of three that has made way."""
    three = threads.submit(combine.many, [1, 1, 1])
    assert road.stands({1}, set())
    road.on[1].release()
    assert road.stands(set(), {1})
    return three


def test_beside_others_a_batch_begins_only_when_half_as_much_waits_as_is_being_served():
    road = Road()
    combine = Combine("test", road, lanes=3, most=3)
    with ThreadPoolExecutor(8) as threads:
        three = three_being_served(combine, road, threads)
        waiting = [threads.submit(combine, 2)]
        assert road.stands(set(), {1})  # one alone waits, three are being served
        waiting.append(threads.submit(combine, 2))
        assert road.stands({2}, {1})
        road.on[2].release()
        assert road.stands(set(), {1, 2})
        waiting.append(threads.submit(combine.many, [3, 3]))
        assert road.stands(set(), {1, 2})  # five are being served, and two wait
        waiting.append(threads.submit(combine, 3))
        assert road.stands({3}, {1, 2})
        for each in (3, 3, 2, 1):
            road.on[each].release()
        assert three.result(5) == [1, 1, 1]
        assert [each.result(5) for each in waiting] == [2, 2, [3, 3], 3]
    assert (combine._running, combine._served, combine._narrow) == (0, 0, False)


def test_who_came_too_few_beside_others_begins_when_those_end():
    road = Road()
    combine = Combine("test", road, lanes=3, most=3)
    with ThreadPoolExecutor(2) as threads:
        three = three_being_served(combine, road, threads)
        one = threads.submit(combine, 2)
        assert road.stands(set(), {1})
        road.on[1].release()
        assert three.result(5) == [1, 1, 1]
        assert road.stands({2}, set())
        for _ in range(2):
            road.on[2].release()
        assert one.result(5) == 2


def test_a_batch_that_makes_no_way_is_alone_and_the_next_begins_at_its_end():
    road = Road(makes_way=False)
    combine = Combine("test", road, lanes=2, most=1)
    with ThreadPoolExecutor(2) as threads:
        waiting = [threads.submit(combine, 1), threads.submit(combine, 2)]
        for _ in waiting:
            [one] = road.first or _until(lambda: road.first)
            road.on[one].release()
            assert road.stands(set(), {one})
            road.on[one].release()
        assert [each.result(5) for each in waiting] == [1, 2]
    make_way()  # outside a batch it means nothing
    assert (combine._running, combine._narrow) == (0, False)


def _until(there):
    while not there():
        time.sleep(0.001)
    return there()
