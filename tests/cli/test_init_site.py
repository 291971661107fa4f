"""`recount init-site`: a site's profile, and what it refuses."""

import pytest
import yaml

from recount import cli
from recount.cli import init_site
from recount.cluster import site
from recount.typed import BadValue


def written(folder, *flags):
    assert cli.main(["init-site", "--folder", str(folder), *flags]) == 0
    profile = yaml.safe_load((folder / "profile.yaml").read_text())
    limits = folder / "partitions.yaml"
    return profile, yaml.safe_load(limits.read_text()) if limits.exists() else None


def test_a_profile_holds_what_was_told(project, tmp_path, monkeypatch):
    monkeypatch.setattr(init_site.shutil, "which", lambda name: None)
    flags = [
        "--account",
        "proj-1",
        "--cpu",
        "short",
        "--gpu",
        "a100",
        "--dialect",
        "gres",
        "--longest",
        "2-00:30",
    ]
    profile, limits = written(tmp_path / "site", *flags)
    told = {"gpu_dialect": "gres", "longest": 2910, "slurm_account": "'proj-1'"}
    assert profile["default-resources"] == told
    assert limits["partitions"] == {
        "short": {"max_runtime": 2910},
        "a100": {"max_runtime": 2910, "max_gpu": 8},
    }
    assert profile["slurm-partition-config"] == str(tmp_path / "site" / "partitions.yaml")
    base = yaml.safe_load((project / "profiles/slurm/profile.yaml").read_text())
    assert base.items() <= profile.items()


def test_without_partitions_the_site_decides(project, tmp_path):
    profile, limits = written(tmp_path / "site")
    assert limits is None and "slurm-partition-config" not in profile


def test_a_profile_is_not_replaced_unasked(project, tmp_path, capsys):
    written(tmp_path / "site")
    assert cli.main(["init-site", "--folder", str(tmp_path / "site")]) == 2
    assert "--force" in capsys.readouterr().err
    written(tmp_path / "site", "--force", "--longest", "60")


@pytest.mark.parametrize(
    "flags",
    [
        ("--account", "a; touch PWNED"),
        ("--account", "$(touch PWNED)"),
        ("--cpu", "--wrap=touch PWNED"),
        ("--gpu", "a b"),
        ("--gpu", "x" * 65),
        ("--dialect", "tpu"),
        ("--longest", "0"),
        ("--longest", "soon"),
        ("--longest", "-5"),
        ("--longest", "1:2:3:4"),
    ],
)
def test_bad_input_writes_nothing(project, tmp_path, flags):
    key, value = flags
    assert cli.main(["init-site", "--folder", str(tmp_path / "site"), f"{key}={value}"]) == 2
    assert not (tmp_path / "site").exists() and not (project / "PWNED").exists()


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("90", 90), ("60:00", 60), ("24:00:00", 1440), ("2-00", 2880), ("1-02:30", 1590)],
)
def test_time_limits_are_read_as_slurm_writes_them(text, minutes):
    assert init_site.minutes(text) == minutes


def test_a_site_caps_time_and_chooses_the_dialect():
    habits = site.of({"longest": 60, "gpu_dialect": "gres"})
    assert [habits.minutes(25, attempt) for attempt in (1, 2, 3)] == [25, 50, 60]
    assert (habits.gpu(1), habits.gres(1), habits.gres(0)) == (0, "gpu:1", "")
    assert (site.of(None).gpu(1), site.of(None).gres(1), site.of({}).minutes(25, 3)) == (1, "", 75)
    for wrong in ({"longest": "soon"}, {"gpu_dialect": "tpu"}):
        with pytest.raises(BadValue):
            site.of(wrong)
