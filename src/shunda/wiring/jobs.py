"""The job queue's side of the tables: one task that runs reactions, one for each schedule.

A job may run twice: when its worker was killed, another takes it over. All of them reconcile, so that is harmless.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from django.db import connection
from django.utils import timezone
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.jobs import Job
from procrastinate.sql import queries
from psycopg.types.json import Jsonb

from shunda.assessments import jobs as assessments
from shunda.billing import jobs as billing
from shunda.core.actor import system
from shunda.core.event import Happening, record
from shunda.core.sql import Statement, nothing
from shunda.credit import jobs as credit
from shunda.lists import jobs as lists
from shunda.orders import delivering
from shunda.orders import jobs as orders
from shunda.planning import jobs as planning
from shunda.wiring import reactions
from shunda.work import jobs as work

ATTEMPTS = 8
"""How often a subject that failed is tried again, after 2, 4, 8 ... seconds, before its job is parked."""

AT_ONCE = 200
"""How many waiting jobs of its lane a job serves with itself."""

FEW, GATHER_SECONDS = 8, 1.0
"""More subjects than this in one job are a crowd, which waits so long for its rest."""

CLOSE = timedelta(minutes=1)
SUBJECT = "jobs.job"

SILENT_SECONDS = 20
"""A worker that has not been heard of for so long is dead; it speaks every five."""

log = structlog.get_logger(__name__)


def deferring(wanted: Iterable[tuple[str, list[int], str | None]], at: datetime) -> Statement[None]:
    """What queues reactions (name, subjects, lane), in the transaction of their events."""
    return _queueing(react, wanted, at)


def _queueing(task: Any, wanted: Iterable[tuple[str, list[int], str | None]], at: datetime) -> Statement[None]:
    """The queue's own statement; its own function would send it at once, and alone.

    A row is queue, task, priority, lock, queueing lock, arguments and time.
    """
    jobs = [
        (task.queue, task.name, 0, lane, None, Jsonb({"name": name, "ids": ids, "at": at.isoformat()}), None)
        for name, ids, lane in wanted
    ]
    return Statement(queries["defer_jobs"] if jobs else "", {"jobs": jobs}, nothing)


@app.task(
    name="react", queue="reactions", pass_context=True, retry=RetryStrategy(max_attempts=ATTEMPTS, exponential_wait=2)
)
def react(context: JobContext, name: str, ids: list[int], at: str) -> None:
    """Run one reaction, and with it what waits behind it in its lane, in order.

    Subjects that came in a crowd, from a program or a file, wait a moment for the rest of it: together they cost a
    fraction, and the machine is busy taking the crowd in. What one person did is served at once. A subject that
    fails gets a job of its own: it holds up neither its neighbours nor its lane.
    """
    if len(ids) > FEW:
        time.sleep(GATHER_SECONDS)
    waiting = _behind(context.job)
    for one, subjects, moment in merged([(name, ids, at), *((w[1], w[2], w[3]) for w in waiting)]):
        failed = reactions.run_apart(one, subjects, moment)
        for pk, error in failed.items():
            log.warning("a reaction failed", reaction=one, subject=pk, exc_info=error)
        _set_apart(one, failed, moment)
    _done([w[0] for w in waiting])


# A subject that fails again while it waits for its next try needs no second job.
_APART = """
select (args->'ids'->>0)::bigint from procrastinate_jobs
where status = 'todo' and task_name = 'react_alone' and args->>'name' = %s and (args->'ids'->>0)::bigint = any(%s)
"""


def _set_apart(name: str, failed: Iterable[int], at: datetime) -> None:
    subjects = list(failed)
    if not subjects:
        return
    with connection.cursor() as cursor:
        cursor.execute(_APART, [name, subjects])
        there = {pk for (pk,) in cursor.fetchall()}
    _queueing(react_alone, [(name, [pk], None) for pk in subjects if pk not in there], at).run()


def merged(jobs: Sequence[tuple[str, list[int], str]]) -> list[tuple[str, list[int], datetime]]:
    """Neighbours of the same reaction and minute as one call, each subject once; the sequence stays."""
    calls: list[tuple[str, list[int], datetime]] = []
    for name, ids, text in jobs:
        at = datetime.fromisoformat(text)
        if calls and calls[-1][0] == name and abs(at - calls[-1][2]) < CLOSE:
            _name, before, moment = calls[-1]
            calls[-1] = name, list(dict.fromkeys([*before, *ids])), max(moment, at)
        else:
            calls.append((name, list(ids), at))
    return calls


# Nobody else takes these jobs: whoever is at work in a lane has it for himself.
_BEHIND = """
select id, args->>'name', args->'ids', args->>'at' from procrastinate_jobs
where status = 'todo' and lock = %s and id > %s and task_name = 'react' and scheduled_at is null
order by id limit %s
"""
_DONE = """
select procrastinate_finish_job_v1(id, 'succeeded', false) from procrastinate_jobs
where id = any(%s) and status = 'todo'
"""


def _behind(job: Job) -> list[tuple[int, str, list[int], str]]:
    if job.lock is None or job.id is None:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_BEHIND, [job.lock, job.id, AT_ONCE])
        return [(pk, name, _numbers(ids), at) for pk, name, ids, at in cursor.fetchall()]


def _numbers(ids: Any) -> list[int]:
    return json.loads(ids) if isinstance(ids, str) else list(ids)


def _done(ids: list[int]) -> None:
    if ids:
        with connection.cursor() as cursor:
            cursor.execute(_DONE, [ids])


@app.task(
    name="react_alone",
    queue="reactions",
    pass_context=True,
    retry=RetryStrategy(max_attempts=ATTEMPTS, exponential_wait=2),
)
def react_alone(context: JobContext, name: str, ids: list[int], at: str) -> None:
    """Run a reaction again for the one subject it failed for; after the last attempt the job is parked."""
    try:
        reactions.run(name, ids, datetime.fromisoformat(at))
    except Exception as error:
        if context.job.attempts >= ATTEMPTS:
            _park(context.job, name, ids, error)
        raise


def _park(job: Job, name: str, ids: list[int], error: Exception) -> None:
    data = {"reaction": name, "ids": ids, "error": f"{type(error).__name__}: {error}"[:1000]}
    record([Happening("job.park", SUBJECT, job.id or 0, None, data)], by=system("jobs"), at=timezone.now())


@app.periodic(cron="* * * * * */20")
@app.task(name="resume_jobs", queue="housekeeping", queueing_lock="resume_jobs", pass_context=True)
async def resume_jobs(context: JobContext, timestamp: int) -> None:  # noqa: ARG001  # the queue passes it
    """Queue the jobs of workers that were killed again; all jobs reconcile, so a second run is harmless."""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=SILENT_SECONDS):
        await manager.retry_job(job)


@app.periodic(cron="* * * * *")
@app.task(name="assign_steps", queue="housekeeping", queueing_lock="assign_steps")
def assign_steps(timestamp: int) -> None:
    """Give the steps that began to wait to somebody of the team that does them."""
    orders.assign_steps(datetime.fromtimestamp(timestamp, UTC))


@app.periodic(cron="*/5 * * * *")
@app.task(name="expire_holds", queue="housekeeping", queueing_lock="expire_holds")
def expire_holds(timestamp: int) -> None:
    """End the holds whose last moment has come, also those that came while nothing ran."""
    orders.expire_holds(datetime.fromtimestamp(timestamp, UTC))


@app.periodic(cron="*/5 * * * *")
@app.task(name="watch_promises", queue="housekeeping", queueing_lock="watch_promises")
def watch_promises(timestamp: int) -> None:
    """Find the orders whose promised day is near or past and that have not left."""
    delivering.watch(datetime.fromtimestamp(timestamp, UTC))


@app.periodic(cron="23 19 * * *")
@app.task(name="propose_limits", queue="housekeeping", queueing_lock="propose_limits")
def propose_limits(timestamp: int) -> None:
    """At night in China: let the model propose grades and limits; people decide."""
    credit.propose_all(datetime.fromtimestamp(timestamp, UTC))


@app.periodic(cron="7 * * * *")
@app.task(name="score_customers", queue="housekeeping", queueing_lock="score_customers")
def score_customers(timestamp: int) -> None:
    """Note every customer's credit score: orders of who scores poorly are looked at before they are placed."""
    credit.score_all(datetime.fromtimestamp(timestamp, UTC))


