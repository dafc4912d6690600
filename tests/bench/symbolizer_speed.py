#!/usr/bin/env python3
"""CPU seconds and peak RSS of `ktriage symbolize` and of addr2line on the same random functions; medians of paired runs.

    symbolizer_speed.py --ktriage build/release/cli/ktriage --vmlinux VMLINUX [--rounds 5] [--call-sites]
                        [--modules DIR [--decode-stacktrace linux/scripts/decode_stacktrace.sh]]

Each round has functions of its own. With --modules also a trace of 24 vmlinux and 6 module frames, which
decode_stacktrace.sh, taking long, gets only once; with --call-sites the return address of every call in vmlinux.
"""

import argparse
import glob
import itertools
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from symbolizer_agreement import functions


# The peak of a process counts what it was before exec, so a small one has to start what is measured.
LAUNCHER = """
import os, sys
null = os.open(os.devnull, os.O_WRONLY)
moves = [(os.POSIX_SPAWN_DUP2, null, 1), (os.POSIX_SPAWN_DUP2, null, 2)]
pid = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ, file_actions=moves)
usage = os.wait4(pid, 0)[2]
print(usage.ru_utime + usage.ru_stime, usage.ru_maxrss)
"""


def measure(arguments, stdin=None, cache=None):
    environment = dict(os.environ, XDG_CACHE_HOME=cache or "/nonexistent")
    with open(stdin or os.devnull) as source:
        launcher = [sys.executable, "-I", "-S", "-c", LAUNCHER]
        output = subprocess.run(launcher + arguments, stdin=source, capture_output=True, env=environment, check=True).stdout
    seconds, kilobytes = output.split()
    return float(seconds), int(kilobytes) / 1024


def report(title, runs):
    for name, results in runs.items():
        seconds, memory = (statistics.median(column) for column in zip(*results))
        print(f"{title}  {name:20} {seconds:8.3f} s CPU {memory:7.0f} MB", flush=True)


def frame(name, size, module="", code_size=None):
    return f" {name}+0x{random.randrange(1, code_size or size):x}/0x{size:x}{module}\n"


def module_functions(directory):
    """(module's name, function, size): one function of .text in each module that has any, modules in random order."""
    paths = sorted(glob.glob(os.path.join(directory, "**", "*.ko"), recursive=True))
    for path in random.sample(paths, len(paths)):
        names = [(name, size) for name, section, _, size, _ in functions(path, True) if section == ".text"]
        if names:
            yield os.path.basename(path)[:-3].replace("-", "_"), *random.choice(names)


def measure_trace(options, pool):
    with tempfile.TemporaryDirectory() as directory:
        log, cache = (os.path.join(directory, name) for name in ("log", "cache"))
        with open(log, "w") as out:
            out.writelines(frame(name, size, "", code) for name, _, _, size, code in random.sample(pool, 24))
            modules = itertools.islice(module_functions(options.modules), 6)
            out.writelines(frame(name, size, f" [{module}]") for module, name, size in modules)
        ours = [options.ktriage, "symbolize", "--vmlinux", options.vmlinux, "--modules", options.modules]
        measure(ours + [log], cache=cache)
        runs = {}
        for _ in range(options.rounds):
            runs.setdefault("ktriage, no cache", []).append(measure(ours + ["--no-cache", log]))
            runs.setdefault("ktriage, cached", []).append(measure(ours + [log], cache=cache))
        if options.decode_stacktrace:
            script = [options.decode_stacktrace, options.vmlinux, "auto", options.modules]
            runs["decode_stacktrace.sh"] = [measure(script, log)]
        report("30-frame trace ", runs)


def measure_functions(options, pool, tools, count):
    runs = {}
    for _ in range(options.rounds):
        with tempfile.TemporaryDirectory() as directory:
            log, addresses, cache = (os.path.join(directory, name) for name in ("log", "addresses", "cache"))
            with open(log, "w") as out, open(addresses, "w") as questions:
                for name, _, address, size, code in random.sample(pool, count):
                    offset = random.randrange(1, code)
                    out.write(f" {name}+0x{offset:x}/0x{size:x}\n")
                    questions.write(f"0x{address + offset - 1:x}\n")
            ours = [options.ktriage, "symbolize", "--vmlinux", options.vmlinux]
            runs.setdefault("ktriage, no cache", []).append(measure(ours + ["--no-cache", log]))
            runs.setdefault("ktriage, new cache", []).append(measure(ours + [log], cache=cache))
            runs.setdefault("ktriage, cached", []).append(measure(ours + [log], cache=cache))
            for tool in tools:
                runs.setdefault(tool, []).append(measure([tool, "-afi", "-e", options.vmlinux], addresses))
    report(f"{count:5} addresses", runs)


def measure_call_sites(options, tools):
    """Frames without a name, "[<ffffffff81000000>]": what a kernel without kallsyms prints."""
    with tempfile.TemporaryDirectory() as directory:
        log, addresses, cache = (os.path.join(directory, name) for name in ("log", "addresses", "cache"))
        objdump = subprocess.Popen(["objdump", "-d", options.vmlinux], stdout=subprocess.PIPE, text=True, errors="replace")
        sites, calling = 0, False
        with open(log, "w") as out, open(addresses, "w") as questions:
            for line in objdump.stdout:
                fields = line.split(":\t", 1)
                if calling and len(fields) == 2:
                    address = int(fields[0], 16)
                    out.write(f" [<{address:016x}>]\n")
                    questions.write(f"0x{address - 1:x}\n")
                    sites += 1
                calling = len(fields) == 2 and "\tcall " in fields[1]
        ours = [options.ktriage, "symbolize", "--vmlinux", options.vmlinux]
        runs = {}
        for _ in range(options.rounds):
            runs.setdefault("ktriage, no cache", []).append(measure(ours + ["--no-cache", log]))
        measure(ours + [log], cache=cache)
        runs["ktriage, cached"] = [measure(ours + [log], cache=cache)]
        for tool in tools:
            if tool != "eu-addr2line":  # takes many minutes
                runs[tool] = [measure([tool, "-afi", "-e", options.vmlinux], addresses)]
        report(f"all {sites} call sites", runs)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ktriage", required=True)
    parser.add_argument("--vmlinux", required=True)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--modules")
    parser.add_argument("--decode-stacktrace")
    parser.add_argument("--call-sites", action="store_true")
    options = parser.parse_args()
    random.seed(1)
    pool = [function for function in functions(options.vmlinux, False) if function[4] > 1]
    known = ("addr2line", "llvm-addr2line-14", "llvm-addr2line-19", "eu-addr2line")
    tools = [tool for tool in known if shutil.which(tool)]
    for count in (1, 30, 2000):
        measure_functions(options, pool, tools, count)
    if options.modules:
        measure_trace(options, pool)
    if options.call_sites:
        measure_call_sites(options, tools)


main()
