"""`python -m shunda.cli` is `shunda`."""

from shunda.cli import main

main()
