"""The job queue's side of the tables: one task that runs reactions, one for each schedule."""

from datetime import datetime

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from shunda.wiring import reactions


@app.task(name="react", queue="reactions", retry=RetryStrategy(max_attempts=8, exponential_wait=2))
def react(name: str, ids: list[int], at: str) -> None:
    """Run one reaction; it reconciles, so a second run is harmless."""
    reactions.run(name, ids, datetime.fromisoformat(at))
