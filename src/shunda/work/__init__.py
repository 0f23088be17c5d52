"""What waits for whom, and until when: one worklist for every role, with the clock of each step.

Words: a *task* is a step that waits for somebody holding a permission; its *due* time counts working hours.
It refuses to know what the subject is: it holds a kind, an id and a label, and wiring knows the page.
"""
