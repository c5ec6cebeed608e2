"""`manage.py create_hub`: the first step of a real portal, and of each hub that joins it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email, validate_slug
from django.http.request import validate_host
from django.utils import timezone

from mathshub.links import absolute
from workgroups.models import Hub, LocalAuthority
from workgroups.services.hubs import create_hub


def clean_host(text: str) -> str:
    """A host name, without scheme and port, that Django will answer for."""
    host = text.lower().rstrip(".")
    if not host or set(host) & set("/: "):
        raise ValidationError("Give the host name alone, without https:// and without a port.")
    if not validate_host(host, settings.ALLOWED_HOSTS):
        raise ValidationError(f"Add {host} to ALLOWED_HOSTS first, or the portal refuses it.")
    return host


def clean_name(text: str) -> str:
    if not text:
        raise ValidationError("The hub needs a name.")
    return text


def clean_slug(text: str) -> str:
    validate_slug(text)
    return text


def clean_email(text: str) -> str:
    validate_email(text)
    return text


def clean_authorities(text: str) -> list[LocalAuthority]:
    """From codes or names between commas, perhaps none."""
    return [_authority(part.strip()) for part in text.split(",") if part.strip()]


def _authority(wanted: str) -> LocalAuthority:
    by = {"code": wanted.zfill(3)} if wanted.isdigit() else {"name__iexact": wanted}
    found = LocalAuthority.objects.filter(**by).first()
    if found is None:
        raise ValidationError(
            f"No local authority “{wanted}” is known. They come with the register "
            "(manage.py import_schools); or give none now and choose them in the admin."
        )
    return found


@dataclass(frozen=True)
class Question:
    """An option of the command, how it is asked for, and what makes a value of the answer."""

    option: str
    words: str
    clean: Callable[[str], Any]
    is_optional: bool = False


QUESTIONS = (
    Question("name", "Name of the hub, such as Lea Valley Maths Hub", clean_name),
    Question("slug", "Short name for addresses, such as lea-valley", clean_slug),
    Question("host", "Host name of its pages, such as lea-valley.example.org", clean_host),
    Question(
        "authorities",
        "Local authorities by code or name, commas between them (may stay empty)",
        clean_authorities,
        is_optional=True,
    ),
    Question("contact", "E-mail address that the pages give to schools", clean_email),
    Question("administrator", "E-mail address of the first administrator", clean_email),
)


class Command(BaseCommand):
    help = (
        "Make a hub: its name, its address on the web, its area and its first administrator. "
        "What is not given as an option is asked for."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        for question in QUESTIONS:
            parser.add_argument(f"--{question.option}", help=question.words)
        parser.add_argument(
            "--no-input", action="store_true", help="ask nothing; fail where an option is missing"
        )

    def handle(self, *args: Any, no_input: bool, **options: Any) -> None:
        answers = {
            question.option: self._answer(question, options[question.option], no_input)
            for question in QUESTIONS
        }
        try:
            hub = create_hub(
                name=answers["name"],
                slug=answers["slug"],
                host=answers["host"],
                contact_email=answers["contact"],
                local_authorities=answers["authorities"],
                administrator_email=answers["administrator"],
                now=timezone.now(),
            )
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self._say_what_next(hub, answers["administrator"])

    def _answer(self, question: Question, given: str | None, no_input: bool) -> Any:
        """The option's value, or what is typed, asked for until it will do."""
        if given is not None or no_input:
            return _cleaned_or_refused(question, given)
        while True:
            try:
                return question.clean(input(f"{question.words}: ").strip())
            except ValidationError as error:
                self.stderr.write(" ".join(error.messages))
            except EOFError:
                raise CommandError(f"Nothing was made: --{question.option} is missing.") from None

    def _say_what_next(self, hub: Hub, administrator: str) -> None:
        self.stdout.write(
            f"{hub.name} is made; its pages are at {absolute(hub, 'site:home')}\n"
            "What comes next:\n"
            f"  1. An invitation to {administrator} leaves with the next sweep of the outbox; its "
            "link leads\n     to choosing a password. Should it not arrive: "
            f"{absolute(hub, 'account_reset_password')}\n"
            "  2. At the first sign-in the portal asks for a second factor: an authenticator app "
            "on a phone.\n"
            f"  3. At {absolute(hub, 'admin:index')} the administrator adds colleagues, programmes "
            "and Work Groups.\n"
        )
        if not hub.local_authorities.exists():
            self.stdout.write(
                "The hub has no local authorities yet: import the register, then choose them in "
                "the admin.\n"
            )


def _cleaned_or_refused(question: Question, given: str | None) -> Any:
    if given is None and not question.is_optional:
        raise CommandError(f"--{question.option} is missing.")
    try:
        return question.clean((given or "").strip())
    except ValidationError as error:
        raise CommandError(f"--{question.option}: {' '.join(error.messages)}") from error
