"""Documents of changes."""
