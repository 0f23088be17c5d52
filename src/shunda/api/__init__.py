"""The API kit: tokens, problem+json, keyset pages, idempotency keys, outcomes. It knows no capability."""
