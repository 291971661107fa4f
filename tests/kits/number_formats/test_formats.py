"""Formats against ml_dtypes, bit by bit, and against an exhaustive search of the table."""

import ml_dtypes
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from recount.kits.number_formats import (
    Format,
    block_cast,
    codebook,
    facts,
    integer,
    minifloat,
    nearest,
    tensors,
)
from recount.typed import BadValue

KNOWN = {
    "float8_e4m3fn": (4, 3, None, "fn"),
    "float8_e5m2": (5, 2, None, "ieee"),
    "float8_e4m3": (4, 3, None, "ieee"),
    "float8_e3m4": (3, 4, None, "ieee"),
    "float8_e4m3b11fnuz": (4, 3, 11, "fnuz"),
    "float8_e4m3fnuz": (4, 3, 8, "fnuz"),
    "float8_e5m2fnuz": (5, 2, 16, "fnuz"),
    "float6_e2m3fn": (2, 3, None, "finite"),
    "float6_e3m2fn": (3, 2, None, "finite"),
    "float4_e2m1fn": (2, 1, None, "finite"),
    "bfloat16": (8, 7, None, "ieee"),
    "float16": (5, 10, None, "ieee"),
}
FP16 = np.arange(65536, dtype=np.uint16).view(np.float16)


def made(name: str) -> Format:
    exponent, mantissa, bias, specials = KNOWN[name]
    return minifloat(name, exponent, mantissa, bias, specials)


def library(name: str) -> np.dtype:
    return np.dtype(getattr(ml_dtypes, name, np.float16))


def same(one: np.ndarray, two: np.ndarray) -> bool:
    signs = np.signbit(one) == np.signbit(two)
    return bool(((np.isnan(one) & np.isnan(two)) | ((one == two) & signs)).all())


@pytest.mark.parametrize("name", KNOWN)
@pytest.mark.filterwarnings("ignore:invalid value")
def test_every_code_means_what_the_library_says(name):
    format, kind = made(name), library(name)
    codes = np.arange(format.values.size).astype(np.uint8 if kind.itemsize == 1 else np.uint16)
    assert same(format.values, codes.view(kind).astype(np.float64))


@pytest.mark.parametrize("name", KNOWN)
@pytest.mark.filterwarnings("ignore:invalid value")
def test_every_fp16_number_rounds_as_in_the_library(name):
    format = made(name)
    numbers = FP16 if format.codes["nan"] is not None else FP16[~np.isnan(FP16)]
    assert same(format.cast(numbers), numbers.astype(library(name)).astype(np.float64))


@pytest.mark.parametrize("name", ["float8_e4m3fn", "float8_e5m2", "bfloat16"])
@pytest.mark.filterwarnings("ignore:invalid value", "ignore:overflow")
def test_halves_and_their_neighbours_round_as_in_the_library(name):
    format = made(name)
    levels = format.levels[np.abs(format.levels) < 1e30]
    middle = ((levels[:-1] + levels[1:]) / 2).astype(np.float32)
    above = np.nextafter(middle, np.float32(np.inf))
    numbers = np.concatenate([middle, above, np.nextafter(middle, np.float32(-np.inf))])
    assert same(format.cast(numbers), numbers.astype(library(name)).astype(np.float64))


@pytest.mark.parametrize("name", ["float8_e4m3", "float8_e5m2", "float4_e2m1fn"])
def test_halves_away_from_zero_agree_with_the_exhaustive_search(name):
    format, numbers = made(name), FP16[~np.isnan(FP16)]
    got, wanted = format.cast(numbers, "away"), nearest(numbers, format)
    if format.beyond is None:
        wanted = np.clip(wanted, format.levels[0], format.levels[-1])
    assert np.array_equal(got, wanted)


WORTH_A_CODE = st.floats(-1e4, 1e4).map(lambda value: round(value, 6))  # not a rounding apart


@given(st.lists(WORTH_A_CODE, min_size=2, max_size=20, unique=True), st.floats(-1e5, 1e5))
@settings(max_examples=60, deadline=None)
def test_any_code_book_takes_its_nearest_value(values, x):
    book = codebook("any", values)
    got = float(book.cast(x))
    assert abs(got - x) == np.abs(book.levels - x).min()
    assert np.array_equal(book.cast(book.values), book.values)


def test_truncation_never_grows_and_loses_less_than_a_step():
    format = made("float8_e4m3fn")
    x = np.random.default_rng(1).normal(0, 30, 5000)
    got = format.cast(x, "zero", saturate=True)
    assert (np.abs(got) <= np.abs(x)).all() and (np.sign(got) * np.sign(x) >= 0).all()
    assert (np.abs(got) >= np.abs(format.cast(x * (1 - 1 / 8), saturate=True)) * 0.99).all()


