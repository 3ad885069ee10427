"""How many crates the binary says it was built from (cargo-auditable's section .dep-v0)."""

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
