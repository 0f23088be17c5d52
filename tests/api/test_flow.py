"""A file on its way: jobs of it are done side by side, told in the order of its lines, and never too many."""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor

from shunda.api.reasons import ENDING
from shunda.api.stream import AT_ONCE, Broken, Row, Stream, flowing
from shunda.core.combine import Closing


class Numbers:
    """Each byte is a row."""

    def __init__(self):
        self.line = 0

    def take(self, piece):
        for byte in piece:
            self.line += 1
            yield Row(self.line, str(self.line), byte)

    def end(self):
        return iter(())


class Desk:
    """Takes jobs; each is answered when it is let."""

    def __init__(self):
        self.asked, self.answers = [], {}

    async def ask_many(self, calls):
        self.asked.append(calls)
        return await self.answers.setdefault(calls[0], asyncio.get_running_loop().create_future())

    def answer(self, calls, outcome=None):
        told = outcome or [{"n": n, "replayed": False} for n in calls]
        self.answers[calls[0]].set_result(told)


def a_stream(desk):
    return Stream(lambda *_: None, desk, dict, lambda _: (), lambda _: None, ("text/plain",), most=2)


async def the_answer(desk, body, act):
    told, pieces = [], [body, b""]

    async def receive():
        piece = pieces.pop(0)
        return {"type": "http.request", "body": piece, "more_body": bool(pieces)}

    async def tell(lines):
        told.extend(json.loads(line) for line in lines.splitlines())

    flow = asyncio.create_task(flowing(a_stream(desk), Numbers(), receive, "en", tell))
    await asyncio.wait_for(act(told), 5)
    await asyncio.wait_for(flow, 5)
    return told


async def settled():
    for _ in range(20):
        await asyncio.sleep(0)


def run(story):
    with ThreadPoolExecutor(1) as threads:
        return threads.submit(asyncio.run, story).result(10)


def test_the_next_job_is_asked_before_the_first_is_answered_and_lines_are_told_in_their_order():
    desk = Desk()

    async def act(told):
        await settled()
        assert desk.asked == [[1, 2], [3, 4]]
        assert len(desk.asked) == AT_ONCE
        desk.answer([3, 4])
        await settled()
        assert told == []  # the lines before come first
        desk.answer([1, 2])
        await settled()
        assert [row["line"] for row in told] == [1, 2, 3, 4]
        assert desk.asked[2:] == [[5, 6], [7]]
        desk.answer([5, 6])
        desk.answer([7])

    told = run(the_answer(desk, bytes(range(1, 8)), act))
    assert [row["line"] for row in told[:-1]] == list(range(1, 8))
    assert told[-1] == {"end": True, "line": 7, "placed": 7, "replayed": 0, "refused": 0}


def test_where_one_breaks_off_nothing_behind_it_is_told_as_done_and_the_line_says_how_far_it_came():
    desk = Desk()

    async def act(_told):
        await settled()
        desk.answer([1, 2])
        await settled()
        assert desk.asked[2:] == [[5, 6]]
        desk.answer([3, 4], [Closing(), Closing()])
        await settled()

    told = run(the_answer(desk, bytes(range(1, 8)), act))
    assert [row["line"] for row in told[:-1]] == [1, 2]
    assert (told[-1]["end"], told[-1]["line"], told[-1]["problem"]["code"]) == (False, 2, ENDING.code)
    assert desk.answers[5].cancelled()


def test_what_cannot_be_read_is_said_after_everything_before_it_was_told():
    desk = Desk()

    class Torn(Numbers):
        def end(self):
            raise Broken(ENDING(seconds=1))

    async def story():
        told, pieces = [], [bytes([1, 2, 3]), b""]

        async def receive():
            return {"type": "http.request", "body": pieces.pop(0), "more_body": bool(pieces)}

        async def tell(lines):
            told.extend(json.loads(line) for line in lines.splitlines())

        flow = asyncio.create_task(flowing(a_stream(desk), Torn(), receive, "en", tell))
        await settled()
        desk.answer([3])
        desk.answer([1, 2])
        await asyncio.wait_for(flow, 5)
        return told

    told = run(story())
    assert [row["line"] for row in told[:-1]] == [1, 2, 3]
    assert told[-1]["end"] is False
