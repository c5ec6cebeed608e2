"""Sign-in: who may log in."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "mathshub.accounts"
    label = "accounts"
    verbose_name = "Accounts"

    def ready(self) -> None:
        from mathshub.accounts import messages  # noqa: F401  registers the kind of message
