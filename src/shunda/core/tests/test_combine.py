"""Combining: every caller gets exactly one outcome, his own, whatever fails around him."""

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
from django.db import OperationalError, connection
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from prometheus_client import REGISTRY

from shunda.core import combine as combining
from shunda.core.combine import Busy, Closing, Combine, Unanswered, make_way

IN_TURN = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)


class Refusing(Exception):
    pass


class Ledger:
    """A batch action that notes what it did, and fails as a call tells it to."""

    def __init__(self, pause=0.0):
        self.done, self.batches, self.pause, self.lock = [], [], pause, threading.Lock()
        self.opened = threading.Event()
        self.opened.set()

    def __call__(self, calls):
        self.opened.wait(5)
        time.sleep(self.pause)
        if any(number % 2 for number, _ in calls):  # some do, some do not
            make_way()
            time.sleep(self.pause)
        with self.lock:
            self.batches.append(len(calls))
        if any(kind == "bomb" for _, kind in calls):
            raise RuntimeError("one of them")
        with self.lock:
            self.done += [number for number, _ in calls]
        return [Refusing(number) if kind == "bad" else number for number, kind in calls]


def expected(call):
    number, kind = call
    return {"good": number, "bad": Refusing, "bomb": RuntimeError}[kind]


def same(call, outcome):
    wanted = expected(call)
    return isinstance(outcome, wanted) if isinstance(wanted, type) else outcome == wanted


def crowd(combine, groups, loops):
    """Each group is a caller in a thread of his own, or on an event loop; their outcomes in order."""

    def caller(group):
        return combine.many(group)

    def on_a_loop(part):
        async def together():
            return await asyncio.gather(*(combine.ask_many(group) for group in part))

        return asyncio.run(together())

    apart, together = groups[: len(groups) - loops], groups[len(groups) - loops :]
    with ThreadPoolExecutor(len(groups) + 1) as threads:
        waiting = [threads.submit(caller, group) for group in apart]
        rest = threads.submit(on_a_loop, together)
        return [each.result(20) for each in waiting] + rest.result(20)


kinds = st.sampled_from(["good"] * 6 + ["bad", "bomb"])


@given(
    sizes=st.lists(st.lists(kinds, min_size=1, max_size=4), min_size=1, max_size=14),
    loops=st.integers(0, 14),
    most=st.integers(1, 9),
    lanes=st.integers(1, 3),
    pause=st.sampled_from([0, 0.0005, 0.003]),
)
@IN_TURN
def test_every_caller_gets_exactly_his_own_outcome_whatever_fails(sizes, loops, most, lanes, pause):
    numbers = iter(range(1000))
    groups = [[(next(numbers), kind) for kind in group] for group in sizes]
    ledger = Ledger(pause)
    combine = Combine("test", ledger, most=most, lanes=lanes)
    answers = crowd(combine, groups, min(loops, len(groups)))
    for group, outcomes in zip(groups, answers, strict=True):
        assert len(group) == len(outcomes)
        assert all(same(call, outcome) for call, outcome in zip(group, outcomes, strict=True))
    survivors = [number for group in groups for number, kind in group if kind != "bomb"]
    assert sorted(ledger.done) == survivors
    combine.close()
    with pytest.raises(Busy):
        combine((1, "good"))


