"""Prints how many crates a binary says it was built from (in the section .dep-v0 of cargo-auditable)."""

import json
import subprocess
import sys
import tempfile
import zlib

with tempfile.NamedTemporaryFile() as section:
    subprocess.run(
        ["objcopy", "--dump-section", f".dep-v0={section.name}", sys.argv[1], "/dev/null"], check=True
    )
    packages = json.loads(zlib.decompress(section.read()))["packages"]
assert any(package["name"] == "bugscrub" for package in packages), packages
print(len(packages))
