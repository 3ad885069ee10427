"""What no schema can say of a request: cursors are given out by the service, and dates depend on one another and on today.

Only values that the schema allows are taken out. Those that it refuses stay, so that the service must refuse them.
"""

import re

import schemathesis

CURSOR = re.compile(r"[A-Za-z0-9_-]+")
DAYS_AGO = re.compile(r"[0-9]{1,3}d")
DATE = re.compile(r"[0-9]{1,5}d|[0-9]{12,14}|[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9:.]+(Z|[ +-][0-9:]+)?)?")
# Their cursors are numbers, which anybody may make up.
NUMBERED = ("/api/v1/repositories", "/api/v1/scrubs", "/api/v1/scrubs/{number}/deck", "/api/v1/sync")


@schemathesis.hook
def map_case(context, case):
    query = case.query
    if not query:
        return case

    def given(name):
        return str(query.get(name, ""))

    if case.path not in NUMBERED and CURSOR.fullmatch(given("cursor")):
        del query["cursor"]
    # It refuses names that nothing has.
    if given("strict").lower() == "true":
        del query["strict"]
    # Rows then lack what the row's schema requires, as the parameter says.
    fields = query.get("fields") or []
    names = fields if isinstance(fields, list) else str(fields).split(",")
    row = case.operation.schema.raw_schema["components"]["schemas"]["QueueRow"]["properties"]
    if names and all(name in row for name in names):
        del query["fields"]
    # At most 16 names may follow `all:`, in all values of a filter together.
    for name in ("label", "assignee"):
        if "all:" in given(name):
            del query[name]
    # It goes with groups, which charts do not have.
    if re.fullmatch(r"[0-9]{1,2}", given("group_limit")):
        del query["group_limit"]
    if case.path.endswith(".{format}") and re.fullmatch(r"[a-z]+", given("group_by")):
        del query["group_by"]
    # A range is in order, not too long, and over by the date of the answer.
    for name in ("as_of", "from", "to"):
        if DATE.fullmatch(given(name)) and (name != "from" or not DAYS_AGO.fullmatch(given(name))):
            del query[name]
    return case
