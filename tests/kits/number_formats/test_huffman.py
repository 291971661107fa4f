"""Huffman codes: optimal, decodable by an independent reader, whatever the distribution."""

import heapq

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recount.kits.number_formats import Huffman, bf16_bits, entropy, pack, unpack
from recount.kits.number_formats.planes import bf16_values, plane_entropies
from recount.typed import BadValue


def slow_read(code: Huffman, data: np.ndarray, count: int) -> list[int]:
    """A decoder that shares nothing with the fast one: bit after bit, through a dictionary."""
    book, word, last = {}, 0, 0
    for length, symbol in sorted((int(n), s) for s, n in enumerate(code.lengths) if n):
        word <<= length - last
        book[f"{word:0{length}b}"] = symbol
        word, last = word + 1, length
    text, held = [], ""
    for bit in "".join(f"{byte:08b}" for byte in data):
        held += bit
        if held in book and len(text) < count:
            text.append(book[held])
            held = ""
    return text


def plain_cost(counts) -> int:
    """Bits of an unlimited Huffman code, by its usual heap."""
    heap = [int(c) for c in counts if c]
    heapq.heapify(heap)
    cost = heap[0] if len(heap) == 1 else 0
    while len(heap) > 1:
        pair = heapq.heappop(heap) + heapq.heappop(heap)
        cost += pair
        heapq.heappush(heap, pair)
    return cost


def check(text: np.ndarray, limit: int = 32) -> Huffman:
    code = Huffman.of(np.bincount(text, minlength=256), limit)
    stream = code.encode(text)
    assert np.array_equal(code.decode(stream), text)
    assert slow_read(code, stream.data, stream.count) == text.tolist()
    used = code.lengths[code.lengths > 0].astype(float)
    assert used.max() <= limit and (2.0**-used).sum() <= 1
    return code


@given(st.lists(st.integers(0, 255), min_size=1, max_size=400))
@settings(max_examples=60, deadline=None)
def test_any_text_comes_back(symbols):
    text = np.array(symbols, dtype=np.uint8)
    code = check(text)
    counts = np.bincount(text, minlength=256)
    assert code.bits(counts) == plain_cost(counts)
    assert code.bits(counts) >= entropy(counts) * text.size - 1e-6


def fibonacci(n: int) -> np.ndarray:
    counts = [1, 1]
    while len(counts) < n:
        counts.append(counts[-1] + counts[-2])
    return np.array(counts)


def test_the_deepest_trees_are_cut_at_the_limit():
    counts = np.zeros(256, dtype=int)
    counts[:20] = fibonacci(20)
    free, short = Huffman.of(counts, 32), Huffman.of(counts, 8)
    assert free.lengths.max() == 19 and free.bits(counts) == plain_cost(counts)
    assert short.lengths.max() == 8 and short.bits(counts) > free.bits(counts)
    text = np.random.default_rng(0).permutation(np.repeat(np.arange(20), counts[:20]))
    check(text.astype(np.uint8), limit=8)
    check(text.astype(np.uint8), limit=32)


def test_limits_are_optimal_on_a_small_alphabet():
    counts = np.array([1, 2, 5, 40])
    best = min(
        sum(c * n for c, n in zip(counts, lengths))
        for lengths in np.ndindex(3, 3, 3, 3)
        if all(lengths) and sum(2.0 ** -np.array(lengths)) <= 1
    )
    assert Huffman.of(counts, 2).bits(counts) == best


@pytest.mark.parametrize("symbols", [[7], [7] * 1000, list(range(256)) * 3, [0, 255] * 500])
def test_extreme_texts_come_back(symbols):
    check(np.array(symbols, dtype=np.uint8))


def test_what_cannot_be_coded_is_refused():
    with pytest.raises(BadValue, match="symbols"):
        Huffman.of(np.zeros(256))
    with pytest.raises(BadValue, match="symbols"):
        Huffman.of(np.ones(256), limit=7)
    with pytest.raises(BadValue, match="no code"):
        Huffman.of(np.array([1, 1, 0])).encode(np.array([2]))


def test_every_bfloat16_pattern_survives_packing():
    bits = np.random.default_rng(1).permutation(np.arange(65536, dtype=np.uint16)).reshape(256, 256)
    packed = pack(bits)
    assert np.array_equal(unpack(packed), bits)
    assert packed.bits > 16 * bits.size  # nothing to gain where all exponents are alike


def test_a_changed_bit_is_not_hidden():
    bits = bf16_bits(np.random.default_rng(2).normal(0, 0.02, 4000).astype(np.float32))
    packed = pack(bits)
    packed.exponents.data[10] ^= 1
    assert not np.array_equal(unpack(packed), bits)


def test_gaussian_weights_shrink_to_about_eleven_bits():
    x = np.random.default_rng(3).normal(0, 0.02, (300, 300)).astype(np.float32)
    bits = bf16_bits(x)
    assert np.array_equal(bf16_bits(bf16_values(bits)), bits)
    found = plane_entropies(bits)
    assert 2.4 < found["exponent"] < 2.7 and found["sign"] > 0.999 and found["mantissa"] > 6.9
    assert 10.4 < pack(bits).bits / bits.size < 11.2
