"""Prints a hundred deliveries, one a line: issues opened in one repository."""

import json
import uuid

owner = {"login": "acme", "id": 9000, "type": "Organization"}
repository = {
    "id": 1, "name": "widgets", "full_name": "acme/widgets", "private": False, "archived": False,
    "html_url": "https://github.com/acme/widgets", "owner": owner,
}
for number in range(1, 101):
    at = f"2024-01-{1 + number % 28:02}T00:00:00Z"
    issue = {
        "id": number, "node_id": f"I_{number}", "number": number, "title": f"Issue {number}", "state": "open",
        "user": {"login": "octocat", "id": 1, "type": "User"}, "comments": 0, "labels": [], "assignees": [],
        "milestone": None, "created_at": at, "updated_at": at, "closed_at": None,
    }
    payload = {"action": "opened", "issue": issue, "repository": repository, "sender": issue["user"]}
    print(json.dumps({"event": "issues", "delivery": str(uuid.uuid4()), "at": at, "payload": payload}))
