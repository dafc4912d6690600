#!/usr/bin/env python3
"""Symbolizes corpus logs with the vmlinux they come from and holds the answers against the labels.

    symbolizer_corpus.py --ktriage build/dev/cli/ktriage --vmlinux VMLINUX --logs corpus/linux/6.12-kasan-gcc-x86_64 --src TREE

Per log: does a frame (inlined calls included) name the function that the label calls guilty, with a file and line that lie
inside that function in TREE? And does ktriage's own `guilty` name it, with and without --vmlinux? Frames of labels that
stand nowhere in the stack (the label says why) cannot be found by anybody and are counted apart.
"""

import argparse
import collections
import glob
import json
import os
import re
import subprocess


def label_of(path):
    label = {}
    for line in open(path):
        match = re.match(r'^(\w+): "?(.*?)"?$', line.rstrip())
        if match:
            label[match[1]] = match[2]
    return label


def parse(ktriage, arguments, log):
    out = subprocess.run([ktriage, "parse", "--json"] + arguments + [log], capture_output=True, text=True).stdout
    return json.loads(out.splitlines()[0]) if out else None


def body_of(tree, path, function):
    """First and last line of the function's definition; None if it cannot be found."""
    try:
        lines = open(os.path.join(tree, path), errors="replace").read().splitlines()
    except OSError:
        return None
    for number, line in enumerate(lines, 1):
        if re.match(rf"^[\w\s*]*\b{re.escape(function)}\(", line) and not line.rstrip().endswith(";"):
            for end in range(number, len(lines) + 1):
                if lines[end - 1].startswith("}"):
                    return number, end
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("--ktriage", "--vmlinux", "--logs", "--src"):
        parser.add_argument(name, required=True)
    options = parser.parse_args()
    counts = collections.Counter()
    unresolved = collections.Counter()
    for path in sorted(glob.glob(os.path.join(options.logs, "*.yaml"))):
        label = label_of(path)
        guilty = label.get("guilty")
        log = next((p for p in (path[:-5] + ".log", path[:-5] + ".log.xz") if os.path.exists(p)), None)
        if not log or not guilty or guilty == "null":
            continue
        bare = parse(options.ktriage, [], log)
        crash = parse(options.ktriage, ["--vmlinux", options.vmlinux], log)
        if not crash:
            continue
        counts["logs with a labelled guilty function and a crash"] += 1
        counts["guilty right without --vmlinux"] += bare.get("guilty", {}).get("function") == guilty
        right = crash.get("guilty", {}).get("function") == guilty
        counts["guilty right with --vmlinux"] += right
        if right != (bare.get("guilty", {}).get("function") == guilty):
            print(f"{os.path.basename(log)}: label {guilty}, without {bare.get('guilty', {}).get('function')}, with {crash.get('guilty', {}).get('function')}")
        frames = [frame for stack in crash.get("stacks", []) for frame in stack["frames"]]
        for frame in frames:
            if "offset" in frame:
                counts["frames"] += 1
                counts["frames with a line"] += "line" in frame
                if "line" not in frame:
                    unresolved[frame["function"]] += 1
        named = [frame for frame in frames if re.sub(r"\..*", "", frame.get("function", "")) == guilty]
        if not named:
            counts["guilty function in no frame"] += 1
            continue
        counts["guilty function in a frame"] += 1
        places = {(frame.get("file"), frame.get("line")) for frame in named if "line" in frame}
        inside = False
        for file, line in places:
            body = body_of(options.src, file, guilty)
            inside = inside or (body is not None and body[0] <= line <= body[1])
        counts["... and its line lies in that function's source"] += inside
        if not inside:
            print(f"{os.path.basename(log)}: {guilty} at {places}")
    for name, count in counts.items():
        print(f"{count:6}  {name}")
    print("frames without a line:", dict(unresolved.most_common(12)))


main()
