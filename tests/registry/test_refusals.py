"""Bad paper.yaml files: each is refused, and the message names file, line, field and remedy."""

import re

import pytest

from recount import registry
from recount.typed import BadValue

# what is replaced in the good paper, by what, the field that is named, the remedy
EDITS = [
    # traps of YAML
    ("year: 2024", "year: 2e3", "year", "write 2000"),
    ("rate: 0.001", "rate: 1e-3", "scales.smoke.size.rate", "write 0.001"),
    ("rate: 0.001", "rate: .nan", "scales.smoke.size.rate", "quote it"),
    ("rate: 0.001", "rate: -.inf", "scales.smoke.size.rate", "quote it"),
    ("rate: 0.001", "rate: 1e999", "scales.smoke.size.rate", "in full"),
    ("rate: 0.001", "rate: .5", "scales.smoke.size.rate", "0.001"),
    ("rate: 0.001", "rate: +1", "scales.smoke.size.rate", "quote it"),
    ("minutes: 1,", "minutes: 12:30,", "scales.smoke.minutes", "quote it"),
    ("minutes: 1,", "minutes: 0x10,", "scales.smoke.minutes", "write a number as 12"),
    ("minutes: 1,", "minutes: 010,", "scales.smoke.minutes", "write a number as 12"),
    ("minutes: 1,", "minutes: 1_000,", "scales.smoke.minutes", "write a number as 12"),
    ("year: 2024", "year: 2024-05-30", "year", "quote it"),
    ("positions: none", "positions: no", "arms.nope.positions", "write false, or quote it"),
    ("positions: none", "positions: on", "arms.nope.positions", "write true, or quote it"),
    ("positions: none", "positions: ~", "arms.nope.positions", "write null"),
    ("positions: none", "positions: ", "arms.nope.positions", "write null or a value"),
    ("positions: none", "positions: True", "arms.nope.positions", "small letters"),
    ("positions: none", "positions: &a none", "arms.nope.positions", "anchor"),
    ("positions: none", "positions: *a", "arms.nope.positions", "alias"),
    ("positions: none", "positions: !!str none", "arms.nope.positions", "delete the tag"),
    ("positions: none", "positions: !!python/object/apply:os.system [id]", "arms.nope", "tag"),
    ("positions: none", "<<: {a: 1}", "arms.nope", "merging is not allowed"),
    ("positions: none", '"a\\u0000b": 1', "arms.nope", "control or invisible"),
    ("positions: none", 'positions: "a\\u202eb"', "arms.nope.positions", "delete it"),
    ("positions: none", "positions: a\u200bb", "", "U+200B; delete it"),
    ("positions: none", "positions: a\tb", "", "U+0009; delete it"),
    ("positions: none", "positions: [[[[[[1]]]]]]", "arms.nope.positions", "flatten it"),
    ("positions: none", "[a]: none", "arms.nope", "a key must be a plain name"),
    ("positions: none", "8: none", "arms.nope", "is no name; quote it"),
    ("seeds: 2,", "seeds: 2, seeds: 3,", "scales.smoke.seeds", "keep one of the two"),
    ("fidelity: 3", "fidelity: 3\nfidelity: 1", "fidelity", "keep one of the two"),
    ("fidelity: 3", "fidelity: 3\n---\ntitle: x", "", "one document a file"),
    ("title:", "%YAML 1.1\n---\ntitle:", "", "delete it"),
    ("title:", "title: x: y\nname:", "", "quote text that holds"),
    ("{positions: none}", "{positions: none", "", "close every bracket"),
    ("  nope:", "\tnope:", "", "delete it"),
    # single fields
    ("year: 2024", 'year: "2024"', "year", "without quotes"),
    ("year: 2024", "year: true", "year", "whole number"),
    ("year: 2024", "year: 2024.5", "year", "whole number"),
    ("year: 2024", "year: 999999", "year", "smaller"),
    ("year: 2024", "year: 2019", "year", "correct the year or the id"),
    ('"2405.20671"', "2405.20671", "arxiv", "quotes"),
    ('"2405.20671"', '"arXiv:2405.20671"', "arxiv", 'write the bare id in quotes: "2405.20671"'),
    ('arxiv: "2405.20671"', "doi: https://doi.org/10.1/x", "doi", "write the bare DOI"),
    ('arxiv: "2405.20671"', "url: javascript:alert(1)", "url", "https://"),
    ('arxiv: "2405.20671"', 'url: "https://x.org/\\"><script>"', "url", "https://"),
    ('arxiv: "2405.20671"\n', "", "", "add arxiv, doi or url"),
    ("code: HanseulJo/position-coupling", "code: ../../etc/passwd", "code", "owner/name"),
    ("code: HanseulJo/position-coupling\n", "", "code", "is missing; add it"),
    ("level: paper", "level: papr", "level", "did you mean 'paper'?"),
    ("fidelity: 3", "fidelity: 0", "fidelity", "write a larger number"),
    ("fidelity: 3", "fidelty: 3", "fidelty", "did you mean 'fidelity'?"),
    ("fidelity: 3", "fidelity: 3\nslug: other", "slug", "unknown key"),
    ("fidelity: 3", "fidelity: 3\nunit: sead", "unit", "did you mean 'seed'?"),
    ("fidelity: 3", "fidelity: 3\ntour: 1", "tour", "write true or false"),
    ("fidelity: 3", "fidelity: 3\nneeds: [torch]", "needs.0", "take it out"),
    ("fidelity: 3", "fidelity: 3\nneeds: [x; touch y]", "needs.0", "use small letters"),
    ("fidelity: 3", "fidelity: 3\nversion: 0", "version", "larger"),
    ("aggregate: median", "agregate: median", "reported.aggregate", "is missing; add it"),
    ("train_digits: 30", 'train_digits: "30"', "reported.train_digits", "without quotes"),
    ("[Hanseul Cho, ", "[Jaeyoung Cha, ", "authors", "delete one"),
    ("[Hanseul Cho, Jaeyoung Cha, Pranjal Awasthi]", "[]", "authors", "write more"),
    ("[Hanseul Cho, Jaeyoung Cha, Pranjal Awasthi]", "Cho", "authors", "write a list"),
    ("limits: The laptop", "limits: [The laptop]\nx: The laptop", "limits", "write text"),
    # arms and scales
    ("nope:", "No-pe:", "arms.No-pe", "use small letters"),
    ("nope:", '"a;touch b":', "arms.a;touch b", "use small letters"),
    ("nope:", '"../up":', "arms.../up", "use small letters"),
    ("nope:", "class:", "arms.class", "choose another name"),
    ("{positions: none}", "none", "arms.nope", "write a map"),
    ("seeds: 2,", "seeds: 33,", "scales.smoke.seeds", "write a smaller number"),
    ("seeds: 2,", "seeds: 2, seds: 3,", "scales.smoke.seds", "did you mean 'seeds'?"),
    ("seeds: 2,", "seeds: 2, shards: 3,", "scales.smoke.shards", "write fewer"),
    ("seeds: 2,", "seeds: 2, device: tpu,", "scales.smoke.device", "did you mean 'gpu'?"),
    ("minutes: 1,", "minutes: 1, reduced: true,", "scales.smoke.reduced", "only the scale paper"),
    ("minutes: 1,", "minutes: 1000000000,", "scales.smoke.minutes", "smaller"),
    ("minutes: 1,", "minutes: 0,", "scales.smoke.minutes", "larger"),
    ("seeds: 12", "seeds: 8", "scales.laptop.seeds", "write 12"),
    ("  smoke:", "  smok:", "scales.smok", "did you mean 'smoke'?"),
    ("  smoke:", "  gpu:", "scales", "add it"),
    ("fidelity: 3", "fidelity: 3\nunit: none\nkind: measure", "scales.smoke.seeds", "seeds: 1"),
    ("fidelity: 3", "fidelity: 3\nkind: measure\nlearned: {at_least: 0.5}", "learned", "delete it"),
    ("fidelity: 3", "fidelity: 3\nlearned: {metric: accuracy}", "learned", "either at_least"),
    (
        "fidelity: 3",
        "fidelity: 3\nlearned: {at_least: 0.5, except: [nope]}",
        "learned.except",
        "add why",
    ),
    (
        "fidelity: 3",
        "fidelity: 3\nlearned: {at_least: 0.5, except: [nop], why: It is a control.}",
        "learned.except",
        "did you mean 'nope'?",
    ),
    ("fidelity: 3", "fidelity: 3\ntuning: {couple: 3}", "tuning.couple", "did you mean 'coupled'?"),
    ("fidelity: 3", "fidelity: 3\nmetrics: {a: {range: [1, 0]}}", "metrics.a.range", "lower bound"),
    ("fidelity: 3", "fidelity: 3\nmetrics: {a: {range: [1]}}", "metrics.a.range", "write more"),
    (
        "fidelity: 3",
        "fidelity: 3\nmetrics: {success: {range: [0, 5]}}",
        "metrics.success",
        "rename or delete it",
    ),
    # claims
    ("  main:", "  first:", "claims", "call it main"),
    ("  main:\n", "  main:\n    asked_by: recount\n", "claims.main.asked_by", "the paper's"),
    ("  main:\n", "  main:\n    asked_by: us\n", "claims.main.asked_by", "recount"),
    ("take: reach", "take: reech", "claims.main.quantities.coupled.take", "did you mean 'reach'?"),
    ("arm: coupled}", "arm: couple}", "claims.main.quantities.coupled", "did you mean 'coupled'?"),
    ("level: 0.95, arm", "arm", "claims.main.quantities.coupled", "needs the key 'level'; add it"),
    ("level: 0.95, arm", "lvl: 1, arm", "claims.main.quantities.coupled.lvl", "'level'?"),
    (
        "level: 0.95, arm",
        "level: 0.95, minus: nope, arm",
        "claims.main.quantities.coupled",
        "change the arms' keys",
    ),
    (
        "level: 0.95, arm",
        "level: 0.95, above: 1, arm",
        "claims.main.quantities.coupled.above",
        "delete it",
    ),
    ("over: [index, nope]", "over: nope", "claims.main.quantities.baseline.over", "arm: NAME"),
    ("over: [index, nope]", "over: [nope, nope]", "claims.main.quantities.baseline", "two arms"),
    ("exact_match", "exactmatch", "claims.main.quantities.coupled.metric", "'exact_match'?"),
    ("exact_match", "loss", "claims.main.quantities.coupled.metric", "loss: {range: [0, null]}"),
    ("along: digits", "along: seed", "claims.main.quantities.coupled", "rename the axis"),
    ("minus: absolute", "minus: coupled", "claims.in_training.quantities.gain", "name two arms"),
    ("at: {digits: 8}", "at: {digits: [8]}", "claims.in_training.quantities.gain.at", "write"),
    ("take: rate", "take: all", "claims.in_training.quantities.solved", "unit: none"),
    ("coupled: 48", "couple: 48", "claims.main.effect.couple", "did you mean 'coupled'?"),
    ("coupled: 48", "coupled: large", "claims.main.effect.coupled", "without quotes"),
    ("margin: half", "margin: haf", "claims.main.margin", "did you mean 'half'?"),
    ("    margin: half\n", "", "claims.main", "half, own or direction"),
    ("    why: A tenth", "    x: A tenth", "claims.in_training.x", "unknown key"),
    ("    why: A tenth of the items is what", "    valid: automatic #", "claims", "add why"),
    ("coupled.low >=", "__import__('os') >=", "claims.main.reproduced", "at most 200"),
    ("coupled.low >=", "{coupled} >=", "claims.main.reproduced", ""),
    ("coupled.low >=", "coupled.low" + " + 1" * 60 + " >=", "claims.main.reproduced", "shorten it"),
    ("    reproduced: coupled", "    reproducd: coupled", "claims.main.reproducd", "'reproduced'?"),
]


