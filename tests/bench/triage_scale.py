#!/usr/bin/env python3
"""How triage behaves with the number of logs: logs per second and core, peak memory, time against number.

Makes logs from the corpus with all that varies between two crashes of one bug varied (addresses, PIDs, times, CPUs,
offsets, stamps), as files below DIR, and triages 1k, 3k, 10k … of them; then all of them with --db, and once more, with
nothing new to read. The corpus' consoles are trimmed, so those that are shorter than --size get lines of their
kernel's boot back. With --distinct no two logs are of one bug: functions have names of their own.

    tests/bench/triage_scale.py build/dev/cli/ktriage [--most 100000] [--directory DIR] [--jobs N]
"""

import argparse
import lzma
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).parents[2]
CORPUS = ROOT / "corpus" / "linux"
RULES = ROOT / "rules" / "linux"
COUNTS = [1000, 3000, 10000, 30000, 100000]
PER_DIRECTORY = 1000

HEX = re.compile(rb"\b(?:0x)?[0-9a-f]{16}\b|\b(?:0x)?[0-9a-f]{12}\b")
TIME = re.compile(rb"(?m)^\[ *(\d+)\.(\d{6})\]")
PID = re.compile(rb"\b(PID:? |pid[:=] ?)(\d+)")
CPU = re.compile(rb"\b(CPU:? ?#?)(\d+)\b")
OFFSET = re.compile(rb"(\+0x)([0-9a-f]+)(/0x[0-9a-f]+)")
SYMBOL = re.compile(rb"\b([A-Za-z_]\w*)((?:\.\w+)*\+0x[0-9a-f]+/0x)")
BOOT = re.compile(rb"(?m)^.*(?:Linux version|Command line: ).*\n")  # what trimmed consoles have kept of their boot
READY = b"init: ready"


def read_log(path):
    data = path.read_bytes()
    return lzma.decompress(data) if path.suffix == ".xz" else data


def boot_of(kernel):
    """The lines that this kernel boots with, but for those that trimmed consoles have."""
    logs = (read_log(path) for path in sorted(kernel.glob("clean*.log*")))
    boot = BOOT.sub(b"", max(logs, key=len).replace(b"\r", b""))
    return boot[: boot.rfind(b"\n", 0, boot.find(READY)) + 1]


def with_boot(log, boot, size):
    """As much of `boot` as makes `log` that long, where it was trimmed away."""
    missing = size - len(log)
    if missing <= 0:
        return log
    lines = boot * (missing // len(boot) + 1)
    start = lines.find(b"\n", len(lines) - missing) + 1
    kept = max((match.end() for match in BOOT.finditer(log)), default=0)
    return log[:kept] + lines[start:] + log[kept:]


def read_corpus(size):
    """The corpus' logs, uncompressed, of about `size` bytes, in a fixed order."""
    for kernel in sorted(CORPUS.iterdir()):
        boot = boot_of(kernel)
        for path in sorted(kernel.glob("*.log*")):
            yield with_boot(tail(read_log(path), size), boot, size)


def rename(log, number, known):
    """Another bug: all functions that no rule knows are others."""
    return SYMBOL.sub(lambda m: m[0] if m[1] in known else b"%s_%d%s" % (m[1], number, m[2]), log)


def vary(log, chance):
    """Another crash of the same bug: only what a signature must not depend on differs."""
    slide = chance.randrange(1, 1 << 24) << 4
    later = chance.randrange(0, 5000)
    pid = chance.randrange(0, 20000)
    cpu = chance.randrange(0, 64)
    nudge = chance.randrange(0, 8)

    def address(match):
        text = match.group(0)
        digits = text.removeprefix(b"0x")
        value = (int(digits, 16) ^ slide) if digits.startswith(b"ffff") else int(digits, 16)
        return text[: len(text) - len(digits)] + b"%0*x" % (len(digits), value)

    log = HEX.sub(address, log)
    log = TIME.sub(lambda m: b"[%5d.%06d]" % (int(m[1]) + later, (int(m[2]) + nudge) % 1000000), log)
    log = PID.sub(lambda m: m[1] + b"%d" % (int(m[2]) + pid if int(m[2]) else 0), log)
    log = CPU.sub(lambda m: m[1] + b"%d" % ((int(m[2]) + cpu) % 64), log)
    return OFFSET.sub(lambda m: m[1] + b"%x" % (int(m[2], 16) + nudge) + m[3], log)


def tail(log, most):
    """The end of a log, where the crash is, in whole lines: the aim is stated for logs of 10 KB."""
    if len(log) <= most:
        return log
    return log[log.index(b"\n", len(log) - most) + 1 :]


def make(directory, count, size, distinct):
    logs = list(read_corpus(size))
    known = set(re.findall(rb"\w+", b"".join(path.read_bytes() for path in RULES.glob("*.yaml"))))
    total = 0
    for number in range(count):
        chance = random.Random(number)
        folder = directory / f"{number // PER_DIRECTORY:04d}"
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{number:06d}.log"
        if path.exists():
            total += path.stat().st_size
            continue
        data = vary(logs[number % len(logs)], chance)
        if distinct:
            data = rename(data, number, known)
        path.write_bytes(data)
        total += len(data)
    return total


def run(command):
    """Seconds on the clock, seconds of CPU, peak MB, and the last line that it says."""
    start = time.monotonic()
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process = subprocess.Popen(command, stdout=out, stderr=err)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in (0, 1):
            err.seek(0)
            sys.exit(f"{command}: exit {process.returncode}\n{err.read()[-2000:].decode(errors='replace')}")
        err.seek(0)
        said = err.read().decode(errors="replace").strip().splitlines()
    wall = time.monotonic() - start
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, said[-1] if said else ""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ktriage")
    parser.add_argument("--most", type=int, default=10000)
    parser.add_argument("--size", type=int, default=10000, help="bytes of a log, about")
    parser.add_argument("--distinct", action="store_true", help="no two logs of one bug")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--directory", type=pathlib.Path, help="keep the logs here for the next time")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="triage-scale-") as scratch:
        directory = args.directory or pathlib.Path(scratch) / "logs"
        counts = [count for count in COUNTS if count <= args.most]
        total = make(directory, counts[-1], args.size, args.distinct)
        print(f"{counts[-1]} logs of {total / counts[-1] / 1000:.1f} KB on average, {args.jobs} jobs")
        print(f"{'logs':>7} {'seconds':>8} {'CPU s':>8} {'logs/s/core':>12} {'MB':>6}  outcome")
        for count in counts:
            paths = [str(directory / f"{number:04d}") for number in range(count // PER_DIRECTORY)]
            triage = [args.ktriage, "triage", "--json", "--jobs", str(args.jobs)]
            wall, cpu, peak, said = run([*triage, *paths])
            print(f"{count:>7} {wall:>8.2f} {cpu:>8.2f} {count / cpu:>12.0f} {peak:>6.0f}  {said}", flush=True)
            if count != counts[-1]:
                continue
            database = ["--db", os.path.join(scratch, "scale.db")]
            first, first_cpu, peak, said = run([*triage, *database, *paths])
            print(f"{'--db':>7} {first:>8.2f} {first_cpu:>8.2f} {count / first_cpu:>12.0f} {peak:>6.0f}  {said}")
            second, cpu, peak, said = run([*triage, *database, *paths])
            less = f"{first / second:.0f} times faster, {first_cpu / cpu:.0f} times less CPU"
            print(f"{'again':>7} {second:>8.2f} {cpu:>8.2f} {'':>12} {peak:>6.0f}  {said}; {less}")


if __name__ == "__main__":
    main()
