"""Asking a checkpoint through the lm-evaluation-harness: our task, our lines, nothing from the net.

One call for all prompts: starting the harness costs seconds, one more prompt only its tokens.
`ask` gives greedy replies, `weigh` the likelihood of given choices. A tokenizer with a chat
template is used as a chat.
"""

import json
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from recount.kits.llm_eval.checkpoints import Checkpoint
from recount.kits.llm_eval.prompts import Prompt
from recount.typed import BadValue

TASK = "recount_prompts"
OFFLINE = {name: "1" for name in ("HF_HUB_OFFLINE", "HF_DATASETS_OFFLINE", "TRANSFORMERS_OFFLINE")}


def ask(
    checkpoint: Checkpoint,
    prompts: Sequence[Prompt],
    *,
    device: str = "cpu",
    tokens: int = 64,
    until: Sequence[str] = ("\n\n",),
    batch: int = 16,
) -> list[str]:
    """The reply to each prompt, in order: at most `tokens` tokens, cut before any of `until`."""
    settings = {"until": list(until), "max_gen_toks": tokens, "do_sample": False}
    task = {
        "output_type": "generate_until",
        "generation_kwargs": settings,
        "metric_list": [{"metric": "exact_match", "aggregation": "mean", "higher_is_better": True}],
    }
    return [found[0] for found in responses(checkpoint, prompts, task, device, batch)]


def weigh(
    checkpoint: Checkpoint, prompts: Sequence[Prompt], *, device: str = "cpu", batch: int = 16
) -> list[np.ndarray]:
    """The log-likelihood of each of a prompt's choices as its continuation: (choices,) each."""
    bare = [prompt.template for prompt in prompts if len(prompt.choices) < 2]
    if bare:
        raise BadValue(f"template {bare[0]!r}: a prompt to weigh needs two choices or more")
    task = {
        "output_type": "multiple_choice",
        "doc_to_choice": "choices",
        "target_delimiter": "",
        "metric_list": [{"metric": "acc", "aggregation": "mean", "higher_is_better": True}],
    }
    found = responses(checkpoint, prompts, task, device, batch)
    return [np.array([float(one[0]) for one in choices]) for choices in found]


def responses(
    checkpoint: Checkpoint, prompts: Sequence[Prompt], task: dict[str, Any], device: str, batch: int
) -> list[list[Any]]:
    """What the model gave for each request of each prompt, in the order of the prompts."""
    os.environ.update(OFFLINE)
    from lm_eval.evaluator import simple_evaluate
    from lm_eval.tasks import TaskManager

    model = loaded(checkpoint, device, batch)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_task(folder, prompts, task)
        found = simple_evaluate(
            model=model,
            tasks=[TASK],
            task_manager=TaskManager(include_path=str(folder), include_defaults=False),
            apply_chat_template=bool(model.tokenizer.chat_template),
            bootstrap_iters=0,
            log_samples=True,
        )
    samples = sorted(found["samples"][TASK], key=lambda sample: sample["doc_id"])
    if [sample["doc"]["text"] for sample in samples] != [prompt.text for prompt in prompts]:
        raise RuntimeError("the harness gave back other prompts than it was given")
    return [[request[0] for request in sample["resps"]] for sample in samples]


def loaded(checkpoint: Checkpoint, device: str, batch: int):
    """The harness's model of a local folder: safetensors alone, no remote code."""
    from lm_eval.models.huggingface import HFLM
    from transformers import AutoModelForCausalLM, AutoTokenizer

    local = {"local_files_only": True, "trust_remote_code": False}
    folder = str(checkpoint.folder)
    try:
        model = AutoModelForCausalLM.from_pretrained(
            folder, use_safetensors=True, dtype="auto", **local
        )
        tokenizer = AutoTokenizer.from_pretrained(folder, **local)
    except (OSError, ValueError, KeyError) as error:
        raise BadValue(f"{folder}: transformers cannot load it: {error}") from error
    return HFLM(pretrained=model.to(device).eval(), tokenizer=tokenizer, batch_size=batch)


def write_task(folder: Path, prompts: Sequence[Prompt], task: dict[str, Any]) -> None:
    """prompts.jsonl and the harness's task file."""
    with (folder / "prompts.jsonl").open("w") as lines:
        for one in prompts:
            target = one.choices.index(one.target) if one.choices else one.target
            line = {"text": one.text, "target": target, "choices": list(one.choices)}
            lines.write(json.dumps(line) + "\n")
    common = {
        "task": TASK,
        "dataset_path": "json",
        "dataset_kwargs": {
            "data_files": {"test": str(folder / "prompts.jsonl")},
            "cache_dir": str(folder / "cache"),
        },
        "test_split": "test",
        "doc_to_text": "{{text}}",
        "doc_to_target": "target" if "doc_to_choice" in task else "{{target}}",
    }
    (folder / f"{TASK}.yaml").write_text(yaml.safe_dump(common | task))
