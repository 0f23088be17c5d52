"""A fair record of who was late and why: cases with evidence, a statement, a decision, an appeal, and a sheet for HR.

Its words: an *assessment* (a case) says that something went wrong, with the evidence and, once it is known, the person
who answers for it; a *consequence* is what the company's own table says follows (warning, amount, review meeting);
a *ruling* is what somebody decided, the first time or on appeal; a *review meeting* finds out about serious faults; a
*month* is closed once and is what HR gets. Nothing is deducted from anybody here: amounts are proposals to HR.

It refuses to let anybody assess or decide on himself, on a case he is named in, or twice on the same case.
"""