def test_stochastic_rounding_has_the_right_mean_and_only_neighbours():
    format, x = made("float8_e5m2"), 1.3
    draws = np.random.default_rng(0).random(40000)
    got = format.cast(np.full(draws.shape, x), "stochastic", draws=draws)
    assert set(np.unique(got)) == {1.25, 1.5}
    assert abs(got.mean() - x) < 4 * 0.25 * 0.5 / np.sqrt(draws.size)
    on_grid = format.cast(np.full(1000, 1.25), "stochastic", draws=draws[:1000])
    assert (on_grid == 1.25).all()


def test_overflow_goes_where_the_format_says():
    assert made("float8_e5m2").cast(1e9) == np.inf
    assert np.isnan(made("float8_e4m3fn").cast(1e9))
    assert made("float8_e4m3fn").cast(-1e9, saturate=True) == -448
    assert made("float4_e2m1fn").cast(1e9) == 6
    assert integer("int8", 8).cast(-200.0) == -127
    assert integer("int8", 8, symmetric=False).cast(-200.0) == -128


def test_bad_requests_are_refused():
    with pytest.raises(BadValue, match="no nan"):
        made("float4_e2m1fn").encode(np.nan)
    with pytest.raises(BadValue, match="rounding 'up'"):
        made("float8_e5m2").encode(1.0, "up")
    with pytest.raises(BadValue, match="draws"):
        made("float8_e5m2").encode(np.ones(3), "stochastic")
    with pytest.raises(BadValue, match="specials"):
        minifloat("x", 4, 3, specials="none")
    with pytest.raises(BadValue, match="does not divide"):
        block_cast(np.ones(10), made("float4_e2m1fn"), block=4)


def test_counts_of_the_common_formats():
    assert facts(made("float16"))["binades"] == 40
    assert facts(made("float8_e4m3fn")) == {
        "nans": 2,
        "infinities": 0,
        "zeros": 2,
        "shared_values": 1,
        "binades": 18,
        "lowest": -9,
        "highest": 8,
    }


def test_power_of_two_blocks_follow_the_microscaling_rule():
    x = np.random.default_rng(2).normal(0, 1, (8, 64)).astype(np.float32)
    fp4 = made("float4_e2m1fn")
    got = block_cast(x, fp4, block=32, scale="power_of_two").reshape(8, 2, 32)
    for block, wanted in zip(got.reshape(-1, 32), x.reshape(-1, 32)):
        scale = 2.0 ** (np.floor(np.log2(np.abs(wanted).max())) - 2)
        cast = (np.clip(wanted / scale, -6, 6)).astype(ml_dtypes.float4_e2m1fn)
        assert np.array_equal(block, cast.astype(np.float64) * scale)


def test_scales_rounded_to_a_format_stay_in_it_and_zero_blocks_stay_zero():
    fp4, e4m3 = made("float4_e2m1fn"), made("float8_e4m3fn")
    x = np.concatenate([np.zeros(16), np.random.default_rng(3).normal(0, 3, 16)])
    got = block_cast(x, fp4, block=16, scale=e4m3)
    assert (got[:16] == 0).all()
    scale = e4m3.cast(np.abs(x[16:]).max() / 6)
    assert np.isin(got[16:] / scale, fp4.levels).all()
    one = block_cast(x[16:], fp4)
    assert np.isclose(np.abs(one).max(), np.abs(x).max())


@pytest.mark.parametrize("rounding", ["even", "away", "zero"])
@pytest.mark.parametrize("name", ["float8_e4m3fn", "float8_e5m2", "float4_e2m1fn"])
def test_tensors_are_cast_as_arrays_are(name, rounding):
    format = made(name)
    numbers = FP16[np.isfinite(FP16)].astype(np.float32)
    for saturate in (True, False):
        got = tensors.cast(torch.from_numpy(numbers), format, rounding, saturate).numpy()
        wanted = format.cast(numbers, rounding, saturate)
        assert np.array_equal(got, wanted, equal_nan=True)


def test_gradients_pass_a_cast_unchanged():
    x = torch.linspace(-3, 3, 50, requires_grad=True)
    (tensors.cast(x, made("float4_e2m1fn")) * torch.arange(50.0)).sum().backward()
    assert torch.equal(x.grad, torch.arange(50.0))


def test_stochastic_tensors_equal_stochastic_arrays():
    format = made("float8_e4m3fn")
    rng = np.random.default_rng(4)
    x, draws = rng.normal(0, 2, 4000).astype(np.float32), rng.random(4000).astype(np.float32)
    got = tensors.stochastic(torch.from_numpy(x), format, torch.from_numpy(draws)).numpy()
    wanted = format.cast(x, "stochastic", True, draws)
    assert (got == wanted).mean() > 0.999 and np.isin(got, format.levels).all()
