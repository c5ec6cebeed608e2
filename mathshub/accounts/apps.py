"""Sign-in: who may log in."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "mathshub.accounts"
    label = "accounts"
    verbose_name = "Accounts"
