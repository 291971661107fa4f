"""The confirmation batch: fresh seeds of a stream of its own, sealed, shown with the verdict."""

import numpy as np
import pytest
from stages.test_stages import run_all
from toy import EXPERIMENT, git, plant

from recount import files, layout, ledger, registry
from recount.ledger import confirming
from recount.reports import pages, sections
from recount.results import find
from recount.run import verdict_seeds
from recount.typed import BadValue

SCALE = "laptop"
# the effect of the treated arm is there for the verdict's seeds alone
LUCKY = EXPERIMENT.replace(
    "run.arm.effect + shared", "run.arm.effect * (run.seeds[0] == LUCKY) + shared"
).replace("@typed()\nclass Arm", "LUCKY = {lucky}\n\n\n@typed()\nclass Arm", 1)


def recorded(project, slug: str, experiment: str = EXPERIMENT, effect: float = 1.0):
    """A toy that was committed, run and recorded, with its evidence committed."""
    folder = plant(project, slug, effect=effect, experiment=experiment)
    (project / ".gitignore").write_text("results\nlogs\n__pycache__\n")
    git(project, "init", "-q")
    git(project, "add", "-A", ".")
    git(project, "commit", "-q", "-m", "all")
    paper = registry.load_paper(folder)
    run_all(project, slug, SCALE)
    ledger.record(paper, SCALE, project / "results", project)
    git(project, "add", "-A", ".")
    git(project, "commit", "-q", "-m", "evidence")
    return paper


def grades(project, paper) -> list[str]:
    found = [one for one in find(paper, project / "results") if one.source == "evidence"]
    return found[0].judgements["main"]["grades"]


def test_a_true_effect_is_confirmed_on_other_seeds_and_the_page_says_so(project):
    paper = recorded(project, "honest")
    told = files.read_json(confirming.confirm(paper, SCALE, project))
    one = told["claims"]["main"]
    assert one["holds"] and one["reason"] is None
    assert one["quantities"]["gain"]["fresh"] != one["quantities"]["gain"]["recorded"]
    frame = files.read_table(layout.confirmation(paper, SCALE)[0])
    known = verdict_seeds("honest", SCALE, 1, 8)
    assert not set(frame["seed"]) & set(known) and frame["seed"].nunique() == 8
    assert grades(project, paper)[-1] == "confirmed"
    page = pages.paper_page(paper, SCALE, project / "results")
    assert page["claims"][0]["judgement"]["confirmation"]["holds"]
    assert "second batch of seeds this verdict holds" in sections.quantities(page)._repr_html_()
    assert ledger.verify(paper, SCALE).state == "ok", "the verdict itself is as it was"
    assert [one.state for one in confirming.verify(paper, SCALE)] == ["ok"]
    git(project, "add", "-A", ".")
    git(project, "commit", "-q", "-m", "confirmed")
    with pytest.raises(BadValue, match="already"):
        confirming.confirm(paper, SCALE, project)


def test_a_verdict_that_hangs_on_its_seeds_is_not_confirmed(project):
    first = verdict_seeds("lucky", SCALE, 1, 1)[0]
    paper = recorded(project, "lucky", LUCKY.replace("{lucky}", str(first)))
    told = files.read_json(confirming.confirm(paper, SCALE, project))
    assert told["claims"]["main"]["outcome"] == "reproduced"
    assert not told["claims"]["main"]["holds"]
    assert grades(project, paper)[-1] == "not confirmed"


def test_nothing_of_it_can_be_touched_up(project):
    paper = recorded(project, "honest")
    confirming.confirm(paper, SCALE, project)
    rows_path, json_path = layout.confirmation(paper, SCALE)
    chance, whole = (
        np.random.default_rng(3),
        {one: one.read_bytes() for one in (rows_path, json_path)},
    )
    for path, content in whole.items():
        for place in chance.integers(len(content), size=20):
            changed = bytearray(content)
            changed[place] ^= 1
            path.write_bytes(bytes(changed))
            assert [one.state for one in confirming.verify(paper, SCALE)] == ["damaged"], place
        path.write_bytes(content)
    told = files.read_json(json_path)
    told["claims"]["main"]["quantities"]["gain"]["fresh"] += 0.1
    told.pop("seal")
    files.write_json(json_path, told | {"seal": confirming.seal(told)})
    assert "does not follow" in confirming.verify(paper, SCALE)[0].detail


@pytest.mark.parametrize("fault", ["not recorded", "undecided", "uncommitted"])
def test_what_cannot_be_confirmed_is_refused(project, fault):
    if fault == "not recorded":
        paper, text = registry.load_paper(project / "papers/other/toy"), "nothing is recorded"
    elif fault == "undecided":
        paper, text = recorded(project, "vague", effect=0.5), "no claim has been decided"
    else:
        paper, text = recorded(project, "honest"), "commit first"
        (project / "workflow_scripts/recount/typed.py").open("a").write("\n")
    with pytest.raises(BadValue, match=text):
        confirming.confirm(paper, SCALE, project)
