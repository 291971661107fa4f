"""A frozen text function of short prompts, an associative memory, and regular expressions between.

The memory holds texts under texts. One cycle fetches the instruction that `op` names, puts the text
stored under the current place into it, asks the text function, and performs the assignments that a
regular expression finds in the answer; `place+1` and `place-1` are the only sums. The 15 states of
the universal machine are 15 instructions, data in the memory. The text function stands in for the
language model and knows nothing of the machine: it reads "if a is b then x else y" and says x or y.
A plain interpreter of the machine runs beside it. Arms bound the memory, or empty it every cycle.
"""

import re
from typing import Literal

from recount.kits.exact_math import Exact, fact, turing
from recount.typed import typed

CHOICE = re.compile(r"^if (\w*) is (\w*) then (.*) else (.*)$")
ASSIGNMENT = re.compile(r'(@?\w+)="([^"]*)"')
SUM = re.compile(r"^place([+-])1$")
TABLES = {"universal": turing.U15_2, "beaver": turing.BEAVER_4}


@typed()
class Arm:
    machine: Literal["universal", "beaver"]
    memory: Literal["unbounded", "bounded", "emptied"]


@typed()
class Size:
    tapes: int
    cells: int
    steps: int
    bound: int


def cases(run):
    return [{"tape": number} for number in range(run.size.tapes)]


def answered(prompt):
    """The text function: no state, no memory, the same answer to the same prompt."""
    left, right, yes, no = CHOICE.match(prompt).groups()
    return yes if left == right else no


def instructions(table):
    """{state: instruction}: one conditional on the symbol stored under the place."""
    rules, made = turing.rules_of(table), {}
    for state in sorted({state for state, _ in rules}):
        parts = []
        for symbol in (1, 0):
            write, move, after = rules.get((state, symbol), (symbol, 0, "halt"))
            step = f'place="place{"+" if move > 0 else "-"}1" ' if move else ""
            parts.append(f'@place="{write}" {step}op="{after}"')
        made[state] = f"if [@place] is 1 then {parts[0]} else {parts[1]}"
    return made


class Memory:
    """Texts under texts, read and written by name; `@place` is what stands under the place."""

    def __init__(self, tape, bound=None):
        self.bound = bound
        self.texts = {"place": "0", "op": "A"}
        self.texts |= {str(place): str(symbol) for place, symbol in tape.items()}

    def name(self, text):
        place = int(self.texts["place"])
        cell = str(place if self.bound is None else place % self.bound)
        return cell if text == "@place" else text

    def read(self, text):
        return self.texts.get(self.name(text), "0")

    def assign(self, text, value):
        if found := SUM.match(value):
            value = str(int(self.texts["place"]) + (1 if found[1] == "+" else -1))
        self.texts[self.name(text)] = value


def tape_of(run, case):
    if run.arm.machine == "beaver":
        return {}
    symbols = run.rng("tape", step=case["tape"]).integers(2, size=2 * run.size.cells)
    return {place - run.size.cells: int(symbol) for place, symbol in enumerate(symbols)}


def find(run, case):
    """The run of the text computer: state, head and symbol at every step, and the last tape."""
    bound = run.size.bound if run.arm.memory == "bounded" else None
    memory, made = Memory(tape_of(run, case), bound), instructions(TABLES[run.arm.machine])
    prompts, trace = [], []
    while memory.read("op") != "halt" and len(trace) < run.size.steps:
        op, symbol = memory.read("op"), memory.read("@place")
        trace.append((ord(op), int(memory.read("place")), int(symbol)))
        prompts.append(made[op].replace("[@place]", symbol))
        for name, value in ASSIGNMENT.findall(answered(prompts[-1])):
            memory.assign(name, value)
        if run.arm.memory == "emptied":
            memory.texts = {"place": "0", "op": memory.read("op")}
    names = (
        name for name, text in memory.texts.items() if text == "1" and name.strip("-").isdigit()
    )
    return {"trace": trace, "ones": sorted(map(int, names)), "prompts": prompts}


def machine(run, case):
    rules, steps = turing.rules_of(TABLES[run.arm.machine]), run.size.steps
    passed = list(turing.run(rules, tape_of(run, case), steps=steps))
    trace = [(ord(state), head, int(head in ones)) for state, head, ones in passed]
    halted = len(passed) <= steps and (passed[-1][0], trace[-1][2]) not in rules
    return {"trace": trace if halted else trace[:steps], "ones": sorted(passed[-1][2])}


def facts(run, case, found):
    right, prompts = machine(run, case), found["prompts"]
    same = all(found[name] == right[name] for name in right)
    if run.arm.memory == "unbounded":
        yield fact("step_for_step", same, len(right["trace"]))
        yield fact("cells_used", len({place for _, place, _ in right["trace"]}))
        yield fact("steps", len(right["trace"]))
        yield fact("prompts", len(set(prompts)), len(prompts))
        states = len(instructions(TABLES[run.arm.machine]))
        yield fact("prompts_are_bounded", len(set(prompts)) <= 2 * states, len(prompts))
        yield fact("longest_prompt", max(map(len, prompts)))
    else:
        yield fact("goes_wrong", not same, len(right["trace"]))
    if run.arm.memory == "emptied":
        yield fact("repeats", len(set(prompts)) < len(prompts) and periodic(prompts), len(prompts))


def periodic(prompts):
    """Whether the run goes round from the first prompt that comes again, as an automaton must."""
    first = {}
    for step, prompt in enumerate(prompts):
        if prompt in first:
            return prompts[first[prompt] : -(step - first[prompt])] == prompts[step:]
        first[prompt] = step
    return False


experiment = Exact(arm=Arm, size=Size, cases=cases, find=find, facts=facts)
