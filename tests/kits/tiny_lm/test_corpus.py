import numpy as np
import pytest

from recount.kits.tiny_lm import corpus
from recount.typed import BadValue

TEXTS = {f"file{i}": (bytes([97 + i % 4]) * 40 + b"\n") * (i + 1) for i in range(40)}


def spelled(data, ids):
    """Tokens back to bytes; the shared rare token becomes a question mark."""
    table = np.concatenate([[ord("?")], data["alphabet"]]).astype(np.uint8)
    return table[ids].tobytes()


@pytest.mark.parametrize("kind", ["source", "manual"])
def test_the_local_corpora_hold_enough_text_for_long_lines(kind):
    data = corpus.arrays(corpus.documents(kind))
    assert len(data["train_ids"]) > 200_000 and len(data["held_out_ids"]) > 40_000
    assert corpus.vocabulary(data) < 128
    rare = np.mean(data["held_out_ids"] == corpus.OTHER)
    assert rare < 0.001
    if kind == "source":
        assert len(data["train_ids"]) > 2_000_000
        assert np.diff(data["held_out_starts"]).max() > 32 * 1024


def test_tokens_spell_the_text_and_documents_keep_to_one_part():
    data = corpus.arrays(TEXTS)
    kept = []
    for part in corpus.PARTS:
        starts = data[f"{part}_starts"]
        assert starts[-1] == len(data[f"{part}_ids"])
        for first, last in zip(starts, starts[1:]):
            kept.append(spelled(data, data[f"{part}_ids"][first:last]))
    assert sorted(kept) == sorted(TEXTS.values())
    assert len(data["held_out_starts"]) > 1


def test_a_document_s_part_depends_on_its_name_alone():
    fewer = {name: text for name, text in TEXTS.items() if name != "file3"}
    whole, part = corpus.arrays(TEXTS), corpus.arrays(fewer)
    lost = len(whole["train_ids"]) - len(part["train_ids"])
    lost += len(whole["held_out_ids"]) - len(part["held_out_ids"])
    assert lost == len(TEXTS["file3"])
    assert min(len(part["train_ids"]), len(part["held_out_ids"])) > 0


def test_the_digest_follows_names_and_texts():
    found = {corpus.digest(TEXTS), corpus.digest(TEXTS | {"file0": b"else"})}
    found.add(
        corpus.digest({"other": TEXTS["file0"]} | {n: t for n, t in TEXTS.items() if n[4:] != "0"})
    )
    assert len(found) == 3
    data = corpus.arrays(TEXTS)
    assert corpus.digest_number(data) == int.from_bytes(corpus.digest(TEXTS)[:6])


def test_rare_bytes_share_one_token():
    data = corpus.arrays(TEXTS | {f"odd{i}": b"\xff" * 2 for i in range(3)})
    assert 0xFF not in data["alphabet"]
    ids = np.concatenate([data["train_ids"], data["held_out_ids"]])
    assert np.sum(ids == corpus.OTHER) == 6


def test_windows_stay_inside_one_document_and_reach_every_place():
    data = corpus.arrays(TEXTS)
    drawn = corpus.windows(data, "held_out", np.random.default_rng(0), 4000, 41)
    pieces = {spelled(data, one) for one in drawn}
    starts = data["held_out_starts"]
    ids = data["held_out_ids"]
    wanted = {
        spelled(data, ids[at : at + 41])
        for first, last in zip(starts, starts[1:])
        for at in range(first, last - 40)
    }
    assert pieces == wanted


def test_windows_too_long_for_any_document_are_refused():
    with pytest.raises(BadValue, match="100000 tokens"):
        corpus.windows(corpus.arrays(TEXTS), "train", np.random.default_rng(0), 1, 100_000)


def test_faults_are_named(monkeypatch):
    with pytest.raises(BadValue, match="known: source, manual"):
        corpus.documents("news")
    monkeypatch.setattr(corpus, "MODULES", ("no_such_module",))
    with pytest.raises(BadValue, match="no_such_module.py"):
        corpus.documents("source")
    with pytest.raises(BadValue, match="part empty"):
        corpus.arrays({"one": b"text"})
