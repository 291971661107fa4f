"""How runs become cluster jobs, and that a drive trains a run once."""

import json
from types import SimpleNamespace

import pytest
import yaml
from toy import plant

from recount import files, layout, once, registry, schedule, selection, stages
from recount.cluster import packing, site


def paper(minutes, arms=2, device="cpu", kind="train", level="scaled", slug="p"):
    scale = SimpleNamespace(minutes=minutes, device=device)
    names = {f"a{number}": {} for number in range(arms)}
    return SimpleNamespace(slug=slug, scales={"gpu": scale}, arms=names, kind=kind, level=level)


def row(slug, minutes, waiting):
    return schedule.Row(slug, 1, waiting, waiting, minutes, "declared")


@pytest.mark.parametrize("profile", ["slurm"])
def test_the_profile_says_what_the_packing_says(project, profile):
    told = site.read(project / "profiles" / profile)
    assert site.packs(told) == packing.components(None)
    assert told["resources"] == ["seat=1"]


@pytest.mark.parametrize("longest", [None, 1440, 240, 60, 29])
def test_no_job_outgrows_the_site_at_its_last_attempt(longest):
    packs = packing.components(longest)
    for minutes in (0.5, 1, 5, 10, 20, 45, 60, 300):
        for arms in (1, 2, 7, 12):
            one = paper(minutes, arms, "gpu")
            name = packing.group(one, "gpu", packs)
            if name:
                whole = packs[name] * packing.asked(one, "gpu") * packing.ATTEMPTS
                assert whole <= (longest or packing.FULL * packing.ATTEMPTS)
                assert packing.expected(one, "gpu") < packing.asked(one, "gpu")


def test_short_papers_fill_a_job_and_long_ones_keep_theirs():
    papers = {f"short{n:02}": paper(10, 2, "gpu", slug=f"short{n:02}") for n in range(9)}
    papers |= {"long": paper(300, 3, "gpu", slug="long"), "here": paper(1, kind="measure")}
    papers["here"].level = "exact"
    rows = [row(slug, one.scales["gpu"].minutes, len(one.arms)) for slug, one in papers.items()]
    choice = SimpleNamespace(papers=papers, scale="gpu")
    jobs = packing.jobs(choice, rows, packing.components(None))
    shared = [job for job in jobs if len(job.papers) > 1]
    assert sum(len(job.papers) for job in shared) + 1 >= 9
    assert all(10 <= job.minutes <= 60 for job in shared)
    assert not any("here" in job.papers for job in jobs)
    alone = [job for job in jobs if job.papers == ("long",)]
    assert [job.gpu for job in alone] == [False] + [True] * 6
    assert sum(job.minutes for job in jobs) == pytest.approx(9 * 10 + 300)


def test_what_is_done_needs_no_job():
    papers = {"p": paper(10)}
    choice = SimpleNamespace(papers=papers, scale="gpu")
    assert packing.jobs(choice, [row("p", 0.0, 0)], packing.components(None)) == []


def test_exact_papers_stay_here_and_are_no_others_rule(project):
    folder = plant(project, "exact_one")
    path = folder / "paper.yaml"
    path.write_text(path.read_text().replace("level: scaled", "level: exact"))
    here, away = selection.choose(project, {"papers": "all"}).apart()
    assert here == "exact_one"
    assert "toy" in away.split("|") and "exact_one" not in away.split("|")


def test_a_drive_restores_what_it_trained_and_nothing_else(project, tmp_path, monkeypatch):
    import trained_toy

    trained_toy.plant(project)
    one = registry.load(project).papers["slow"]
    place = layout.of(one, "smoke", tmp_path)
    stages.generate(one, "smoke", place.data, place.data_manifest)
    out = place.run("plain")

    def steps():
        return len(out.with_name("trace.txt").read_text().splitlines())

    def again():
        before = json.loads(out.read_text())
        out.unlink()
        stages.train(one, "smoke", "plain", place.data, out)
        return json.loads(out.read_text()) == before

    monkeypatch.setenv(once.VARIABLE, "first")
    stages.train(one, "smoke", "plain", place.data, out)
    assert steps() == 5
    assert again() and steps() == 5
    monkeypatch.setenv(once.VARIABLE, "second")
    assert not again() and steps() == 10
    monkeypatch.delenv(once.VARIABLE)
    again()
    assert steps() == 15
    monkeypatch.setenv(once.VARIABLE, "second")
    state = files.read_json(once.note(out))
    files.write_json(once.note(out), state | {"design": "another"})
    again()
    assert steps() == 20


def test_a_site_without_room_packs_nothing(project, tmp_path):
    from recount import cli

    flags = ["--folder", str(tmp_path), "--longest", "20"]
    assert cli.main(["init-site", *flags]) == 0
    assert "group-components" not in yaml.safe_load((tmp_path / "profile.yaml").read_text())
