"""A school changes what it sent, and hands its parts over."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse

from enrolment.errors import CannotBeChanged, ChangedMeanwhile, TooManyMails
from enrolment.models import ExpressionOfInterest, InterestDraft
from enrolment.services.changing import begin_changes, change_expression, hand_over
from enrolment.services.drafts import keep_page
from enrolment.services.interest import submit_expression
from enrolment.tests.factories import NOW, make_answers, make_expression
from enrolment.tests.filling import PAGES, check_url, page_url, ready_draft
from mathshub.links import make_token
from mathshub.outbox.kinds import kind_named
from mathshub.outbox.letters import write_email
from mathshub.outbox.models import Message
from workgroups.models import Hub, Offering
from workgroups.tests.factories import make_offering, make_school

pytestmark = pytest.mark.usefixtures("on_the_day")


@pytest.fixture
def sent(hub: Hub, client: Client) -> ExpressionOfInterest:
    """An expression that came by the form."""
    draft = ready_draft(offering=make_offering(), school=make_school())
    client.post(check_url(draft))
    expression: ExpressionOfInterest = ExpressionOfInterest.objects.get()
    return expression


def manage_url(expression: ExpressionOfInterest, name: str = "manage_interest") -> str:
    token = make_token("manage", expression.pk, expression.link_generation)
    return reverse(f"enrolment:{name}", args=[token])


def test_answers_are_changed_from_the_link_and_stand_in_place_of_the_old(
    sent: ExpressionOfInterest, client: Client
) -> None:
    check = client.post(manage_url(sent), {"change": "yes"})["Location"]
    page = client.get(check).content.decode()
    assert "Send the changes" in page
    assert "Monday, Thursday" in page
    draft = InterestDraft.objects.get(changes=sent)
    participants = PAGES["participants"] | {"person_2_name": "Ana Lima"}
    assert client.post(page_url(draft, "participants"), participants)["Location"] == check
    assert client.post(check)["Location"] == manage_url(sent)
    sent.refresh_from_db()
    people = sent.intended_participants.all()
    assert [person.name for person in people] == ["Sam Okafor", "Ana Lima"]
    assert sent.history.first().history_change_reason == "The school changed its answers"
    assert [message.kind for message in Message.objects.order_by("pk")] == [
        "eoi-received",
        "eoi-changed",
    ]
    assert ExpressionOfInterest.objects.count() == 1


def test_a_change_keeps_what_staff_have_corrected_since(
    sent: ExpressionOfInterest, client: Client
) -> None:
    """Both of the sender, who is the headteacher, and of somebody who has a page of their own."""
    assert sent.sender_role == sent.SenderRole.HEADTEACHER
    sent.headteacher_email, sent.maths_lead_email = "head@new.example", "sam@new.example"
    sent.save()
    client.post(manage_url(sent), {"change": "yes"})
    draft = InterestDraft.objects.get(changes=sent)
    assert "sam@new.example" in client.get(check_url(draft)).content.decode()
    client.post(check_url(draft))
    sent.refresh_from_db()
    assert (sent.headteacher_email, sent.maths_lead_email) == (
        *("head@new.example", "sam@new.example"),
    )


def test_school_programme_and_sender_stay(sent: ExpressionOfInterest, client: Client) -> None:
    draft = begin_changes(sent, now=NOW)
    for page in ("school", "programme", "you"):
        assert client.get(page_url(draft, page))["Location"] == check_url(draft)


def test_once_the_review_has_begun_nothing_can_be_changed(
    sent: ExpressionOfInterest, client: Client
) -> None:
    draft = begin_changes(sent, now=NOW)
    sent.review_began_at = NOW
    sent.save()
    assert client.get(check_url(draft))["Location"] == manage_url(sent)
    assert client.post(check_url(draft))["Location"] == manage_url(sent)
    with pytest.raises(CannotBeChanged):
        begin_changes(sent, now=NOW)
    page = client.get(manage_url(sent)).content.decode()
    assert "Change our answers" not in page
    assert "We have begun to look at your answers" in page
    assert client.post(manage_url(sent), {"change": "yes"})["Location"] == manage_url(sent)


def test_nor_once_the_window_has_closed(sent: ExpressionOfInterest, client: Client) -> None:
    Offering.objects.update(closes_on=NOW.date() - timedelta(days=1))
    sent.refresh_from_db()
    with pytest.raises(CannotBeChanged):
        begin_changes(sent, now=NOW)


def test_what_was_entered_by_telephone_is_changed_by_the_hub(hub: Hub, client: Client) -> None:
    expression = make_expression(source="telephone")
    assert "Change our answers" not in client.get(manage_url(expression)).content.decode()


def test_a_part_is_handed_over_and_the_old_links_end(
    sent: ExpressionOfInterest, client: Client
) -> None:
    Message.objects.all().delete()
    old = manage_url(sent)
    form = {"role": "sender", "name": "Olu Ade", "email": "olu@school.example"}
    page = client.post(manage_url(sent, "hand_over"), form).content.decode()
    assert "It is handed over" in page
    sent.refresh_from_db()
    assert (sent.sender_name, sent.headteacher_name) == ("Olu Ade", "Olu Ade"), "one mailbox"
    assert sent.maths_lead_name == "Sam Okafor"
    assert client.get(old).status_code == 404
    assert client.get(manage_url(sent)).status_code == 200
    assert [(each.kind, each.recipient) for each in Message.objects.order_by("kind")] == [
        ("eoi-handed-over", "grace@school.example"),
        ("eoi-link", "olu@school.example"),
    ]


def test_who_took_a_part_over_keeps_it_when_answers_change(
    sent: ExpressionOfInterest, client: Client
) -> None:
    sent = hand_over(sent, role="sender", name="Olu Ade", email="olu@school.example", now=NOW)
    lead = {"name": "Ana Lima", "email": "ana@school.example"}
    sent = hand_over(sent, role="maths_lead", **lead, now=NOW)
    page = client.get(manage_url(sent)).content.decode()
    assert "Olu Ade, headteacher" in page
    assert "Grace Obi" not in page
    draft = begin_changes(sent, now=NOW)
    client.post(check_url(draft))
    sent.refresh_from_db()
    assert (sent.headteacher_name, sent.headteacher_email) == ("Olu Ade", "olu@school.example")
    assert (sent.maths_lead_name, sent.maths_lead_email) == ("Ana Lima", "ana@school.example")


def test_of_two_changes_at_once_the_second_puts_nothing_back(
    sent: ExpressionOfInterest, client: Client
) -> None:
    first, second = begin_changes(sent, now=NOW), begin_changes(sent, now=NOW)
    lead = {"full_name": "Lead One", "email": "lead@school.example"}
    client.post(page_url(first, "maths-lead"), lead)
    client.post(check_url(first))
    typed = {
        "anything_else": "We have a hall.",
        "of_offering": sent.offering_id,
        "of_change": "yes",
    }
    page = client.post(page_url(second, "anything-else"), typed)
    assert page.status_code == 404
    assert "We have a hall." in page.content.decode(), "what was typed is shown"
    assert client.post(check_url(second)).status_code == 404
    sent.refresh_from_db()
    assert (sent.maths_lead_name, sent.answers.get("anything_else")) == ("Lead One", None)


def test_the_headteacher_keeps_a_link_when_somebody_else_follows_it(
    sent: ExpressionOfInterest,
) -> None:
    ExpressionOfInterest.objects.update(
        confirmed_at=NOW, headteacher_email="head@school.example", headteacher_name="Ada Head"
    )
    Message.objects.all().delete()
    hand_over(sent, role="sender", name="Olu Ade", email="olu@school.example", now=NOW)
    links = Message.objects.filter(kind="eoi-link").order_by("pk")
    assert [each.recipient for each in links] == ["olu@school.example", "head@school.example"]
    asked = [kind_named("eoi-link").render(each, NOW).context["confirm_url"] for each in links]
    assert [bool(each) for each in asked] == [True, False], "only who follows it is asked"


def test_a_new_headteacher_gets_the_link_and_the_old_one_reads_which_part_went(
    sent: ExpressionOfInterest,
) -> None:
    ExpressionOfInterest.objects.update(confirmed_at=NOW, headteacher_email="head@school.example")
    Message.objects.all().delete()
    hand_over(sent, role="headteacher", name="Olu Ade", email="olu@school.example", now=NOW)
    mails = Message.objects.order_by("kind", "pk").values_list("kind", "recipient")
    assert list(mails) == [
        ("eoi-handed-over", "head@school.example"),
        ("eoi-link", "grace@school.example"),
        ("eoi-link", "olu@school.example"),
    ]
    farewell = Message.objects.get(kind="eoi-handed-over")
    words = write_email(farewell, kind_named("eoi-handed-over").render(farewell, NOW)).body
    assert "A colleague is named as its headteacher from now on." in words


def test_nobody_named_by_a_sender_who_was_never_real_gets_a_link(
    sent: ExpressionOfInterest,
) -> None:
    Message.objects.all().delete()
    hand_over(sent, role="maths_lead", name="Olu Ade", email="olu@school.example", now=NOW)
    links = Message.objects.filter(kind="eoi-link").values_list("recipient", flat=True)
    assert list(links) == ["grace@school.example"]


def test_links_to_drafts_end_with_the_link_that_made_them(
    sent: ExpressionOfInterest, client: Client
) -> None:
    """They lead to the link of now: who left could change or withdraw it by them."""
    old = [
        check_url(begin_changes(sent, now=NOW)),
        check_url(InterestDraft.objects.get(expression=sent)),
    ]
    assert client.get(old[1])["Location"].startswith("/interest/")
    hand_over(sent, role="sender", name="Olu Ade", email="olu@school.example", now=NOW)
    assert [client.get(path).status_code for path in old] == [404, 404]
    assert not InterestDraft.objects.exists()


def test_parts_of_one_mailbox_are_one_choice_and_go_together(
    sent: ExpressionOfInterest, client: Client
) -> None:
    page = client.get(manage_url(sent, "hand_over")).content.decode()
    assert "Grace Obi: who follows this expression of interest and headteacher" in page
    assert "Sam Okafor: maths lead" in page
    assert 'value="headteacher"' not in page


def test_a_new_follower_has_an_address_to_confirm_and_a_new_head_has_not(
    sent: ExpressionOfInterest,
) -> None:
    sent.confirmed_at = NOW
    sent.save()
    kept = hand_over(sent, role="maths_lead", name="Ana Lima", email="ana@school.example", now=NOW)
    assert kept.confirmed_at == NOW
    handed = hand_over(sent, role="sender", name="Olu Ade", email="olu@school.example", now=NOW)
    assert (handed.confirmed_at, handed.codes_tried) == (None, 0)


def test_a_stranger_who_is_handed_the_link_ends_it_and_withdraws_nothing(
    sent: ExpressionOfInterest, client: Client
) -> None:
    sent = hand_over(sent, role="sender", name="Olu Ade", email="olu@elsewhere.example", now=NOW)
    taking = confirm_url(sent)
    assert "Is it yours to follow?" in client.get(taking).content.decode()
    page = client.post(taking, {"answer": "no"}).content.decode()
    assert "the link no longer works" in page
    assert client.get(manage_url(sent)).status_code == 404
    sent.refresh_from_db()
    assert (sent.state, sent.confirmed_at) == (ExpressionOfInterest.State.RECEIVED, None)
    assert "not theirs" in sent.history.first().history_change_reason


def test_who_takes_it_over_confirms_by_a_yes(sent: ExpressionOfInterest, client: Client) -> None:
    sent = hand_over(sent, role="sender", name="Olu Ade", email="olu@school.example", now=NOW)
    client.post(confirm_url(sent), {"answer": "yes"})
    client.post(confirm_url(sent), {"answer": "no"})
    sent.refresh_from_db()
    assert sent.confirmed_at == NOW
    assert client.get(manage_url(sent)).status_code == 200, "a no after the yes changes nothing"


def test_the_letter_with_a_new_link_says_so_and_asks_whether_it_is_theirs(
    sent: ExpressionOfInterest,
) -> None:
    hand_over(sent, role="sender", name="Olu Ade", email="olu@school.example", now=NOW)
    message = Message.objects.get(kind="eoi-link")
    letter = kind_named("eoi-link").letter_or_reason(message, NOW)
    words = render_to_string("enrolment/email/eoi_link.txt", letter.context)
    assert "Here is the link to your school's expression of interest." in words
    sent.refresh_from_db()
    assert confirm_url(sent) in words
    ExpressionOfInterest.objects.update(confirmed_at=NOW)
    assert kind_named("eoi-link").letter_or_reason(message, NOW).context["confirm_url"] == ""


def confirm_url(expression: ExpressionOfInterest) -> str:
    token = make_token("take-over", expression.pk, expression.link_generation)
    return reverse("enrolment:confirm_address", args=[token])


def test_handing_over_asks_for_all_of_it(sent: ExpressionOfInterest, client: Client) -> None:
    page = client.post(manage_url(sent, "hand_over"), {"email": "olu"}).content.decode()
    for words in ("Choose which part", "Type the name of who", "type it in full"):
        assert words in page
    assert not ExpressionOfInterest.objects.filter(link_generation__gt=1).exists()


def test_a_withdrawn_expression_is_not_handed_over(sent: ExpressionOfInterest) -> None:
    sent.state = ExpressionOfInterest.State.WITHDRAWN
    sent.save()
    with pytest.raises(CannotBeChanged):
        hand_over(sent, role="sender", name="Olu", email="olu@school.example", now=NOW)


# --- what is told of a change --------------------------------------------------------------


def change(client: Client, expression: ExpressionOfInterest, *, barriers: str) -> None:
    """Change one answer by the link, and send it."""
    check = client.post(manage_url(expression), {"change": "yes"})["Location"]
    draft = InterestDraft.objects.filter(changes=expression).latest("pk")
    client.post(page_url(draft, "anything-else"), {"anything_else": barriers})
    assert client.post(check)["Location"] == manage_url(expression)


def notices() -> list[Message]:
    return list(Message.objects.waiting().filter(kind="eoi-changed"))


def test_changes_within_ten_minutes_are_told_once_to_who_follows_it(
    sent: ExpressionOfInterest, client: Client
) -> None:
    for words in ("Win a prize", "Win two prizes"):
        change(client, sent, barriers=words)
    [notice] = notices()
    assert (notice.recipient, notice.due_at) == (sent.sender_email, NOW + timedelta(minutes=10))
    email = write_email(notice, kind_named("eoi-changed").render(notice, NOW))
    assert email.body.startswith("Your answers were changed.")
    for text in (email.subject, email.body, str(email.alternatives[0].content)):
        assert sent.reference in text
        assert "prize" not in text, "nothing that was typed"
    assert "/interest/manage/" in email.body


def test_sending_the_same_answers_again_tells_nobody(
    sent: ExpressionOfInterest, client: Client
) -> None:
    client.post(check_url(begin_changes(sent, now=NOW)))
    assert notices() == []


def test_who_no_longer_follows_it_gets_no_notice_with_the_new_link(
    sent: ExpressionOfInterest, client: Client
) -> None:
    change(client, sent, barriers="Two new teachers")
    [notice] = notices()
    hand_over(sent, role="sender", name="Olu Ade", email="olu@school.example", now=NOW)
    reason = kind_named("eoi-changed").letter_or_reason(notice, NOW)
    assert reason == "somebody else follows it by now"


def test_a_notice_of_what_was_withdrawn_meanwhile_does_not_go(
    sent: ExpressionOfInterest, client: Client
) -> None:
    change(client, sent, barriers="Two new teachers")
    client.post(manage_url(sent), {"answer": "withdraw"})
    [notice] = notices()
    reason = kind_named("eoi-changed").letter_or_reason(notice, NOW)
    assert reason == "the school withdrew its interest"


# --- two tabs ------------------------------------------------------------------------------


def test_an_answer_changed_in_another_tab_is_shown_before_anything_is_sent(
    hub: Hub, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = ready_draft(offering=make_offering(), school=make_school())
    in_another_tab(monkeypatch, "enrolment.views.drafts.submit_expression", submit_expression)
    page = client.post(check_url(draft)).content.decode()
    assert "An answer was changed in another tab a moment ago." in page
    assert "Tuesday" in page, "as it is now"
    assert not ExpressionOfInterest.objects.exists()
    assert not Message.objects.exists()
    monkeypatch.undo()
    client.post(check_url(draft))
    assert ExpressionOfInterest.objects.get().answers["days"] == ["tuesday"]


def test_nor_is_a_change_that_another_tab_has_overtaken(
    sent: ExpressionOfInterest, client: Client
) -> None:
    read = begin_changes(sent, now=NOW)
    draft = InterestDraft.objects.get(pk=read.pk)
    later = NOW + timedelta(seconds=1)
    keep_page(draft, page="preferences", kept=read.answers["preferences"], now=later)
    with pytest.raises(ChangedMeanwhile):
        change_expression(sent, answers=make_answers(), draft=read, now=later)
    sent.refresh_from_db()
    assert sent.headteacher_name == "Grace Obi"
    assert notices() == []


def in_another_tab(monkeypatch: pytest.MonkeyPatch, where: str, service) -> None:
    """While the form is being sent, its preferences are answered anew."""

    def send_late(answers, *, draft, now, **options):
        other = InterestDraft.objects.get(pk=draft.pk)
        page = other.answers["preferences"]
        page["clean"]["days"], page["typed"]["days"] = ["tuesday"], ["tuesday"]
        page["told"] = [["Days that suit", "Tuesday"]]
        keep_page(other, page="preferences", kept=page, now=now + timedelta(seconds=1))
        return service(answers, draft=draft, now=now, **options)

    monkeypatch.setattr(where, send_late)


# --- three a day ---------------------------------------------------------------------------


def fill_mailbox(address: str) -> None:
    """Three of our mails have gone to it today."""
    offering = make_offering()
    for _ in range(3):
        submit_expression(
            make_answers(sender_email=address),
            offering=offering,
            form_token=uuid4(),
            source="web",
            by=None,
            now=NOW,
        )


def test_nothing_is_handed_over_to_a_mailbox_that_can_get_no_link_today(
    sent: ExpressionOfInterest, client: Client
) -> None:
    fill_mailbox("olu@school.example")
    form = {"role": "sender", "name": "Olu Ade", "email": "Olu@school.example"}
    page = client.post(manage_url(sent, "hand_over"), form).content.decode()
    assert "Please try again tomorrow, or write to us." in page
    with pytest.raises(TooManyMails):
        hand_over(sent, role="sender", name="Olu", email="olu@school.example", now=NOW)
    sent.refresh_from_db()
    assert (sent.sender_name, sent.link_generation) == ("Grace Obi", 1)


def test_the_farewell_is_left_out_where_three_mails_have_gone(
    sent: ExpressionOfInterest,
) -> None:
    fill_mailbox(sent.sender_email)
    hand_over(sent, role="sender", name="Olu Ade", email="olu@school.example", now=NOW)
    assert not Message.objects.filter(kind="eoi-handed-over").exists()
    assert Message.objects.filter(kind="eoi-link", recipient="olu@school.example").exists()


def test_so_is_the_notice_of_a_change(sent: ExpressionOfInterest, client: Client) -> None:
    fill_mailbox(sent.sender_email)
    change(client, sent, barriers="Two new teachers")
    assert notices() == []
