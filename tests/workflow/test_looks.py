"""Seeds in looks as the workflow runs them: no block of seeds that no claim needs."""

import json
import shutil

import pandas as pd
import pytest
import trained_toy
from staged import runs
from test_workflow import jobs, snakemake
from toy import git, plant

from recount import files, layout, ledger, look_stages, looks, registry, stages
from recount.reports import pages, sections
from recount.run import verdict_seeds
from recount.typed import BadValue

PLAIN = "laptop: {seeds: 8, minutes: 1, size: {"
LOOKED = "laptop: {seeds: 12, looks: [5, 8, 12], minutes: 1, size: {"


def in_looks(project, slug: str, effect: float = 1.0, noise: float = 0.05):
    """A toy whose seeds are looked at; with an effect near its line it needs more of them."""
    folder = plant(project, slug, effect=effect)
    path = folder / "paper.yaml"
    text = path.read_text().replace(PLAIN, LOOKED).replace("noise: 0.2", f"noise: {noise}")
    path.write_text(text)
    return registry.load_paper(folder)


def by_hand(paper, results, upto: int | None = None) -> list[int]:
    """All stages without Snakemake; the looks that were run."""
    ran = []
    for look in looks.of(paper, "laptop"):
        one = looks.narrowed(paper, "laptop", look)
        runs(one, "laptop", layout.of(paper, "laptop", results, look))
        ran.append(look)
        still = look_stages.decide(paper, "laptop", look, results)
        if look == upto or not still and upto is None:
            break
    decisions = [layout.of(paper, "laptop", results, look).decision for look in ran]
    for arm in paper.arms:
        look_stages.gather(paper, "laptop", arm, decisions, results)
    return ran


def test_only_the_seeds_of_a_look_run_and_the_next_where_a_claim_is_open(project):
    in_looks(project, "clear")
    text = snakemake(project, "claim_clear")
    judged = json.loads((project / "results/laptop/other/clear/main.json").read_text())
    assert judged["outcome"] == "reproduced"
    told = judged["sequential"]
    assert (told["used"], told["ran"], told["ended_by"]) == (5, 5, "reproduced")
    assert not (project / "results/laptop/other/clear/look-8").exists(), text
    assert "Nothing to be done" in snakemake(project, "claim_clear", "-n")


def test_an_open_claim_takes_the_next_look_and_bits_do_not_tell_how_many_there_were(project):
    paper = in_looks(project, "vague", effect=0.66, noise=0.25)
    ran = by_hand(paper, project / "results")
    assert len(ran) > 1, "the toy is to be undecided after five seeds"
    frame, states = stages.collected(paper, "laptop", project / "results")
    found = stages.judge(paper, "main", "laptop", project / "results", project / "verdict.json")
    assert found["sequential"]["ran"] == ran[-1] == len(set(frame["seed"]))
    known = verdict_seeds("vague", "laptop", 1, 12)
    assert set(frame["seed"]) == set(known[: ran[-1]])

    shutil.rmtree(project / "results")
    assert by_hand(paper, project / "results", upto=5) == [5]
    fewer, _ = stages.collected(paper, "laptop", project / "results")
    same = frame[frame["seed"].isin(known[:5])].reset_index(drop=True)
    keys = ["arm", "metric", "seed"]
    left, right = (one.sort_values(keys).reset_index(drop=True) for one in (fewer, same))
    pd.testing.assert_frame_equal(left, right, check_exact=True)
    assert looks.parts(files.read_json(layout.of(paper, "laptop", project / "results").evaluated(
        "plain")))[0]["seeds"] == list(known[:5])  # fmt: skip


def test_trained_looks_are_stacked_and_can_be_evaluated_as_one(project):
    folder = trained_toy.plant(project, "slow")
    path = folder / "paper.yaml"
    path.write_text(path.read_text().replace(PLAIN, LOOKED).replace("steps: 60", "steps: 3"))
    paper = registry.load_paper(folder)
    by_hand(paper, project / "results", upto=8)
    place = layout.of(paper, "laptop", project / "results")
    model = files.read_tensors(place.run("plain").with_name("model.safetensors"))
    assert model["value"].shape[0] == 8
    curve = files.read_table(place.run("plain").with_name("curve.parquet"))
    assert curve["seed"].nunique() == 8
    manifest = files.read_json(place.run("plain"))
    assert len(manifest["seeds"]) == 8 and len(manifest["looks"]) == 2


def committed(project):
    git(project, "init", "-q")
    git(project, "add", "-A", ".")
    git(project, "commit", "-q", "-m", "all")


def test_evidence_tells_how_many_seeds_ran_and_an_open_look_is_not_recorded(project):
    clear, vague = in_looks(project, "clear"), in_looks(project, "vague", 0.66, 0.25)
    (project / ".gitignore").write_text("results\nlogs\n__pycache__\n.snakemake\n")
    committed(project)
    results = project / "results"
    assert by_hand(clear, results) == [5] and by_hand(vague, results, upto=5) == [5]
    entry = files.read_json(ledger.record(clear, "laptop", results, project))
    assert entry["judgements"]["main"]["sequential"]["ran"] == 5
    assert all(len(one["evaluate"]["looks"]) == 1 for one in entry["manifests"].values())
    assert ledger.verify(clear, "laptop").state == "ok"
    page = sections.quantities(pages.paper_page(clear, "laptop", results))._repr_html_()
    assert "5 ran, 5 were used" in page and "ended it: reproduced" in page
    with pytest.raises(BadValue, match="open after this look"):
        ledger.record(vague, "laptop", results, project)


def test_what_cannot_be_used_again_is_cleared_with_all_that_came_after(project):
    paper, results = in_looks(project, "vague", 0.66, 0.25), project / "results"
    by_hand(paper, results, upto=8)
    places = [layout.of(paper, "laptop", results, look) for look in (5, 8)]
    look_stages.clear(paper, "laptop", results)
    assert all(place.folder.exists() for place in places)
    files.write_parquet(places[1].metrics("plain"), files.read_table(places[0].metrics("plain")))
    look_stages.clear(paper, "laptop", results)
    assert places[0].folder.exists() and not places[1].folder.exists()
    look_stages.clear(paper, "laptop", results, again=True)
    assert not places[0].folder.exists()


def test_looks_change_no_job_of_a_paper_without_them(project):
    before = jobs(snakemake(project, "claim_toy", "-n"))
    in_looks(project, "clear")
    assert jobs(snakemake(project, "claim_toy", "-n")) == before
