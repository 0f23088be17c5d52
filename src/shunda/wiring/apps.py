"""Wiring as a Django app: when all models are loaded, events are connected to reactions."""

from django.apps import AppConfig


class WiringConfig(AppConfig):
    """Connects the tables of ``shunda.wiring``."""

    name = "shunda.wiring"

    def ready(self) -> None:
        """Events reach their reactions from here on."""
        from shunda.core.event import listen
        from shunda.wiring.reactions import dispatch

        listen(dispatch)
