"""The API kit: tokens, problem+json, keyset pages, idempotency keys, outcomes. It knows no capability.

Words: a *problem* is an answer that says no (RFC 9457) and carries *refusals*; an *answer* of a write says what was
done and what was refused. How to write an endpoint: ``docs/contributing/api.md``.
"""
