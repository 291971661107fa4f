"""The Hugging Face Trainer on a GPT-2 configuration of the same size, as a baseline."""

import logging
import tempfile
import warnings

import torch
from transformers import GPT2Config, GPT2LMHeadModel, Trainer, TrainerCallback, TrainingArguments


class Pausing(TrainerCallback):
    """Lets the others have their turn after every step."""

    def __init__(self, pause):
        self.pause = pause

    def on_step_end(self, args, state, control, **more):
        self.pause()


def loop(case, lines: torch.Tensor, dropout: float):
    """A loop for `timing.Steps`: trains on lines (N, T) until it is ended."""

    def train(pause):
        logging.getLogger("transformers").setLevel(logging.ERROR)
        config = GPT2Config(
            vocab_size=case.vocab,
            n_positions=case.length,
            n_embd=case.width,
            n_layer=case.layers,
            n_head=case.heads,
            attn_pdrop=dropout,
            embd_pdrop=dropout,
            resid_pdrop=dropout,
            bos_token_id=0,
            eos_token_id=0,
        )
        rows = [{"input_ids": line, "labels": line} for line in lines]
        with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            arguments = TrainingArguments(
                output_dir=folder,
                max_steps=1_000_000,
                per_device_train_batch_size=case.batch,
                learning_rate=0.001,
                lr_scheduler_type="cosine",
                weight_decay=0.1,
                max_grad_norm=1.0,
                use_cpu=True,
                report_to=[],
                save_strategy="no",
                disable_tqdm=True,
                dataloader_pin_memory=False,
            )
            Trainer(
                model=GPT2LMHeadModel(config),
                args=arguments,
                train_dataset=rows,
                callbacks=[Pausing(pause)],
            ).train()

    return train
