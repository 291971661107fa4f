"""DFloat11: BFloat16 weights stored in about 11 bits, with every bit kept.

Trained weights are small and of like size, so of the 256 exponents only a few are common: each is
given a Huffman code by its frequency, with a table per transformer block, and sign and mantissa
stay as they are. Decoding is parallel: a stream is cut into chunks of 64 bits, and for each chunk
it is noted where its first whole code begins.
"""

from typing import Literal

import numpy as np

from recount.experiment import Learned, Train
from recount.kits.number_formats import (
    bf16_bits,
    entropy,
    language,
    pack,
    plane_entropies,
    planes,
    unpack,
)
from recount.nn.loop import fit, restore, stacked
from recount.run import Rows
from recount.typed import typed

WIDTH = {"sign": 1, "exponent": 8, "mantissa": 7}  # bits


@typed()
class Arm:
    weights: Literal["trained", "initial", "gaussian"] = "trained"
    width: int
    weight_decay: float = 0.0
    learning_rate: float = 0.0


@typed()
class Size(language.Text):
    layers: int
    head: int  # width of an attention head
    steps: int
    effort: int  # of zstandard, 1 to 22


def model_of(run):
    width, size = run.arm.width, run.size
    return language.byte_decoder(run, width, size.layers, width // size.head, size.context)


def train(run, data):
    model, arm, size, curve = model_of(run), run.arm, run.size, {}
    if arm.weights == "trained":
        chosen = dict(lr=arm.learning_rate, warmup=size.steps // 20, weight_decay=arm.weight_decay)
        batch = language.batches(run, data, size)
        curve = fit(run, model, batch, language.next_byte_loss, size.steps, **chosen)
    arrays = stacked(model)
    if arm.weights == "gaussian":
        for name, value in arrays.items():
            for row, seed in enumerate(run.seeds):
                value[row] = run.rng(f"gaussian {name}", seed).normal(0, 0.02, value[row].shape)
    return Learned(arrays, curve)


def groups(arrays, row):
    """Bit patterns of one seed: of its matrices, one array per block and one more; its vectors."""
    found = {}
    for name, value in sorted(arrays.items()):
        block = ".".join(name.split(".")[:2]) if name.startswith("blocks.") else "outside"
        kind = block if value.ndim == 3 else "vectors"
        found.setdefault(kind, []).append(bf16_bits(value[row]).ravel())
    vectors = np.concatenate(found.pop("vectors"))
    return [np.concatenate(parts) for parts in found.values()], vectors


def zipped(data, effort):
    """Bits that a general compressor needs."""
    import zstandard

    return 8 * len(zstandard.compress(data.tobytes(), effort))


def look(arrays, row, effort):
    """All that is measured of one model. Matrices are coded, vectors stored as they are."""
    matrices, vectors = groups(arrays, row)
    packed = [pack(bits) for bits in matrices]
    changed = sum(int((a != unpack(b)).sum()) for a, b in zip(matrices, packed))
    everything = np.concatenate([*matrices, vectors])
    weights = everything[: -vectors.size]
    total, fixed = 16 * everything.size, 8 * weights.size
    exponents = [np.bincount(planes(bits)["exponent"], minlength=256) for bits in matrices]
    coded = sum(one.code.bits(counts) for one, counts in zip(packed, exponents))
    least = sum(entropy(counts) * counts.sum() for counts in exponents)
    halves = np.stack([everything >> 8, everything & 0xFF]).astype(np.uint8)
    found = {f"{name}_fill": bits / WIDTH[name] for name, bits in plane_entropies(weights).items()}
    return found | {
        "size_ratio": (sum(one.bits for one in packed) + 16 * vectors.size) / total,
        "identical": changed == 0,
        "over_shannon": (coded + fixed) / (least + fixed),
        "exponents_over_shannon": coded / least,
        "zstd_ratio": zipped(everything, effort) / total,
        "split_zstd_ratio": zipped(halves, effort) / total,
    }


def evaluate(run, data, arrays):
    rows, count = Rows(run), sum(value[0].size for value in arrays.values())
    found = [look(arrays, row, run.size.effort) for row in range(len(run.seeds))]
    for name in found[0]:
        rows.add(name, [one[name] for one in found], count)
    language.add_level(rows, restore(model_of(run), arrays), data, run.size)
    return rows


experiment = Train(
    arm=Arm, size=Size, generate=language.source_text, train=train, evaluate=evaluate
)
