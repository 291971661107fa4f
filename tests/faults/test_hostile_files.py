"""Files that our code reads, replaced by what could run, burst or mislead: refused by name."""

import io
import json
import os
import pickle
import shutil
import struct
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch
from fault_table import row

from recount import files, layout, registry, stages
from recount.kits.llm_eval import checkpoints
from recount.nn import checkpoint
from recount.typed import BadValue


class Touch:
    """Unpickled, it makes a file called PWNED."""

    def __reduce__(self):
        return os.system, ("touch PWNED",)


def written(call) -> bytes:
    stream = io.BytesIO()
    call(stream)
    return stream.getvalue()


def archive(name: str, content: bytes, kind: int = zipfile.ZIP_STORED) -> bytes:
    def put(stream):
        with zipfile.ZipFile(stream, "w", kind) as opened:
            opened.writestr(name, content)

    return written(put)


def header(text: str) -> bytes:
    """An .npy whose header is this text."""
    encoded = text.encode().ljust(117) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(encoded)) + encoded


def tensors(facts: object, body: bytes = b"") -> bytes:
    text = facts if isinstance(facts, bytes) else json.dumps(facts).encode()
    return struct.pack("<Q", len(text)) + text + body


def extension() -> bytes:
    """A table whose column names a type of its own, as old readers would unpickle it."""
    kept = {
        b"ARROW:extension:name": b"arrow.py_extension_type",
        b"ARROW:extension:metadata": pickle.dumps(Touch()),
    }
    field = pa.field("arm", pa.string(), metadata=kept)
    table = pa.table([pa.array(["a"])], schema=pa.schema([field]))
    return written(lambda stream: pq.write_table(table, stream))


OBJECT = written(lambda s: np.save(s, np.array([Touch()], dtype=object), allow_pickle=True))
LYING = header("{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000,), }")
ANYWHERE = {
    "pickle": pickle.dumps(Touch()),
    "torch": written(lambda stream: torch.save(Touch(), stream)),
    "npy": OBJECT,
    "empty": b"",
    "zeros": bytes(4096),
    "html": b"<script>alert(1)</script>",
    "link": b"#!/bin/sh\ntouch PWNED\n",
}
PAYLOADS = {
    "npz": ANYWHERE
    | {
        "object": archive("a.npy", OBJECT),
        "lying": archive("a.npy", LYING),
        "bomb": archive("a.npy", bytes(1 << 24), zipfile.ZIP_DEFLATED),
        "code": archive("a.npy", header("__import__('os').system('touch PWNED')")),
        "negative": archive("a.npy", header("{'descr':'<f8','fortran_order':False,'shape':(-1,)}")),
        "text": archive("a.npy", b"no array"),
        "cut": archive("a.npy", LYING)[:60],
    },
    "safetensors": ANYWHERE
    | {
        "huge": struct.pack("<Q", 1 << 62) + b"{}",
        "deep": tensors(b"[" * 100_000),
        "beyond": tensors({"a": {"dtype": "F32", "shape": [9], "data_offsets": [0, 36]}}),
        "overlap": tensors(
            {n: {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]} for n in "ab"}, bytes(4)
        ),
        "shape": tensors(
            {"a": {"dtype": "F32", "shape": [1 << 40, 1 << 40], "data_offsets": [0, 4]}}, bytes(4)
        ),
        "dtype": tensors({"a": {"dtype": "PKL", "shape": [1], "data_offsets": [0, 4]}}, bytes(4)),
    },
    "parquet": ANYWHERE
    | {
        "magic": b"PAR1" + bytes(64) + struct.pack("<I", 1 << 30) + b"PAR1",
        "short": b"PAR1PAR1",
    },
    "json": {name: one for name, one in ANYWHERE.items() if name != "zeros"}
    | {
        "deep": b"[" * 200_000,
        "objects": b'{"a":' * 100_000,
        "digits": b"9" * 100_000,
        "bytes": b"\xff\xfe\x00",
        "two": b"{}{}",
        "large": b" " * ((64 << 20) + 1) + b"{}",
    },
}
READERS = {
    "npz": files.read_arrays,
    "safetensors": files.read_tensors,
    "parquet": files.read_table,
    "json": files.read_json,
}
CASES = [(kind, name) for kind, found in PAYLOADS.items() for name in found]


@pytest.mark.parametrize(("kind", "name"), CASES)
def test_a_file_that_is_something_else_is_refused_by_name(tmp_path, monkeypatch, kind, name):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / f"file.{kind}"
    path.write_bytes(PAYLOADS[kind][name])
    with pytest.raises(BadValue, match=f"file.{kind}"):
        READERS[kind](path)
    assert list(tmp_path.iterdir()) == [path]
    row("Pickle, torch, npy, safetensors, parquet or JSON payload: refused, nothing runs", 1, 1)


def test_readers_name_a_file_that_is_missing(tmp_path):
    for kind, reader in READERS.items():
        if kind != "safetensors":
            with pytest.raises(BadValue, match=f"absent.{kind}: missing"):
                reader(tmp_path / f"absent.{kind}")


def test_a_column_s_own_type_runs_nothing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "rows.parquet"
    path.write_bytes(extension())
    assert list(files.read_table(path).arm) == ["a"]
    assert list(tmp_path.iterdir()) == [path]


