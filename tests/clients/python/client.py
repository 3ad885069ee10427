"""Reads a running service through the client that openapi-python-client makes."""

import json
import sys
from urllib.parse import parse_qs, urlsplit

from bugscrub_client import AuthenticatedClient
from bugscrub_client.api.items import show_item
from bugscrub_client.api.queue import list_queue
from bugscrub_client.api.stats import show_ages
from bugscrub_client.models import AgesAnswer, ItemAnswer, ItemType, ItemTypeTerm, Order, Problem, QueueAnswer

url, token = sys.argv[1:]
client = AuthenticatedClient(base_url=url, token=token)

rows, pages, question = [], 0, {"limit": 7, "type_": [ItemTypeTerm.ISSUE], "order": Order.OLDEST}
while question:
    page = list_queue.sync(client=client, **question)
    assert isinstance(page, QueueAnswer), page
    rows += page.items
    pages += 1
    question = {"cursor": parse_qs(urlsplit(page.next_).query)["cursor"][0]} if page.next_ else None

assert all(row.type_ is ItemType.ISSUE for row in rows)
found = show_item.sync("acme", "widgets", 1, client=client)
assert isinstance(found, ItemAnswer), found
missing = show_item.sync_detailed("acme", "widgets", 999, client=client)
assert isinstance(missing.parsed, Problem), missing
ages = show_ages.sync(client=client, type_=[ItemTypeTerm.VALUE_4])
assert isinstance(ages, AgesAnswer), ages

print(json.dumps({
    "pages": pages,
    "numbers": [row.number for row in rows],
    "title": found.title,
    "waits_for": found.waits_for and found.waits_for.value,
    "missing": [missing.status_code.value, missing.parsed.type_, missing.parsed.parameter or None],
    "open": sum(bucket.items for bucket in ages.by_age),
}))
