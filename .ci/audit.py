"""python .ci/audit.py LOCK: look for known vulnerabilities of the packages in a lock file, with pip-audit."""

import json
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory


def main(lock: str) -> int:
    """Print what was found, and return 1 if a package is vulnerable."""
    with TemporaryDirectory() as folder:
        report = Path(folder, "report.json")
        command = [sys.executable, "-m", "pip_audit", "--disable-pip", "--require-hashes", "-r", lock]
        done = subprocess.run([*command, "-f", "json", "-o", report], capture_output=True, text=True)  # noqa: S603
        packages = json.loads(report.read_text())["dependencies"] if report.exists() else []
    audited = [package for package in packages if "skip_reason" not in package]
    # pip-audit succeeds if an index knows no package, and ends alike with a vulnerability and without a network.
    if not audited:
        print("not audited: the list of vulnerabilities cannot be reached", done.stderr.strip()[-200:])  # noqa: T201
        return 0
    for package in audited:
        for found in package["vulns"]:
            fixed = ", ".join(found["fix_versions"]) or "no version yet"
            print(f"{package['name']} {package['version']}: {found['id']}, fixed in {fixed}")  # noqa: T201
    print(f"{len(audited)} of {len(packages)} packages audited")  # noqa: T201
    return int(any(package["vulns"] for package in audited))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
