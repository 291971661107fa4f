"""HiFloat8: its codes and rounding hold, and every planted fault is found."""

import importlib
import math
from pathlib import Path

import numpy as np
import pytest
import yaml

from recount.experiment import load
from recount.run import Run
from recount.typed import build

FOLDER = Path(__file__).resolve().parents[3] / "papers" / "number_formats" / "hifloat8"
ARMS = yaml.safe_load((FOLDER / "paper.yaml").read_text())["arms"]


@pytest.fixture
def paper():
    experiment = load(FOLDER)
    return importlib.import_module(experiment.measure.__module__)


def holds(paper, arm="hifloat8", stated=None, stride=1):
    experiment = paper.experiment
    declared = ARMS[arm] | ({"stated": stated} if stated else {})
    run = Run(
        slug="hifloat8",
        scale="smoke",
        seeds=(1,),
        size=build(experiment.size, {"stride": stride}, "size"),
        arm_name=arm,
        arm=build(experiment.arm, declared, arm),
    )
    rows = experiment.measure(run, {}).frame()
    return rows[rows["metric"] == "holds"]


@pytest.mark.parametrize("arm", ARMS)
def test_every_stated_number_is_found(paper, arm):
    assert (holds(paper, arm, stride=8)["value"] == 1).all()


def test_all_fp16_numbers_are_looked_at(paper):
    rows = holds(paper)
    assert rows.loc[rows["check"].str.startswith("round"), "count"].sum() == 65536
    assert (rows["value"] == 1).all()


@pytest.mark.parametrize(
    ("code", "value"),
    [
        (0b01101110, 2.0**15),
        (0b01111110, 2.0**-15),
        (0b00000111, 2.0**-16),
        (0b00000001, 2.0**-22),
        (0b11101111, -math.inf),
        (0b00001000, 1.0),
        (0b10001100, -1.5),
    ],
)
def test_values_that_the_description_lists(paper, code, value):
    assert paper.decode(code) == value and paper.encode(value) == code


def test_zero_and_nan_have_one_code_each(paper):
    assert paper.encode(0.0) == paper.encode(-0.0) == paper.encode(2.0**-24) == 0
    assert paper.encode(math.nan) == 0x80 and math.isnan(paper.decode(0x80))


def test_overflow_begins_half_way_to_the_code_of_infinity(paper):
    assert paper.decode(paper.encode(40960.0)) == math.inf
    assert paper.decode(paper.encode(float(np.nextafter(40960.0, 0)))) == 32768.0


@pytest.mark.parametrize("name", ["exponents_3_bit", "binades", "zeros", "codes_changed"])
def test_a_wrong_number_is_a_counter_example(paper, name):
    wrong = ARMS["hifloat8"]["stated"] | {name: 6}
    rows = holds(paper, stated=wrong, stride=64)
    assert rows.loc[rows["value"] == 0, "check"].tolist() == [name]


@pytest.mark.filterwarnings("ignore:invalid value")
@pytest.mark.parametrize("fault", ["ties", "lowest", "width", "carry"])
def test_a_faulty_encoder_is_caught_with_its_input(paper, fault, monkeypatch):
    if fault == "ties":
        plain = paper.encode
        monkeypatch.setattr(paper, "encode", lambda x: plain(x * (1 - 1e-12)))
    if fault == "lowest":
        monkeypatch.setattr(paper, "LOWEST", -21)
    if fault == "width":
        monkeypatch.setattr(paper, "mantissa_width", lambda exponent: 1)
    if fault == "carry":
        plain_ = paper.encode
        monkeypatch.setattr(paper, "encode", lambda x: 0x6E if abs(x) > 40000 else plain_(x))
    rows = holds(paper)
    wrong = rows[rows["value"] == 0]
    assert len(wrong) and (wrong["check"].str.startswith("round") | wrong["fp16"].isna()).all()
    assert wrong["fp16"].notna().any()


def test_a_repeated_exponent_is_caught(paper, monkeypatch):
    monkeypatch.setitem(paper.DOT, "001", 0)
    monkeypatch.setattr(
        paper,
        "HIF8",
        paper.Format(
            name="x", values=np.array([*map(paper.decode, range(256))]), beyond=1.5 * 2.0**15
        ),
    )
    monkeypatch.setitem(paper.FORMATS, "hifloat8", paper.HIF8)
    monkeypatch.setattr(paper, "rounding", lambda rows, stride: None)
    monkeypatch.setattr(paper, "encode", lambda x: 0)
    rows = holds(paper)
    assert {"shared_values", "codes_changed"} <= set(rows.loc[rows["value"] == 0, "check"])
