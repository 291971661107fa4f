"""A small tree with one good paper; tests change its text and see what the registry says."""

import shutil
from pathlib import Path

import pytest

PAPER = """\
title: "Position Coupling: Improving Length Generalization of Arithmetic Transformers"
authors: [Hanseul Cho, Jaeyoung Cha, Pranjal Awasthi]
year: 2024
arxiv: "2405.20671"
code: HanseulJo/position-coupling
level: paper
fidelity: 3
reported: {train_digits: 30, test_digits: 200, aggregate: median, seeds: unknown}
limits: The laptop scale uses shorter numbers, and cannot see a rare bad run.

arms:                       # the treatment first
  coupled: {positions: coupled}
  absolute: {positions: absolute}
  index: {positions: index}
  nope: {positions: none}

scales:
  smoke:  {seeds: 2, minutes: 1, size: {train_digits: 2, test_digits: [2, 4], rate: 0.001}}
  laptop: {seeds: 12, minutes: 3, size: {train_digits: 8, test_digits: [8, 16, 64], rate: 0.001}}

claims:
  main:
    statement: >-
      A one-layer decoder whose equally significant digits share a position id adds numbers six
      times longer than any it was trained on; the usual position ids fail just beyond.
    quantities:
      coupled:  {take: reach, metric: exact_match, along: digits, level: 0.95, arm: coupled}
      baseline: {take: reach, metric: exact_match, along: digits, level: 0.95, over: [index, nope]}
    valid: automatic
    reproduced: coupled.low >= 6 * train_digits and baseline.high <= 2 * train_digits
    contradicted: coupled.high <= 2 * train_digits or baseline.low >= 6 * train_digits
    effect: {coupled: 48, baseline: 8}
    margin: half
  in_training:
    statement: All the arms add numbers of the training length about equally well in the end.
    quantities:
      gain: {take: gap, metric: accuracy, arm: coupled, minus: absolute, at: {digits: 8}}
      solved: {take: rate, metric: success, arm: coupled, level: 1}
    reproduced: gain.low > -0.1
    contradicted: gain.high < -0.1
    effect: {gain: 0.0}
    margin: own
    why: A tenth of the items is what the text calls about equal.
"""
EXPERIMENT = '''"""Digits of equal weight share a position id."""

experiment = None
'''


class Tree:
    """A project folder with papers/arithmetic/position_coupling, to be spoilt and loaded."""

    text = PAPER

    def __init__(self, root: Path):
        self.root = root
        self.folder = self.add("arithmetic", "position_coupling", PAPER)

    def add(self, lab: str, slug: str, text: str) -> Path:
        folder = self.root / "papers" / lab / slug
        folder.mkdir(parents=True)
        (folder / "paper.yaml").write_text(text, encoding="utf-8")
        (folder / "experiment.py").write_text(EXPERIMENT, encoding="utf-8")
        return folder

    def write(self, text: str) -> None:
        (self.folder / "paper.yaml").write_bytes(text.encode("utf-8", "surrogatepass"))

    def edit(self, old: str, new: str) -> None:
        assert old in PAPER, old
        self.write(PAPER.replace(old, new, 1))


@pytest.fixture
def tree(tmp_path):
    source = Path(__file__).resolve().parents[2]
    shutil.copy(source / "requirements.lock", tmp_path)
    return Tree(tmp_path)
