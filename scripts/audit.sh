#!/bin/sh
# Checks what the chart renders against checkov's policies for Kubernetes, and the dependencies against
# known vulnerabilities. tests/chart/exceptions.txt lists each exception with its reason; an exception that
# is no longer needed is an error too. If RustSec's advisories cannot be reached, this says so.
set -eu
cd "$(dirname "$0")/.."

CHECKOV=target/checkov
CHECKOV_VERSION=3.3.30
AUDIT=target/audit
AUDIT_VERSION=0.22.2

if [ "$("$CHECKOV/bin/checkov" --version 2>/dev/null)" != "$CHECKOV_VERSION" ]; then
    echo "Installing checkov $CHECKOV_VERSION from PyPI into $CHECKOV" >&2
    rm -rf "$CHECKOV"
    python3 -m venv "$CHECKOV"
    "$CHECKOV/bin/pip" install --quiet --disable-pip-version-check "checkov==$CHECKOV_VERSION"
fi

failed=0
for rendered in tests/chart/golden/*.yaml; do
    # checkov exits with 1 if it finds anything. What counts is in its report.
    "$CHECKOV/bin/checkov" --framework kubernetes --skip-download --output json --file "$rendered" \
        >"$CHECKOV/report.json" 2>"$CHECKOV/log" || true
    python3 - "$rendered" "$CHECKOV/report.json" tests/chart/exceptions.txt <<'PYTHON' || failed=1
import json, pathlib, sys

rendered, report, exceptions = sys.argv[1:]
example = pathlib.Path(rendered).stem
results = json.loads(pathlib.Path(report).read_text())["results"]
excepted = {}
for line in pathlib.Path(exceptions).read_text().splitlines():
    if line.strip() and not line.startswith("#"):
        examples, check, resource, reason = line.split(None, 3)
        if examples == "all" or example in examples.split(","):
            excepted[check, resource] = reason
found = {}
for result in results["failed_checks"]:
    kind, _, name = result["resource"].split(".")[:3]
    found[result["check_id"], f"{kind}/{name}"] = result["check_name"]
wrong = [f"{rendered}: {check} {resource}: {words}" for (check, resource), words in found.items() if (check, resource) not in excepted]
wrong += [f"{exceptions}: {check} {resource} is not needed for {example} any more" for check, resource in excepted if (check, resource) not in found]
passed = len(results["passed_checks"])
if passed < 100:
    wrong.append(f"{rendered}: checkov looked at only {passed} policies")
print("\n".join([*wrong, f"{rendered}: {passed} policies hold, {len(found)} exceptions"]))
sys.exit(bool(wrong))
PYTHON
done

ADVISORIES=https://github.com/RustSec/advisory-db
if ! GIT_TERMINAL_PROMPT=0 timeout 30 git ls-remote --heads "$ADVISORIES" >/dev/null 2>&1; then
    echo "Cargo.lock, tests/chart/kinds/Cargo.lock: NOT CHECKED, because $ADVISORIES cannot be reached from here"
    exit "$failed"
fi
if [ "$("$AUDIT/bin/cargo-audit" --version 2>/dev/null)" != "cargo-audit $AUDIT_VERSION" ]; then
    echo "Installing cargo-audit $AUDIT_VERSION into $AUDIT" >&2
    cargo install --quiet --locked --root "$AUDIT" "cargo-audit@$AUDIT_VERSION"
fi
for lock in Cargo.lock tests/chart/kinds/Cargo.lock; do
    "$AUDIT/bin/cargo-audit" audit --file "$lock" || failed=1
done
exit "$failed"
