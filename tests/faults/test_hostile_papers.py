"""Hostile paper.yaml files: all refused, none with an effect.

The message begins with the file and names the field. Nothing called PWNED is ever made.
"""

import json
import os
import re

import hostile_trees as trees
import payloads
import pytest
from fault_table import row
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recount import registry
from recount.declaration import strict_yaml
from recount.typed import BadValue

REFUSED = "Hostile paper.yaml: refused, file and field named, nothing made"
FILE = re.compile(r"^papers/arithmetic/spoilt/paper\.yaml(:\d+)?: ", re.MULTILINE)


def refused(tree, text, field: str = "") -> str:
    """The refusal of a spoilt paper, which must be printable and name file and field."""
    tree.write(text)
    message = tree.load()
    assert message is not None, f"accepted: {text!r:.300}"
    assert FILE.search(message) and field in message, (field, message)
    assert all(one.isprintable() or one == "\n" for one in message), repr(message)
    return message


def share(payloads_, places, times):
    """Each payload in some of the places, or in all of them; each place is met in any case."""
    step = times(4, 1)
    for number, payload in enumerate(payloads_):
        for place, path in enumerate(places):
            if (number + place) % step == 0:
                yield payload, path


def dotted(path) -> str:
    return ".".join(map(str, path))


@pytest.mark.parametrize("kind", ["SHELL", "LOOKALIKES"])
def test_hostile_names_are_refused_wherever_a_name_stands(tree, times, kind):
    tried = 0
    for payload, path in share(getattr(payloads, kind), trees.KEYS, times):
        refused(tree, trees.with_key(path, payload), dotted(path))
        tried += 1
    for payload, path in share(getattr(payloads, kind), trees.NAMES, times):
        refused(tree, trees.with_value(path, trees.quoted(payload)), dotted(path[:-1]))
        tried += 1
    row(REFUSED, tried, tried, "names")
    assert tried >= 150 and tree.untouched()


def test_expressions_that_reach_for_more_than_numbers_are_refused(tree):
    for payload in payloads.ESCAPES:
        for path in trees.EXPRESSIONS:
            refused(tree, trees.with_value(path, trees.quoted(payload)), dotted(path[:2]))
    tried = len(payloads.ESCAPES) * len(trees.EXPRESSIONS)
    row(REFUSED, tried, tried, "expressions")
    assert len(payloads.ESCAPES) >= 30 and tree.untouched()


def test_yaml_that_is_more_than_it_looks_like_is_refused(tree, times):
    cases = list(share(payloads.RAW, trees.NAMES + trees.VALUES, times))
    for payload, path in cases:
        refused(tree, trees.with_value(path, payload))
    row(REFUSED, len(cases), len(cases), "tags, aliases, numbers and constants")
    assert tree.untouched()


@pytest.mark.parametrize("content", payloads.WHOLE, ids=lambda one: repr(one[:20]))
def test_files_that_are_no_paper_are_refused_at_once(tree, content):
    refused(tree, content)
    assert tree.untouched()


ABSURD = [
    (("scales", "laptop", "seeds"), 33),
    (("scales", "laptop", "seeds"), 10**9),
    (("scales", "laptop", "seeds"), -1),
    (("scales", "laptop", "minutes"), 2881),
    (("scales", "laptop", "shards"), 10**6),
    (("scales", "laptop", "size"), {"steps": 10**13}),
    (("scales", "laptop", "size"), {"steps": -(10**13)}),
    (("scales", "laptop", "size"), {"steps": [1] * 257}),
    (("scales", "laptop", "size"), {"steps": [[1] * 250] * 5}),
    (("scales", "laptop", "size"), {"text": "x" * 201}),
    (("scales", "laptop", "size"), {f"k{n}": 1 for n in range(1001)}),
    (("arms",), {f"arm_{n}": {"positions": "coupled"} for n in range(13)}),
    (("arms", "coupled"), {"positions": "x" * 201}),
    (("arms", "coupled"), {"width": 10**15}),
    (("metrics",), {f"m{n}": {"range": [0, 1]} for n in range(65)}),
    (("needs",), [f"p{n}" for n in range(13)]),
    (("authors",), ["A"] * 2),
    (("authors",), [f"Author {n}" for n in range(401)]),
    (("authors",), ["x" * 81]),
    (("title",), "x" * 301),
    (("limits",), "x" * 501),
    (("claims", "main", "statement"), "x" * 801),
    (("claims", "main", "quantities", "coupled", "level"), 10**19),
    (("tuning", "coupled"), 10**6),
    (("version",), 10**6),
    (("year",), 10**6),
    (("url",), "https://" + "x" * 300),
    (("url",), "javascript:alert(1)"),
    (("url",), "https://x.org/\u202etxt"),
    (("url",), "https://\u0435xample.org/"),
    (("url",), 'https://x.org/"onmouseover="alert(1)'),
    (("code",), "../up"),
    (("code",), "-o/x"),
    (("code",), "owner/na\u043ce"),
    (("code",), "file:///etc/passwd"),
    (("doi",), "10.1/\u202e"),
    (("arxiv",), "\uff12\uff14\uff10\uff15.20671"),
    (("title",), "Attenti\u043en is all you need"),
    (("title",), "\u0391ttention is all you need"),
    (("title",), "Attention\u202e is all you need"),
    (("title",), "Attention\u3164is all you need"),
    (("title",), "Attention" + "\u0301" * 9),
    (("authors",), ["Ada\u200b Lovelace"]),
    (("authors",), ["Ada Love\u0430ce"]),
    (("limits",), "An honest sentence with \U000e0041\U000e0042 nothing to see."),
    (("claims", "main", "statement"), "A claim that ends\u2028 in a line of its own."),
]


