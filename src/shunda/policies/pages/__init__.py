"""The pages of settings and decision tables."""
