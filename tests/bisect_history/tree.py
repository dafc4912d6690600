"""The sources of the small kernel, and the changes that its history is made of.

A commit's files follow from the set of changes that it holds, so that any shape of history can be made: a merge holds
what its parents hold. Changes are applied in the order of their numbers.
"""

import lzma
import random
import re
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
CONSOLES = HERE.parents[1] / "corpus/linux/6.12-kasan-gcc-x86_64"

TARGET = "KASAN: slab-use-after-free Read in frob_read_length"
OTHER = "general protection fault in frob_count_users"


@dataclass
class Change:
    subject: str
    body: str = ""
    path: str = ""
    old: str = ""  # empty: `new` is appended to the file
    new: str = ""

    def apply(self, files):
        text = files.get(self.path, "")
        if self.old:
            if text.count(self.old) != 1:
                raise ValueError(f"{self.subject!r} does not apply")
            files[self.path] = text.replace(self.old, self.new)
        elif self.path:
            files[self.path] = text + self.new


def _console(name):
    """A captured console: its boot, and what came between the end of the boot and the shutdown."""
    path = CONSOLES / name
    raw = lzma.open(f"{path}.xz").read() if not path.exists() else path.read_bytes()
    text = raw.decode(errors="replace")
    text = text[re.search(r"\[ +0\.000000\]", text).start():]
    ready = re.search(r"init: ready\r?\n", text).end()
    return text[:ready], text[ready:].split("init: down", 1)[0]


def base_files():
    """Path → text of the first commit."""
    files = {}
    for path in sorted((HERE / "kernel").rglob("*")):
        if path.is_file():
            files[str(path.relative_to(HERE / "kernel"))] = path.read_text()
    boot, use_after_free = _console("frob-uaf-read.log")
    files["console/boot.txt"] = boot
    files["console/use-after-free.txt"] = use_after_free
    files["console/null-pointer.txt"] = _console("frob-null-read.log")[1]
    return files


# Changes that matter. None touches lines beside another's, so that each can be reverted or picked by itself.

CULPRIT = Change(
    "frob: do not hold packets that are only read",
    "Nobody frees a packet that is being read, so there is no need to hold it.\n",
    "drivers/frob.c", "int held = 1;", "int held = 0;")

CULPRIT_AGAIN = Change(
    "frob: say why packets are not held", "", "drivers/frob.c", "int held = 0;",
    "int held = 0; /* it is only read */")

MANUAL = Change("Documentation: add frob", "", "Documentation/frob.rst", "", "Frob\n====\n")

FIX = Change(
    "frob: read packets before the timer may drop them",
    "The timer handler drops packets that nobody holds.\n",
    "drivers/frob.c",
    "\tif (timer_first)\n\t\tfrob_timer_handler(packet, held);\n\n\tlength = frob_read_length(packet);\n",
    "\tlength = frob_read_length(packet);\n\n\tif (timer_first)\n\t\tfrob_timer_handler(packet, held);\n")

OTHER_BUG = Change(
    "gadget: probe asynchronously", "", "drivers/gadget.c", "return &the_gadget;",
    "return race_lost(\"PROBE\", 0) ? 0 : &the_gadget;")

BUILD_BREAK = Change(
    "slab: round sizes up", "", "mm/slab.c", "calloc(1, sizeof(*object) + size)",
    "calloc(1, sizeof(*object) + slab_round_up(size))")

BUILD_FIX = Change(
    "slab: add the missing slab_round_up()",
    "mm/slab.c has not compiled since sizes are rounded up.\n",
    "mm/slab.c", "void *kmalloc(unsigned long size)\n",
    "static unsigned long slab_round_up(unsigned long size)\n{\n\treturn (size + 15) & ~15ul;\n}\n\n"
    "void *kmalloc(unsigned long size)\n")


def release(version, previous):
    return Change(f"Kernel {version}", "", "Makefile", f"VERSION = {previous}\n", f"VERSION = {version}\n")


def filler(number, rng: random.Random, docs_share):
    """A change of no consequence: a new function, or with the given chance words that no compiler reads."""
    word = rng.choice(["scale", "clamp", "swap", "fold", "count", "shift", "pack", "trim", "merge", "sort"])
    if rng.random() < docs_share:
        if rng.random() < 0.5:
            return Change(f"Documentation: tell about {word} {number}", "", "Documentation/index.rst", "",
                          f"\nOn {word} {number}: see the sources.\n")
        path = rng.choice(["lib/string.c", "lib/math.c"])
        return Change(f"{path[:-2]}: explain {word} {number}", "", path, "", f"\n/* {word} {number} needs no lock. */\n")
    path = rng.choice(["lib/string.c", "lib/math.c"])
    return Change(f"{path[:-2]}: add kernel_{word}_{number}()", "", path, "",
                  f"\nint kernel_{word}_{number}(int value)\n{{\n\treturn value * {number} + {rng.randrange(100)};\n}}\n")
