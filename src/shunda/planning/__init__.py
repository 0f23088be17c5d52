"""What regions will need: each files next month's demand plan in time; and the days on which orders are released.

Its words: a *demand plan* is one region's plan for one month, article by article; it is *asked for* some days before
its due moment (the 20th, 15:00) and *filed* by somebody of the region. A plan that is not filed in time is a late step,
and becomes an assessment by itself. *Release days* are the days on which replenishment orders go to production (R084).
It refuses to forecast, and to know production.
"""
