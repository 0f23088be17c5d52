"""The job queue's side of the tables: one task that runs reactions, one for each schedule."""

from datetime import UTC, datetime

from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app

from shunda.lists import jobs as lists
from shunda.wiring import reactions


@app.task(name="react", queue="reactions", retry=RetryStrategy(max_attempts=8, exponential_wait=2))
def react(name: str, ids: list[int], at: str) -> None:
    """Run one reaction; it reconciles, so a second run is harmless."""
    reactions.run(name, ids, datetime.fromisoformat(at))


@app.periodic(cron="* * * * *")
@app.task(name="resume_jobs", queue="housekeeping", queueing_lock="resume_jobs", pass_context=True)
async def resume_jobs(context: JobContext, timestamp: int) -> None:  # noqa: ARG001  # the queue passes it
    """Queue the jobs of workers that were killed again; all jobs reconcile, so a second run is harmless."""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs():
        await manager.retry_job(job)


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
