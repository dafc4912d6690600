"""The shape of the history: which sort of commit comes where. Blocks of commits on the main line, topic branches that are
merged, stretches that do not build, and the two bugs, in an order that the seed decides."""

from dataclasses import dataclass


@dataclass
class Block:
    kind: str  # 'line', 'topic', 'broken', 'other' or 'bug'
    length: int = 0  # commits on the main line
    side: int = 0  # on the topic branch
    on_side: bool = False  # the bug comes by a topic branch


def make_plan(random, commits):
    """At least `commits` commits, merges not counted."""
    blocks = []
    total = 0
    while total < commits:
        if random.random() < 0.45:
            block = Block("topic", length=random.randint(1, 5), side=random.randint(2, 8))
        else:
            block = Block("line", length=random.randint(3, 9))
        blocks.append(block)
        total += block.length + block.side
    # The bug not right at an end, and apart from what does not build: else no bisection can name it.
    bug = Block("bug", length=4, side=5, on_side=random.random() < 0.5)
    at = random.randint(len(blocks) // 6, len(blocks) - 1 - len(blocks) // 6)
    blocks.insert(at, bug)
    for _ in range(3):
        blocks.insert(_place(random, blocks), Block("broken", length=random.randint(4, 9)))
    blocks.insert(_place(random, blocks), Block("other"))
    return blocks


def _place(random, blocks):
    while True:
        at = random.randint(1, len(blocks) - 1)
        if "bug" not in (blocks[at - 1].kind, blocks[at].kind):
            return at
