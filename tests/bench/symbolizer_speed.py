#!/usr/bin/env python3
"""CPU seconds and peak RSS of `ktriage symbolize` and of addr2line on the same random functions; medians of paired runs.

    symbolizer_speed.py --ktriage build/release/cli/ktriage --vmlinux VMLINUX [--rounds 5]
"""

import argparse
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from symbolizer_agreement import functions


def measure(arguments, stdin=None, cache=None):
    environment = dict(os.environ, XDG_CACHE_HOME=cache or "/nonexistent")
    with open(stdin or os.devnull) as source:
        child = subprocess.Popen(arguments, stdin=source, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
        _, _, usage = os.wait4(child.pid, 0)
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ktriage", required=True)
    parser.add_argument("--vmlinux", required=True)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    random.seed(1)
    pool = functions(options.vmlinux, False)
    tools = [tool for tool in ("addr2line", "llvm-addr2line-14", "eu-addr2line") if shutil.which(tool)]
    for count in (1, 30, 2000):
        with tempfile.TemporaryDirectory() as directory:
            log, addresses, cache = (os.path.join(directory, name) for name in ("log", "addresses", "cache"))
            with open(log, "w") as out, open(addresses, "w") as questions:
                for name, _, address, size, _ in random.sample(pool, count):
                    offset = random.randrange(1, size)
                    out.write(f" {name}+0x{offset:x}/0x{size:x}\n")
                    questions.write(f"0x{address + offset - 1:x}\n")
            ours = [options.ktriage, "symbolize", "--vmlinux", options.vmlinux]
            measure(ours + [log], cache=cache)
            runs = {}
            for _ in range(options.rounds):
                runs.setdefault("ktriage, no cache", []).append(measure(ours + ["--no-cache", log]))
                runs.setdefault("ktriage, cached", []).append(measure(ours + [log], cache=cache))
                for tool in tools:
                    runs.setdefault(tool, []).append(measure([tool, "-afi", "-e", options.vmlinux], addresses))
            for name, results in runs.items():
                seconds, memory = (statistics.median(column) for column in zip(*results))
                print(f"{count:5} addresses  {name:20} {seconds:8.3f} s CPU {memory:7.0f} MB", flush=True)


main()
