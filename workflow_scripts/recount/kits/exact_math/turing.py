"""Turing machines of two symbols: a table as text, and a plain interpreter.

A table has two entries for each state A, B, C, ...: what to do on 0 and on 1, as written symbol,
L or R, next state, or --- to halt. U15_2 is the universal machine of Neary and Woods, Four small
universal Turing machines, Fundamenta Informaticae 91 (2009), table 16, with 0 for their c.
BEAVER_4 is the busy beaver of four states without its last step: 106 steps from the empty tape,
and 12 cells that hold 1.
"""

U15_2 = (
    "0RB1RA 1RC1RA 0LG0LE 0LF1LE 1RA1LD 1LD1LD 0LH1LG 1LI1LG 0RA1LJ 1LK--- "
    "0RL1RN 0RM1RL 0LB1RL 0LC0RO 0RN1RN"
)
BEAVER_4 = "1RB1LB 1LA0LC ---1LD 1RD0RA"


def rules_of(table):
    """{(state, symbol): (symbol, +1 or -1, state)}; a missing key halts."""
    rules = {}
    for number, entry in enumerate(table.split()):
        for symbol in (0, 1):
            write, move, state = entry[3 * symbol : 3 * symbol + 3]
            if write != "-":
                rules[chr(65 + number), symbol] = (int(write), 1 if move == "R" else -1, state)
    return rules


def run(rules, tape, head=0, state="A", steps=100):
    """Yields (state, head, tape as the set of places that hold 1) before each step, and at last."""
    ones = {place for place, symbol in tape.items() if symbol}
    for _ in range(steps):
        yield state, head, frozenset(ones)
        if (state, int(head in ones)) not in rules:
            return
        write, move, state = rules[state, int(head in ones)]
        (ones.add if write else ones.discard)(head)
        head += move
    yield state, head, frozenset(ones)
