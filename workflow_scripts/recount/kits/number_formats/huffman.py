"""Length-limited canonical Huffman codes over small alphabets, and their parallel decoding.

Lengths come from package-merge (Larmore and Hirschberg 1990), optimal under the limit. A stream is
cut into chunks of 64 bits; `gaps` says where in its chunk the first whole code begins, so that all
chunks decode at once, as DFloat11's threads do (Zhang et al. 2025, arXiv 2504.11651).
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from recount.typed import BadValue

CHUNK = 64
WINDOW = 32


def entropy(counts) -> float:
    """Shannon entropy in bits of a symbol drawn by its counts."""
    counts = np.asarray(counts, dtype=np.float64)
    share = counts[counts > 0] / counts.sum()
    return float(-(share * np.log2(share)).sum())


@dataclass(frozen=True)
class Stream:
    """`data` packed bits, `gaps` one entry per chunk of 64 bits, `count` how many symbols."""

    data: np.ndarray
    gaps: np.ndarray
    count: int


@dataclass(frozen=True, eq=False)
class Huffman:
    """`lengths[symbol]` in bits, 0 for a symbol that never occurs; the codes are canonical."""

    lengths: np.ndarray

    @classmethod
    def of(cls, counts, limit: int = WINDOW) -> "Huffman":
        """The shortest code for these counts with no code longer than `limit` (at most 32) bits."""
        counts = np.asarray(counts)
        used = np.flatnonzero(counts)
        if not 1 <= limit <= WINDOW or used.size == 0 or used.size > 2**limit:
            raise BadValue(
                f"{used.size} symbols, {limit} bits: need 1 to 2**limit, limit <= {WINDOW}"
            )
        lengths = np.zeros(counts.size, dtype=np.uint8)
        lengths[used] = _package_merge([int(c) for c in counts[used]], limit)
        return cls(lengths)

    @cached_property
    def _ranked(self) -> tuple[np.ndarray, np.ndarray]:
        """Symbols by (length, symbol), and their codes aligned to the left of 32 bits."""
        used = np.flatnonzero(self.lengths)
        symbols = used[np.argsort(self.lengths[used], kind="stable")]
        shares = np.uint64(1) << (WINDOW - self.lengths[symbols]).astype(np.uint64)
        firsts = np.concatenate([[0], np.cumsum(shares)[:-1]]).astype(np.uint64)
        return symbols, firsts

    def bits(self, counts) -> int:
        """Length in bits of a text with these counts."""
        return int((np.asarray(counts, dtype=np.int64) * self.lengths).sum())

    def encode(self, text: np.ndarray) -> Stream:
        symbols, firsts = self._ranked
        codes = np.zeros(self.lengths.size, dtype=np.uint64)
        codes[symbols] = firsts
        lengths = self.lengths[text].astype(np.int64)
        if text.size and lengths.min() == 0:
            raise BadValue("a symbol to encode has no code; count it before building the code")
        starts = np.cumsum(lengths) - lengths
        total = int(lengths.sum())
        stream = np.zeros(-(-total // CHUNK) * CHUNK, dtype=np.uint8)
        left = codes[text]
        for bit in range(int(lengths.max(initial=0))):
            inside = lengths > bit
            stream[starts[inside] + bit] = (
                left[inside] >> np.uint64(WINDOW - 1 - bit)
            ) & np.uint64(1)
        chunks = np.arange(stream.size // CHUNK) * CHUNK
        first = np.searchsorted(starts, chunks)
        begins = np.append(starts, total)[first]
        gaps = np.minimum(begins - chunks, CHUNK).astype(np.uint8)
        return Stream(np.packbits(stream), gaps, int(text.size))

    def decode(self, stream: Stream) -> np.ndarray:
        """All chunks side by side, one code of each per round; returns the symbols in order."""
        symbols, firsts = self._ranked
        padded = np.concatenate([stream.data, np.zeros(5, np.uint8)]).astype(np.uint64)
        words = np.zeros(stream.data.size + 1, dtype=np.uint64)
        for byte in range(5):
            words = (words << np.uint64(8)) | padded[byte : byte + words.size]
        ends = (np.arange(stream.gaps.size) + 1) * CHUNK
        place = ends - CHUNK + stream.gaps
        rounds = []
        while (active := place < ends).any():
            at = np.minimum(place, ends)
            shift = (WINDOW // 4 - (at & 7)).astype(np.uint64)
            window = (words[at >> 3] >> shift) & np.uint64(0xFFFFFFFF)
            found = symbols[np.searchsorted(firsts, window, side="right") - 1]
            rounds.append(np.where(active, found, -1))
            place = np.where(active, place + self.lengths[found], place)
        if not rounds:
            return np.zeros(0, dtype=np.uint8)
        text = np.stack(rounds, axis=1).ravel()
        return text[text >= 0][: stream.count].astype(np.uint8)


def _package_merge(weights: list[int], limit: int) -> np.ndarray:
    """Code lengths of minimal total weight, none above `limit`; one symbol alone gets length 1."""
    if len(weights) == 1:
        return np.ones(1, dtype=np.uint8)
    leaves = sorted((weight, (index,)) for index, weight in enumerate(weights))
    row = leaves
    for _ in range(limit - 1):
        pairs = [
            (row[i][0] + row[i + 1][0], row[i][1] + row[i + 1][1])
            for i in range(0, len(row) - 1, 2)
        ]
        row = sorted(leaves + pairs, key=lambda item: item[0])
    lengths = np.zeros(len(weights), dtype=np.uint8)
    for _, members in row[: 2 * len(weights) - 2]:
        np.add.at(lengths, list(members), 1)
    return lengths
