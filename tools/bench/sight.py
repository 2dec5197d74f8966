"""`python -m tools.bench.sight`: what it costs to ask who sees whom in an institution's tree.

Figures are microseconds of CPU for one question about two people chosen at random, and again about
the same few, whose places are in the processor's cache.
"""

import random
import time
from collections.abc import Callable
from typing import NamedTuple

from depesha.org.rules import find_refusal, sees
from depesha.org.tree import Level, Tree

QUESTIONS = 200_000
FEW = 300


class Costs(NamedTuple):
    """Microseconds of CPU; `reckon_ms` are milliseconds after a level has moved."""

    sees: float
    sees_again: float
    refusal: float
    reckon_ms: float


def grow(people: int, levels: int, dice: random.Random) -> tuple[Tree, list[str]]:
    """A tree in which each level has a manager, and a tenth of all have two positions."""
    tree, ids = Tree(), [f"@person{number}:bench.test" for number in range(people)]
    for unit in range(1, levels + 1):
        parent = 0 if unit == 1 else dice.randint(1, max(1, unit // 8))
        tree.put_level(Level(unit, parent, "unit", f"Unit {unit}", dice.choice(ids)))
    for user_id in ids:
        count = 2 if dice.random() < 0.1 else 1
        tree.put_posts(user_id, dice.sample(range(1, levels + 1), min(count, levels)))
    return tree, ids


def measure(people: int = 100_000, levels: int = 5_000, questions: int = QUESTIONS) -> Costs:
    """Build a tree and ask it."""
    dice = random.Random(1)
    tree, ids = grow(people, levels, dice)
    began = time.process_time()
    tree.places()
    reckon_ms = (time.process_time() - began) * 1e3
    far = [(dice.choice(ids), dice.choice(ids)) for _ in range(questions)]
    near = [(dice.choice(ids[:FEW]), dice.choice(ids[:FEW])) for _ in range(questions)]

    def cost(ask: Callable[[Tree, str, str, int], object], pairs: list[tuple[str, str]]) -> float:
        began = time.process_time()
        for viewer, target in pairs:
            ask(tree, viewer, target, 0)
        return (time.process_time() - began) / len(pairs) * 1e6

    return Costs(cost(sees, far), cost(sees, near), cost(find_refusal, far), reckon_ms)


def main() -> None:
    found = measure()
    print("100,000 people in 5,000 levels, CPU of one question:")
    print(f"  who sees whom, of all      {found.sees:6.2f} µs (limit 5)")
    print(f"  who sees whom, of {FEW}      {found.sees_again:6.2f} µs")
    print(f"  who may write to whom      {found.refusal:6.2f} µs")
    print(f"  after a level has moved    {found.reckon_ms:6.1f} ms once")


if __name__ == "__main__":
    main()
