"""The systemd unit and the compose file are valid, and give the server no more than it needs."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from index.settings import SETTINGS
from tests.deploy.containerfile import list_stage
from tests.test_house import ROOT

UNIT = ROOT / "docs" / "deploy" / "netsphere.service"
COMPOSE = ROOT / "compose.yaml"
ANALYZE = shutil.which("systemd-analyze")


@pytest.mark.skipif(not ANALYZE, reason="needs systemd-analyze (apt-get install systemd)")
def test_the_unit_is_valid_and_hardened(tmp_path: Path) -> None:
    """By systemd itself, with a program at the place of the unit's; its exposure is called OK."""
    text = re.sub(r"(?<=ExecStart=).*", "/bin/true", UNIT.read_text(encoding="utf-8"))
    unit = tmp_path / UNIT.name
    unit.write_text(text, encoding="utf-8")
    done = subprocess.run([str(ANALYZE), "verify", unit], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    command = [str(ANALYZE), "security", "--offline=true", "--threshold=20", unit]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_the_settings_of_the_unit_exist() -> None:
    """Each variable is a setting, and what is written lies in the folder of its state."""
    values = dict(re.findall(r"^Environment=NETSPHERE_(\w+)=(.*)$", UNIT.read_text(encoding="utf-8"), re.MULTILINE))
    assert {name.lower() for name in values} < SETTINGS.keys()
    assert all(value.startswith("/var/lib/netsphere/") for value in values.values() if value.startswith("/"))


@pytest.fixture
def compose() -> dict[str, Any]:
    """The compose file, read."""
    found: dict[str, Any] = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))
    return found


def test_the_compose_file_has_only_what_compose_knows(compose: dict[str, Any]) -> None:
    """By the keys of the Compose specification that are used here, with their types."""
    assert compose.keys() == {"name", "services", "volumes"}
    kinds = {
        "build": dict, "image": str, "ports": list, "environment": dict, "volumes": list, "restart": str,
        "stop_grace_period": str, "read_only": bool, "tmpfs": list, "cap_drop": list, "security_opt": list,
        "pids_limit": int, "profiles": list, "network_mode": str,
    }  # fmt: skip
    for service in compose["services"].values():
        assert {name: type(value) for name, value in service.items()} == {name: kinds[name] for name in service}
        assert list_stage(ROOT / service["build"]["dockerfile"], service["build"]["target"])
        assert {volume.partition(":")[0] for volume in service["volumes"] if volume[0] not in "$./"} <= {
            *compose["volumes"]
        }
        assert {name.removeprefix("NETSPHERE_").lower() for name in service.get("environment", {})} <= SETTINGS.keys()


def test_the_containers_may_do_little(compose: dict[str, Any]) -> None:
    """No right of root, nothing that can be written but the volume, and a port of this machine only."""
    for service in compose["services"].values():
        assert service["read_only"] and service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
    assert compose["services"]["serve"]["ports"] == ["127.0.0.1:8000:8000"]
    assert compose["services"]["build"]["network_mode"] == "none"