@pytest.mark.parametrize(("path", "value"), ABSURD, ids=lambda one: repr(one)[:50])
def test_absurd_sizes_and_disguised_texts_are_refused(tree, path, value):
    refused(tree, trees.with_value(path, trees.quoted(value)), str(path[0]))
    assert tree.untouched()


@pytest.mark.parametrize(
    "title",
    [
        "\u03b2-VAE, \u03b1-entmax and the \u2113\u2081 norm",
        "Erd\u0151s, N\u0153ther, \u010cech: na\u00efve caf\u00e9s",
        "\u0418\u0432\u0430\u043d \u0418\u0432\u0430\u043d\u043e\u0432",
        "\u6df1\u5ea6\u5b66\u4e60 and deep learning",
        "Nguye\u0302\u0303n writes accents one by one",
    ],
)
def test_honest_texts_of_all_languages_are_read(tree, title):
    tree.write(trees.with_value(("title",), trees.quoted(title)))
    assert tree.load() is None
    tree.write(trees.with_value(("title",), json.dumps(title, ensure_ascii=False)))
    assert tree.load() is None


def test_a_claim_cannot_overwrite_the_data_nor_take_another_paper_s_rule(tree):
    claim = json.dumps(trees.good()["claims"]["main"])
    tree.write(trees.with_value(("claims",), f'{{"main": {claim}, "data": {claim}}}'))
    assert "claims.data: would overwrite" in tree.load()
    tree.write(trees.with_value(("claims",), f'{{"main": {claim}, "nope": {claim}}}'))
    assert tree.load() is None
    tree.add("coding", "spoilt_nope")
    assert "its rule claim_spoilt_nope is that of the paper" in tree.load()


PLACES = {
    "paper": lambda tree: tree.folder,
    "file": lambda tree: tree.folder / "paper.yaml",
    "code": lambda tree: tree.folder / "experiment.py",
    "lab": lambda tree: tree.root / "papers" / "coding",
    "evidence": lambda tree: tree.folder / "evidence",
    "record": lambda tree: tree.folder / "evidence" / "laptop.json",
    "hidden": lambda tree: tree.folder / ".hidden",
    "plan": lambda tree: tree.root / "papers" / "planned.yaml",
}


@pytest.mark.parametrize("place", PLACES)
def test_symbolic_links_and_pipes_are_refused(tree, tmp_path_factory, place):
    outside = tmp_path_factory.mktemp("outside") / "there"
    path = PLACES[place](tree)
    path.parent.mkdir(exist_ok=True)
    if path.exists():
        path.rename(outside)
    path.symlink_to(outside if outside.exists() else "/etc")
    message = tree.load()
    assert message and str(path.relative_to(tree.root)).split("/laptop")[0] in message
    path.unlink()
    if place in ("file", "code", "evidence", "record", "plan"):
        os.mkfifo(path)
        message = tree.load()
        assert message


def test_folders_with_hostile_names_are_refused(tree):
    tried = 0
    for payload in (*payloads.SHELL, *payloads.LOOKALIKES):
        if not payload or "/" in payload or "\0" in payload or payload in ("..", "."):
            continue
        if len(payload.encode()) > 255 or payload[0] in "._":
            continue
        for lab, slug in (("arithmetic", payload), (payload, "spoilt")):
            folder = tree.add(lab, slug)
            message = tree.load()
            assert message, payload
            assert all(one.isprintable() or one == "\n" for one in message), payload
            for path in folder.iterdir():
                path.unlink()
            folder.rmdir()
            if lab == payload:
                folder.parent.rmdir()
            tried += 1
    assert tree.load() is None
    assert tried >= 80


def test_a_compiled_copy_is_never_run_in_place_of_the_file(tree):
    import importlib._bootstrap_external as machinery

    from recount.experiment import load

    source = tree.folder / "experiment.py"
    evil = compile("open('PWNED', 'w'); from experiment_of_another import *", "x", "exec")
    stamp = source.stat()
    content = machinery._code_to_timestamp_pyc(evil, int(stamp.st_mtime), stamp.st_size)
    cache = tree.folder / "__pycache__" / "experiment.cpython-311.pyc"
    cache.parent.mkdir()
    cache.write_bytes(content)
    assert load(tree.folder).arm.__name__ == "Arm"
    assert tree.untouched() and cache.read_bytes() == content


SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=30),
    st.sampled_from([*payloads.SHELL[:20], *payloads.LOOKALIKES]),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


def paths(value, path=()):
    """Every place in a value."""
    yield path
    if isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield from paths(value[key], (*path, key))


ALL = [path for path in paths(trees.good()) if path]


def read(text: str | bytes) -> None:
    """Either a paper, or a BadValue with file and line; never another exception."""
    try:
        text = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
        registry.paper_from(strict_yaml.parse(text, "paper.yaml"), trees.Path("papers/coding/x"))
    except BadValue as error:
        assert re.match(r"paper\.yaml:\d+: ", str(error)), error


CALM = dict(deadline=None, database=None, suppress_health_check=list(HealthCheck))


def test_any_value_at_any_place_is_read_or_refused(times):
    @settings(max_examples=times(400, 5000), derandomize=True, **CALM)
    @given(st.sampled_from(ALL), VALUES)
    def tried(path, value):
        read(trees.with_value(path, trees.quoted(value)))

    tried()


def test_any_text_is_read_or_refused(times):
    text = json.dumps(trees.good(), indent=1)

    @settings(max_examples=times(400, 5000), derandomize=True, **CALM)
    @given(st.integers(0, len(text)), st.integers(0, 40), st.text(max_size=20) | st.binary())
    def tried(start, length, put):
        middle = put if isinstance(put, str) else put.decode("latin-1")
        read(text[:start] + middle + text[start + length :])

    tried()
