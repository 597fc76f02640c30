"""Tests a Python program against the sandbox: pip install rapidpro-python, then python example.py URL.

The sandbox is any that serves its control interface: npx rapidpro-sandbox --port 8282.
"""

import json
import sys
import urllib.request

from temba_client.exceptions import TembaBadRequestError, TembaNoSuchObjectError, TembaRateExceededError
from temba_client.v2 import TembaClient
from temba_client.v2.types import Message

HOST = sys.argv[1]


def control(method, path, body=None):
    """Asks the control interface: seeds, faults, replies, what was sent, and the clock."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"content-type": "application/json"}
    request = urllib.request.Request(f"{HOST}/sandbox/api/{path}", data, headers, method=method)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


MESSAGE_IDS = []


def transform(kind, row):
    """Version 2.21 of the client drops the ids that bulk actions need, and cannot do without quick replies."""
    if kind is not Message:
        return row
    MESSAGE_IDS.append(row["id"])
    return {"quick_replies": [], **row}  # messages of RapidPro 9 have none


def weights_of(client, flow):
    """What the program under test does: the answers to a flow."""
    runs = client.get_runs(flow=flow).all()
    return {run.contact.name: run.values["weight"].value for run in runs if "weight" in run.values}


def test_reads_answers(client):
    control("PUT", "seed", "maternal-health")
    flow = next(one for one in client.get_flows().all() if one.name == "Postnatal Check")
    mother = client.create_contact(name="Amina", urns=["tel:+250788123999"])
    client.create_flow_start(flow=flow, contacts=[mother])
    control("POST", "reply", {"contact": "tel:+250788123999", "text": "3.4"})
    assert weights_of(client, flow)["Amina"] == "3.4"
    kinds = [item["kind"] for item in control("GET", "sent")]
    assert kinds == ["flow_start"], kinds


def test_waits_when_it_is_throttled(client):
    control("POST", "faults", {"kind": "throttle", "retryAfter": 1})
    try:
        client.get_fields().all()
        raise AssertionError("no error")
    except TembaRateExceededError as error:
        assert error.retry_after == 1
    control("POST", "faults", {"kind": "throttle", "retryAfter": 1})
    assert len(client.get_fields().all(retry_on_rate_exceed=True)) > 0


def test_time_goes_on(client):
    control("POST", "clock", {"advance": 86_400})
    made = client.create_contact(name="Tomorrow")
    assert made.created_on.isoformat()[:10] == control("GET", "clock")["now"][:10]


def test_every_call(client):
    """All calls of the client, on a small workspace."""
    control("PUT", "seed", json.load(open(sys.argv[2])))
    ann = client.get_contacts(urn="tel:+250788123123").first()
    assert (ann.name, ann.fields["age"]) == ("Ann", "30")
    for group in client.get_groups().all():
        client.get_contacts(group=group).all()
    pages = list(client.get_contacts(reverse=True, after=ann.created_on).iterfetches())
    assert sum(len(page) for page in pages) == len(client.get_contacts().all())
    lists = [
        client.get_archives(), client.get_boundaries(geometry=True), client.get_broadcasts(),
        client.get_campaigns(), client.get_campaign_events(), client.get_channels(),
        client.get_contacts(deleted=True), client.get_fields(key="age"), client.get_flows(archived=False),
        client.get_flow_starts(), client.get_globals(), client.get_labels(),
        client.get_messages(folder="inbox"), client.get_resthooks(), client.get_resthook_events(),
        client.get_resthook_subscribers(), client.get_runs(responded=True),
    ]
    for one in lists:
        one.all()
    assert client.get_org().name == "Clinic"
    flow = client.get_flows().first()
    assert client.get_definitions(flows=[flow], dependencies="none").flows

    group = client.create_group("Team")
    assert client.update_group(group, "Crew").name == "Crew"
    label = client.create_label("Odd")
    client.update_label(label, "Even")
    field = client.create_field("Ward No", "text")
    client.update_field(field, "Ward", "number")
    one = client.create_global("Line", "1")
    assert client.update_global(one, "2").value == "2"
    bob = client.create_contact(name="Bob", language="eng", urns=["tel:+250788123777"], fields={"age": 4}, groups=[group])
    assert client.update_contact(bob, name="Robert").name == "Robert"
    assert client.update_contact("tel:+250788123777", fields={"age": "5"}).fields["age"] == "5"
    client.bulk_remove_contacts([bob], group)
    client.bulk_add_contacts([bob], group)
    client.bulk_block_contacts([bob])
    client.bulk_unblock_contacts([bob])
    client.bulk_interrupt_contacts([bob])
    client.bulk_archive_contact_messages([bob])
    if control("GET", "")["dialect"] == "textit":  # the answer has no quick replies either, see above
        client.create_message(contact=bob, text="hi", attachments=[])
    client.create_broadcast(text="hello", contacts=[bob])
    client.create_flow_start(flow=flow, contacts=[bob], params={"a": 1})
    campaign = client.create_campaign("Visits", group)
    client.update_campaign(campaign, "Calls", group)
    event = client.create_campaign_event(
        campaign=campaign, relative_to="born", offset=1, unit="days", delivery_hour=9, message="hi"
    )
    client.delete_campaign_event(event)
    hook = client.create_resthook_subscriber("new-report", "https://example.org/hook")
    client.delete_resthook_subscriber(hook)
    control("POST", "reply", {"contact": ann.uuid, "text": "good morning"})
    MESSAGE_IDS.clear()
    assert client.get_messages(folder="flows").first().text == "good morning"
    ids = MESSAGE_IDS[:1]
    client.bulk_label_messages(ids, label=label)
    client.bulk_unlabel_messages(ids, label_name="Even")
    client.bulk_archive_messages(ids)
    client.bulk_restore_messages(ids)
    client.bulk_delete_messages(ids)
    client.delete_label(label)
    client.bulk_delete_contacts([bob])
    client.delete_contact(ann)
    for act, error in [
        (lambda: client.create_group(""), TembaBadRequestError),
        (lambda: client.delete_contact("tel:+250788123123"), TembaNoSuchObjectError),
    ]:
        try:
            act()
            raise AssertionError(f"no {error.__name__}")
        except error:
            pass


if __name__ == "__main__":
    token = control("GET", "")["token"]
    client = TembaClient(HOST, token, transformer=transform)
    for test in [test_reads_answers, test_waits_when_it_is_throttled, test_time_goes_on, test_every_call]:
        test(client)
        print("ok", test.__name__)
