"""Who crawls: a browser for each sort of person, and the crawl as one call."""

from django.test import Client

from mathshub.accounts.models import Account
from mathshub.accounts.tests.factories import sign_in
from mathshub.scope import hub_scope
from mathshub.tests.addresses import named_addresses
from mathshub.tests.crawler import Crawler
from mathshub.tests.two_hubs import PlantedHub
from workgroups.models import HubMember, WorkGroupLead
from workgroups.tests.factories import make_account, make_member

Role = HubMember.Role
TwoHubs = tuple[PlantedHub, PlantedHub]


def client_of(who: str, own: PlantedHub, other: PlantedHub) -> Client:
    """Signed in by both factors, as far as ``who`` signs in at all; without anybody's mark."""
    client = Client()
    if who == "stranger":
        return client
    account = make_account(is_superuser=who == "superuser")
    if who in Role.values or who == "both hubs":
        _give_role(account, own, Role.ADMINISTRATOR if who == "both hubs" else who)
    if who in {"other hub", "both hubs"}:
        _give_role(account, other, Role.ADMINISTRATOR)
    return sign_in(client, account)


def _give_role(account: Account, planted: PlantedHub, role: str) -> None:
    with hub_scope(planted.hub):
        member = make_member(account=account, role=role)
        WorkGroupLead.objects.create(work_group=planted.group, member=member)


def crawl(who: str, two_hubs: TwoHubs, names: str = "") -> Crawler:
    """The crawler after its work, at the addresses whose name begins with ``names``."""
    own, other = two_hubs
    client = client_of(who, own, other)
    crawler = Crawler(client, own, other, sees_all_accounts=who == "superuser")
    crawler.crawl(each for each in named_addresses() if each.name.startswith(names))
    return crawler
