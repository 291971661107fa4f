"""A checkpoint of two layers, made here: it learned four plain sums by heart and nothing else."""

import string

import pytest
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast

CHARACTERS = string.ascii_letters + string.digits + " .,:;?+\n"


def question(a: int, b: int) -> str:
    return f"What is {a} + {b}? Answer with the number only.\nAnswer:"


def character_tokenizer() -> PreTrainedTokenizerFast:
    vocab = {"<pad>": 0, "<eos>": 1} | {one: i + 2 for i, one in enumerate(CHARACTERS)}
    tokenizer = Tokenizer(models.WordLevel(vocab, unk_token="<pad>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    tokenizer.decoder = decoders.Fuse()
    special = {"pad_token": "<pad>", "eos_token": "<eos>", "unk_token": "<pad>"}
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, **special)


@pytest.fixture(scope="session")
def checkpoint_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("checkpoints") / "adder"
    tokenizer = character_tokenizer()
    torch.manual_seed(0)
    shape = {"n_layer": 2, "n_head": 2, "n_embd": 48, "n_positions": 512}
    still = {"resid_pdrop": 0.0, "embd_pdrop": 0.0, "attn_pdrop": 0.0}
    ends = {"bos_token_id": 1, "eos_token_id": 1, "pad_token_id": 0}
    model = GPT2LMHeadModel(GPT2Config(vocab_size=len(tokenizer), **shape, **ends, **still))
    texts = [f"{question(a, b)} {a + b}\n\n" for a in (1, 2) for b in (1, 2)]
    ids = torch.tensor([tokenizer(text).input_ids for text in texts])
    wanted = ids.masked_fill(torch.arange(ids.shape[1]) < ids.shape[1] - 4, -100)
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.003)
    for _ in range(600):
        optimizer.zero_grad()
        loss = model(ids, labels=wanted).loss
        loss.backward()
        optimizer.step()
        if loss < 0.005:
            break
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