@pytest.mark.parametrize(("old", "new", "field", "remedy"), EDITS)
def test_refused_with_file_line_field_and_remedy(tree, old, new, field, remedy):
    tree.edit(old, new)
    with pytest.raises(BadValue) as caught:
        registry.load(tree.root)
    message = str(caught.value)
    assert re.search(r"^papers/arithmetic/position_coupling/paper\.yaml:\d+: ", message, re.M)
    assert field in message
    assert remedy in message


def test_the_line_is_the_line_of_the_field(tree):
    tree.edit("fidelity: 3", "fidelity: 7")
    with pytest.raises(BadValue, match=r"paper\.yaml:7: fidelity: "):
        registry.load(tree.root)


def test_all_faults_of_all_papers_come_at_once(tree):
    tree.edit("fidelity: 3", "fidelity: 7\nnedes: []")
    tree.add("coding", "other_paper", tree.text.replace("level: paper", "level: papr"))
    with pytest.raises(BadValue) as caught:
        registry.load(tree.root)
    for part in ("fidelity", "nedes", "papers/coding/other_paper/paper.yaml:6: level"):
        assert part in str(caught.value)


@pytest.mark.parametrize(
    ("content", "remedy"),
    [
        (b"", "write the file"),
        (b"\xff\xfe\x00", "save the file as UTF-8"),
        (b"title: caf\xe9", "save the file as UTF-8"),
        (b"# " + b"x" * 70_000, "shorten it"),
        (b"a: " + b"[" * 60_000, "flatten it"),
        (b"a: " + b"{a: " * 15_000, "flatten it"),
        (b"- just\n- a list\n", "write a map"),
        (b"just text", "write a map"),
        (b"\xef\xbb\xbftitle: x", "delete it"),
        (b"a: &a [x]\n" + b"b: [*a, *a, *a]\n", "anchor"),
        (b"title: a\x00b", "delete it"),
    ],
)
def test_files_that_are_no_paper_at_all(tree, content, remedy):
    (tree.folder / "paper.yaml").write_bytes(content)
    with pytest.raises(BadValue, match=r"paper\.yaml:\d+: ") as caught:
        registry.load(tree.root)
    assert remedy in str(caught.value)