@app.periodic(cron="*/5 * * * *")
@app.task(name="turn_raises", queue="housekeeping", queueing_lock="turn_raises")
def turn_raises(timestamp: int) -> None:
    """Let temporary raises of credit limits begin and end, also those whose moment came while nothing ran."""
    credit.turn_raises(datetime.fromtimestamp(timestamp, UTC))


@app.periodic(cron="* * * * *")
@app.task(name="ring_clocks", queue="housekeeping", queueing_lock="ring_clocks")
def ring_clocks(timestamp: int) -> None:  # noqa: ARG001  # what is said is said now, however late it is
    """Let clocks say what is due: warnings, overdue steps, escalation, reminders."""
    work.ring(timezone.now())


@app.periodic(cron="13 * * * *")
@app.task(name="deduct_late", queue="housekeeping", queueing_lock="deduct_late")
def deduct_late(timestamp: int) -> None:
    """Hold and deduct the deposits of special orders that are not picked up, soon after each day began."""
    billing.deduct_late(datetime.fromtimestamp(timestamp, UTC))


@app.periodic(cron="21 * * * *")
@app.task(name="ask_for_plans", queue="housekeeping", queueing_lock="ask_for_plans")
def ask_for_plans(timestamp: int) -> None:
    """Ask regions for their demand plans some days before they are due."""
    planning.ask(datetime.fromtimestamp(timestamp, UTC))


@app.periodic(cron="7 2 * * *")
@app.task(name="assess", queue="housekeeping", queueing_lock="assess")
def assess(timestamp: int) -> None:
    """Make cases of what went wrong lately, and make final what nobody appealed."""
    moment = datetime.fromtimestamp(timestamp, UTC)
    assessments.settle(moment)
    assessments.assess(moment)


@app.periodic(cron="47 3 * * *")
@app.task(name="forget_exports", queue="housekeeping", queueing_lock="forget_exports")
def forget_exports(timestamp: int) -> None:
    """Delete the files of exports that were ready a week ago."""
    lists.forget(datetime.fromtimestamp(timestamp, UTC))


@app.periodic(cron="17 3 * * *")
@app.task(name="forget_jobs", queue="housekeeping", queueing_lock="forget_jobs", pass_context=True)
async def forget_jobs(context: JobContext, timestamp: int) -> None:  # noqa: ARG001
    """Delete jobs that were done a week ago; failed ones stay to be looked at."""
    await context.app.job_manager.delete_old_jobs(nb_hours=7 * 24)