def test_a_table_that_would_burst_the_memory_is_refused_unread(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "MOST_ROWS", 1000)
    path = tmp_path / "rows.parquet"
    pd.DataFrame({"a": np.zeros(1001)}).to_parquet(path)
    with pytest.raises(BadValue, match="1001 rows"):
        files.read_table(path)
    wide = tmp_path / "wide.parquet"
    pd.DataFrame({f"c{n}": [0] for n in range(300)}).to_parquet(wide)
    with pytest.raises(BadValue, match="300 columns"):
        files.read_table(wide)


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """The results of a small trained paper, all stages done."""
    import trained_toy

    root = tmp_path_factory.mktemp("finished")
    shutil.copy(Path(__file__).parents[2] / "requirements.lock", root)
    trained_toy.plant(root, "slow")
    paper = registry.load(root).papers["slow"]
    run_stages(paper, root)
    return root


def run_stages(paper, root: Path, scale: str = "smoke") -> None:
    place = layout.of(paper, scale, root / "results")
    stages.generate(paper, scale, place.data, place.data_manifest)
    for arm in paper.arms:
        stages.train(paper, scale, arm, place.data, place.run(arm))
        stages.evaluate(paper, scale, arm, place.data, place.run(arm), place.metrics(arm))
    stages.judge(paper, "main", scale, root / "results", place.judgement("main"))


def forged(manifest: Path, spoilt: Path) -> None:
    """The manifest says that these bytes are right: whoever swaps a file can do that, too."""
    state = json.loads(manifest.read_text())
    state["files"][spoilt.name] = files.sha256(spoilt)
    manifest.write_text(json.dumps(state))


@pytest.mark.parametrize("forge", [False, True], ids=["swapped", "forged"])
@pytest.mark.parametrize("what", ["data.npz", "model.safetensors", "metrics.parquet"])
def test_a_stage_refuses_a_payload_also_where_the_manifest_is_forged(
    finished, tmp_path, monkeypatch, what, forge
):
    root = tmp_path / "root"
    shutil.copytree(finished, root)
    monkeypatch.chdir(root)
    paper = registry.load(root).papers["slow"]
    place = layout.of(paper, "smoke", root / "results")
    run = place.run("treated")
    path = {"data.npz": place.data, "metrics.parquet": place.metrics("treated")}.get(
        what, run.with_name("model.safetensors")
    )
    elsewhere = layout.of(paper, "smoke", root / "elsewhere").metrics("treated")
    manifest = {"data.npz": place.data_manifest, "metrics.parquet": place.evaluated("treated")}
    for name, payload in PAYLOADS[path.suffix[1:]].items():
        path.write_bytes(payload)
        if forge:
            forged(manifest.get(what, run), path)
        with pytest.raises(BadValue, match=what):
            if what == "metrics.parquet":
                stages.judge(paper, "main", "smoke", root / "results", root / "out.json")
            else:
                stages.evaluate(paper, "smoke", "treated", place.data, run, elsewhere)
        assert not (root / "out.json").exists(), name
        assert not elsewhere.exists(), name
        assert not list(root.rglob("PWNED")), name


@pytest.mark.parametrize("name", PAYLOADS["safetensors"])
def test_a_payload_in_a_checkpoint_is_passed_over(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    checkpoint.save(tmp_path, 1, "who", {"a": torch.ones(2)})
    payload = PAYLOADS["safetensors"][name]
    checkpoint.write(tmp_path / "2.safetensors", payload)
    facts = {"step": 2, "identity": "who", "sha256": checkpoint.digest(payload)}
    (tmp_path / "2.json").write_text(json.dumps(facts))
    (tmp_path / "3.json").write_text("[" * 200_000)
    (tmp_path / "4.json").write_text('{"step": [], "identity": "who"}')
    step, found = checkpoint.latest(tmp_path, "who")
    assert step == 1 and found["a"].tolist() == [1, 1]
    assert not list(tmp_path.rglob("PWNED"))


FOLDERS = {
    "pytorch_model.bin": pickle.dumps(Touch()),
    "model.PT": pickle.dumps(Touch()),
    "weights/deep/model.ckpt": pickle.dumps(Touch()),
    "state.pkl": pickle.dumps(Touch()),
    "modeling_evil.py": b"open('PWNED', 'w')",
    "Modeling.PY": b"open('PWNED', 'w')",
    "native.so": b"\x7fELF",
    "config.json": b'{"auto_map": {"AutoModel": "evil.Model"}}',
    "tokenizer_config.json": b'{"auto_map": {"AutoTokenizer": "evil.Tokenizer"}}',
    "processor_config.json": b'{"auto_map": {"AutoProcessor": "evil.Processor"}}',
    "adapter_config.json": b"[" * 200_000,
    "generation_config.json": b"[]",
}


@pytest.mark.parametrize("name", FOLDERS)
def test_a_checkpoint_folder_that_could_run_code_is_refused(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    (folder / "model.safetensors").write_bytes(tensors({}))
    assert checkpoints.accepted(folder).folder == folder
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(FOLDERS[name])
    with pytest.raises(BadValue, match=Path(name).name):
        checkpoints.accepted(folder)
    assert not list(tmp_path.rglob("PWNED"))
