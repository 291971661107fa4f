"""DNA words without long runs that correct a wrong letter by the residue of their index.

All words over A, T, G, C with runs of at most 1, 2 or 3 equal letters are numbered in lexicographic
order, and only those with an index divisible by R are used. One wrong letter moves the index by
one of few differences; R is the smallest number that leaves all of them different residues, so the
residue of the received index names the error. With two wrong letters each single change is undone
in turn and decoded again, which lists every codeword at two letters' distance, unless another
codeword is one letter away and the error is taken for a single one. `halved` uses R // 2 instead.
"""

from functools import cache
from math import log2
from typing import Literal

import numpy as np

from recount.kits.coding import (
    Exact,
    ResidueCode,
    RunLimited,
    admissible_words,
    capacity,
    doubles,
    fact,
    index_differences,
    singles,
    smallest_modulus,
)
from recount.typed import typed


@typed()
class Arm:
    modulus: Literal["smallest", "halved"]


@typed()
class Size:
    longest_runs: tuple[int, ...]
    complete_lengths: tuple[int, ...]
    checked_lengths: tuple[int, ...]
    sampled_lengths: tuple[int, ...]
    modulus_lengths: tuple[int, ...]
    samples: int
    constant_bits: float
    double_success: float


def cases(run):
    size = run.size
    lengths = {*size.complete_lengths, *size.sampled_lengths, *size.modulus_lengths}
    lengths = lengths if run.arm.modulus == "smallest" else size.checked_lengths
    return [
        {"longest_run": longest, "length": length}
        for longest in size.longest_runs
        for length in sorted(lengths)
    ]


@cache
def smallest(longest_run, length):
    return smallest_modulus(index_differences(RunLimited(longest_run, length)))


def modulus_of(run, case):
    return smallest(**case) // (2 if run.arm.modulus == "halved" else 1)


def find(run, case):
    words, length, modulus = RunLimited(**case), case["length"], modulus_of(run, case)
    found = {"words": words.size, "modulus": modulus, "used": -(-words.size // modulus)}
    complete = length in run.size.complete_lengths
    if not complete and length not in run.size.sampled_lengths:
        return found
    code = ResidueCode(words, modulus, index_differences(words))
    rng = run.rng("codewords", step=length)
    sent = np.arange(code.size) if complete else rng.integers(code.size, size=run.size.samples)
    sent *= modulus
    wrong = singles(words.unrank(sent))
    decoded = code.nearby(wrong.reshape(-1, length)).reshape(wrong.shape[:2])
    right = int((decoded == sent[:, None]).sum())
    found |= {"single_errors": decoded.size, "corrected": right}
    if run.arm.modulus == "smallest":
        found |= after_two_errors(run, code, sent)
    return found


def after_two_errors(run, code, sent):
    wrong = doubles(code.words.unrank(sent))
    flat = wrong.reshape(-1, code.words.length)
    found = {"double_errors": len(flat), "listed": int((code.nearby(flat) < 0).sum())}
    if code.words.length in run.size.checked_lengths:
        owner = sent.repeat(wrong.shape[1])[:, None]
        found["in_list"] = int((code.listed(flat) == owner).any(1).sum())
    return found


def check(run, case):
    """By brute force: sort all words, and look whether the surroundings of codewords overlap."""
    if case["length"] not in run.size.checked_lengths:
        return None
    words, good = admissible_words(**case)
    used = words[good][:: modulus_of(run, case)]
    place = 4 ** np.arange(case["length"])
    around = np.concatenate([used[:, None], singles(used)], axis=1) @ place
    taken, times = np.unique(around, return_counts=True)
    shared = np.isin(around, taken[times > 1]).any()
    free = int((~np.isin(doubles(used) @ place, taken)).sum())
    found = {"words": int(good.sum()), "used": len(used)}
    if run.arm.modulus == "smallest" and not shared:
        found |= {"corrected": around.size - len(used), "listed": free, "in_list": free}
    return found


def facts(run, case, found):
    if "corrected" in found:
        tried = found["single_errors"]
        yield fact("corrected", found["corrected"] == tried, tried)
        yield fact("goes_wrong", found["corrected"] < tried, tried)
        yield fact("share_corrected", found["corrected"] / tried, tried)
    if "listed" in found:
        twice = found["double_errors"]
        yield fact("double_listed", found["listed"] / twice, twice)
    if run.arm.modulus == "smallest":
        length, bits = case["length"], log2(found["modulus"])
        bounded = bits <= 2 * log2(length) + run.size.constant_bits
        yield fact("redundancy", bits)
        yield fact("redundancy_bounded", bounded)
        yield fact("rate", log2(found["used"]) / length)
        yield fact("below_capacity", log2(found["used"]) / length < capacity(case["longest_run"]))


def whole(run, rows):
    if run.arm.modulus == "halved":
        return
    listed = [row["value"] for row in rows.rows if row["metric"] == "double_listed"]
    rows.add("average_listed", np.mean(listed), len(listed))
    rows.add("average_above_stated", float(np.mean(listed) > run.size.double_success))
    rates = {
        (r["longest_run"], r["length"]): r["value"] for r in rows.rows if r["metric"] == "rate"
    }
    for (longest, length), rate in rates.items():
        if (longest, length / 2) in rates:
            rises = rate > rates[longest, length / 2]
            rows.add("rate_rises", float(rises), longest_run=longest, length=length)


experiment = Exact(
    arm=Arm, size=Size, cases=cases, find=find, facts=facts, check=check, whole=whole
)
