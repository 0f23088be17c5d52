"""Jobs of a worker that was killed are not lost."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from procrastinate import App, JobContext
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector

from shunda.wiring import jobs


@pytest.mark.django_db(transaction=True)
def test_a_job_whose_worker_was_killed_is_queued_again_and_one_under_way_is_not():
    killed, busy = (jobs.react.defer(name="none", ids=[], at="2026-01-01T00:00:00+08:00") for _ in range(2))
    with connection.cursor() as cursor:
        cursor.execute("insert into procrastinate_workers (last_heartbeat) values (now() - interval '1 hour'), (now())")
        for job, order in ((killed, "asc"), (busy, "desc")):
            cursor.execute(
                "update procrastinate_jobs set status = 'doing', worker_id ="
                f" (select id from procrastinate_workers order by last_heartbeat {order} limit 1) where id = %s",
                [job],
            )
    assert isinstance(app.connector, DjangoConnector)
    # a browser test before this one keeps a loop of its own in this thread
    with app.replace_connector(app.connector.get_worker_connector()) as working, ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, _resume(working)).result()
    with connection.cursor() as cursor:
        cursor.execute("select id, status from procrastinate_jobs where id in (%s, %s)", [killed, busy])
        assert dict(cursor.fetchall()) == {killed: "todo", busy: "doing"}


async def _resume(working: App) -> None:
    context = JobContext(app=working, worker_name="test", job=None, start_timestamp=0, abort_reason=lambda: None)
    async with working.open_async():
        await jobs.resume_jobs.func(context, 0)