@given(
    hasty=st.lists(st.booleans(), min_size=2, max_size=10), lanes=st.integers(1, 2), pause=st.sampled_from([0, 0.004])
)
@IN_TURN
def test_a_caller_who_gave_up_does_not_disturb_the_others(hasty, lanes, pause):
    ledger = Ledger(pause)
    combine = Combine("test", ledger, most=3, lanes=lanes)
    outcomes = {}

    def caller(number):
        try:
            outcomes[number] = combine.many([(number, "good")], patience=0.001 if hasty[number] else 9)
        except Unanswered as gone:
            outcomes[number] = gone

    threads = [threading.Thread(target=caller, args=[number]) for number in range(len(hasty))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    for number, outcome in outcomes.items():
        if isinstance(outcome, Unanswered):
            assert hasty[number]
            assert outcome.begun or number not in ledger.done
        else:
            assert outcome == [number]
    assert len(outcomes) == len(hasty)
    assert len(ledger.done) == len(set(ledger.done))


def test_who_is_alone_waits_for_nobody():
    combine = Combine("test", Ledger())
    assert combine((1, "good")) == 1
    with pytest.raises(Refusing):
        combine((2, "bad"))


def test_those_who_come_while_a_batch_runs_form_the_next_one():
    ledger = Ledger()
    ledger.opened.clear()
    combine = Combine("test", ledger)
    with ThreadPoolExecutor(20) as threads:
        first = threads.submit(combine, (0, "good"))
        while not combine._running:
            time.sleep(0.001)
        while combine._waiting:
            time.sleep(0.001)
        rest = [threads.submit(combine, (number, "good")) for number in range(1, 20)]
        while len(combine._waiting) < 19:
            time.sleep(0.001)
        ledger.opened.set()
        assert [each.result(5) for each in [first, *rest]] == list(range(20))
    assert ledger.batches == [1, 19]


def test_a_full_queue_turns_away_and_what_was_accepted_is_served_before_the_end():
    ledger = Ledger()
    ledger.opened.clear()
    combine = Combine("full", ledger, queue=3)
    with ThreadPoolExecutor(8) as threads:
        first = threads.submit(combine, (0, "good"))
        while not combine._running or combine._waiting:
            time.sleep(0.001)
        waiting = [threads.submit(combine, (number, "good")) for number in (1, 2, 3)]
        while len(combine._waiting) < 3:
            time.sleep(0.001)
        with pytest.raises(Busy):
            combine((4, "good"))
        assert REGISTRY.get_sample_value("shunda_combine_queue", {"of": "full"}) == 3
        closing = threads.submit(combine.close)
        ledger.opened.set()
        closing.result(5)
        assert [each.result(5) for each in [first, *waiting]] == [0, 1, 2, 3]
    assert sorted(ledger.done) == [0, 1, 2, 3]


def test_who_cannot_be_served_before_the_end_is_told_so():
    ledger = Ledger()
    combine = Combine("ending", ledger, most=2)
    ledger.opened.clear()

    async def story():
        begun, waits = (asyncio.create_task(combine.ask((number, "good"))) for number in (0, 1))
        while not combine._begun:
            await asyncio.sleep(0.001)
        later = asyncio.create_task(combine.ask_many([(2, "good"), (3, "good")]))
        await asyncio.sleep(0.01)
        await asyncio.get_running_loop().run_in_executor(None, combine.close, 0.01)
        return await asyncio.gather(begun, waits, later, combine.ask((4, "good")), return_exceptions=True)

    with ThreadPoolExecutor(2) as threads:
        told = threads.submit(asyncio.run, story()).result(10)
    ledger.opened.set()
    combine.close()
    first, second, later, new = told
    undone = [outcome for outcome in (first, second) if isinstance(outcome, Closing)]
    assert isinstance(first, Unanswered)
    assert first.begun
    assert isinstance(new, Closing)
    assert [type(outcome) for outcome in later] == [Closing, Closing]
    assert sorted(ledger.done) == ([0] if undone else [0, 1])


def test_a_thread_that_leads_keeps_its_connection_for_a_moment_and_then_gives_it_back(monkeypatch):
    closed = threading.Semaphore(0)
    monkeypatch.setattr(combining, "connection", SimpleNamespace(close=closed.release))
    monkeypatch.setattr(combining, "LINGER_SECONDS", 0.05)
    ledger = Ledger()
    combine = Combine("test", ledger)

    async def twice():
        return [await combine.ask((number, "good")) for number in (0, 2)]

    with ThreadPoolExecutor(1) as threads:
        assert threads.submit(asyncio.run, twice()).result(10) == [0, 2]
        assert closed.acquire(timeout=5)
        assert threads.submit(asyncio.run, twice()).result(10) == [0, 2]
    combine.close()
    assert closed.acquire(timeout=5)


def test_a_heavy_call_is_taken_alone_and_never_starves():
    ledger = Ledger()
    combine = Combine("test", ledger, most=5, queue=5, weigh=lambda call: 100 if call[0] == 7 else 1)
    assert combine((7, "good")) == 7
    assert ledger.batches == [1]


def test_nobody_is_tried_alone_when_the_database_is_gone():
    asked = []

    def run(calls):
        asked.append(len(calls))
        raise OperationalError("the connection is lost")

    outcomes = Combine("test", run).many([1, 2, 3, 4])
    assert asked == [4]
    assert all(isinstance(outcome, OperationalError) for outcome in outcomes)


def test_a_batch_speaks_no_callers_language():
    spoken = []

    def run(calls):
        spoken.append(translation.get_language())
        return calls

    with translation.override("en"):
        Combine("test", run)(1)
        assert translation.get_language() == "en"
    assert spoken == ["zh-hans"]


def test_a_child_process_starts_with_an_empty_queue():
    ledger = Ledger()
    ledger.opened.clear()
    combine = Combine("test", ledger)
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(combine, (0, "good"))
        while not combine._running or combine._waiting:
            time.sleep(0.001)
        combine.reset()  # what os.register_at_fork does in the child
        ledger.opened.set()
        assert combine((1, "good")) == 1
        assert first.result(5) == 0


def test_a_caller_who_cancels_leaves_the_queue():
    ledger = Ledger()
    ledger.opened.clear()
    combine = Combine("test", ledger)

    async def story():
        first = asyncio.create_task(combine.ask((0, "good")))
        await asyncio.sleep(0.02)
        second = asyncio.create_task(combine.ask((1, "good")))
        await asyncio.sleep(0.02)
        second.cancel()
        with pytest.raises(asyncio.CancelledError):
            await second
        ledger.opened.set()
        return await first

    with ThreadPoolExecutor(1) as threads:
        assert threads.submit(asyncio.run, story()).result(10) == 0
    combine.close()
    assert ledger.done == [0]


@pytest.mark.django_db
def test_within_a_callers_transaction_the_leader_sees_what_it_wrote():
    def run(calls):
        with connection.cursor() as cursor:
            cursor.execute("select count(*) from core_counter where name = any(%s)", [calls])
            return [cursor.fetchone()[0]] * len(calls)

    with connection.cursor() as cursor:
        cursor.execute("insert into core_counter (name, value) values ('seen', 1)")
    assert Combine("test", run)("seen") == 1
