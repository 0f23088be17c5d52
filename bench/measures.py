"""Everything that ``make bench`` measures, in this order. Another group: a function that takes the run, a line here."""

from bench import bulk, entering, intake, reading
from bench.harness import Group

GROUPS: list[Group] = [
    intake.HTTP,
    intake.FILE,
    intake.GROWTH,
    bulk.LARGE,
    bulk.THOUSAND,
    entering.ENTRY,
    intake.MEMORY,
    reading.LISTS,
]
