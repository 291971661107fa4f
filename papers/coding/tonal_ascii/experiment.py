"""Printable characters as semitones: character i sounds at 220 Hz times 2^((i - 32) / 12).

The stated figures are computed to fifty digits, and checked with integers alone: a frequency in
hundredths of a hertz is the largest whole n with n^12 <= 22000^12 2^(i - 32), rounded. Then the
characters are sent as real sound in white noise, one tone each; the chance of a mistake is bounded
for every pair of tones, and the decoded sound must not err more often than the bound allows. By
Fano's inequality the bound says how many bits a second get through at least. Text is counted with
far fewer bits a character, as its letters are predictable. `undersampled` cannot carry high tones.
"""

from decimal import Decimal, localcontext
from functools import cache
from math import log2

import numpy as np
from scipy.stats import binom

from recount.kits.coding import (
    Exact,
    by_matched_filter,
    by_peak,
    error_bound,
    fact,
    least_information,
    noise_level,
    sounds,
    twelfth_root,
)
from recount.typed import typed

FIRST, LAST = 32, 126
CODES = np.arange(FIRST, LAST + 1)


@typed()
class Arm:
    sample_rate: int
    noise_too: bool


@typed()
class Size:
    lowest: float
    highest: float
    octaves: float
    hearing: float
    speech: float
    text_bits: float
    milliseconds: tuple[int, ...]
    snr_db: tuple[int, ...]
    claimed_snr_db: int
    repeats: int
    clear_milliseconds: int


def cases(run):
    yield from ({"code": int(code)} for code in CODES)
    if run.arm.noise_too:
        for length in run.size.milliseconds:
            yield from ({"milliseconds": length, "snr_db": snr} for snr in run.size.snr_db)


def exact_frequency(code):
    with localcontext() as context:
        context.prec = 50
        return 220 * Decimal(2) ** (Decimal(int(code) - FIRST) / 12)


@cache
def frequencies():
    return np.array([float(exact_frequency(code)) for code in CODES])


def find(run, case):
    if "code" in case:
        heard = heard_clearly(run.size.clear_milliseconds, run.arm.sample_rate)
        hundredths = int((exact_frequency(case["code"]) * 100).to_integral())
        return {"hundredths": hundredths, "heard": heard[case["code"] - FIRST]}
    seconds, noise = case["milliseconds"] / 1000, noise_level(case["snr_db"])
    bound = error_bound(sounds(frequencies(), seconds, run.arm.sample_rate), noise)
    bits = least_information(bound.mean(), len(CODES)) / seconds
    return {"bound": bound.mean(), "worst": bound.max(), "bits": bits, "within_bound": True}


@cache
def heard_clearly(milliseconds, sample_rate):
    """What the peak of the spectrum says about every character, without noise and at length."""
    sound = sounds(frequencies(), milliseconds / 1000, sample_rate)
    return by_peak(sound, frequencies(), sample_rate) + FIRST


def check(run, case):
    if "code" in case:
        return {"hundredths": twelfth_root(22000**12 * 2 ** (case["code"] - FIRST))}
    bank = sounds(frequencies(), case["milliseconds"] / 1000, run.arm.sample_rate)
    sent = np.tile(np.arange(len(CODES)), run.size.repeats)
    rng = run.rng("noise", step=1000 * case["milliseconds"] + case["snr_db"] + 100)
    noise = rng.standard_normal((len(sent), bank.shape[1])) * noise_level(case["snr_db"])
    wrong = int((by_matched_filter(bank[sent] + noise, bank) != sent).sum())
    bound = error_bound(bank, noise_level(case["snr_db"])).mean()
    return {"within_bound": bool(binom.sf(wrong - 1, len(sent), bound) > 1e-6)}


def facts(run, case, found):
    size = run.size
    if "code" in case:
        hertz = found["hundredths"] / 100
        if hertz > run.arm.sample_rate / 2:
            yield fact("aliased", found["heard"] != case["code"])
        else:
            yield fact("heard_right", found["heard"] == case["code"])
        if run.arm.noise_too:
            yield fact("high_from_o", (hertz > size.hearing) == (case["code"] >= ord("o")))
        return
    yield fact("error_bound", found["bound"], len(CODES))
    yield fact("bits_per_second", found["bits"], len(CODES))


def whole(run, rows):
    if not run.arm.noise_too:
        return
    size, table = run.size, frequencies()
    for item, value, stated, unit in (
        ("lowest_hertz", table[0], size.lowest, 0.01),
        ("highest_hertz", table[-1], size.highest, 0.01),
        ("octaves", log2(table[-1] / table[0]), size.octaves, 0.1),
    ):
        metric = "span_as_stated" if item == "octaves" else "frequency_as_stated"
        rows.add("computed", value, item=item)
        rows.add(metric, float(abs(value - stated) <= unit / 2), item=item)
    high = int((table > size.hearing).sum())
    rows.add("frequency_as_stated", float(high > 0), high, item="above_hearing")
    noisy = [row for row in rows.rows if "snr_db" in row]
    found = {(r["milliseconds"], r["snr_db"], r["metric"]): r["value"] for r in noisy}
    for text in (False, True):
        rates = [
            1000 / ms * size.text_bits
            if text
            else found[ms, size.claimed_snr_db, "bits_per_second"]
            for ms in size.milliseconds
            if found[ms, size.claimed_snr_db, "error_bound"] < 0.01
        ]
        best = max(rates, default=0.0)
        rows.add("best_text_rate" if text else "best_rate", best)
        rows.add("text_beats_speech" if text else "beats_speech", float(best > size.speech))


experiment = Exact(
    arm=Arm, size=Size, cases=cases, find=find, facts=facts, check=check, whole=whole
)
