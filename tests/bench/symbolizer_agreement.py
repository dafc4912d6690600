#!/usr/bin/env python3
"""Compares `ktriage symbolize` with addr2line on random functions of a real kernel, and classifies every difference.

    symbolizer_agreement.py --ktriage build/dev/cli/ktriage --vmlinux VMLINUX [--modules DIR] [--pairs 2000]
                            [--module-pairs 200] [--seed 1] [--addr2line PROGRAM]...

vmlinux: GNU, LLVM and elfutils addr2line, whichever is installed, asked at the address minus one, as return addresses must
be. Modules: eu-addr2line with the section named, the only one that is right outside .text. Exit status 1 if a difference
is left that no class explains.
"""

import argparse
import bisect
import collections
import glob
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile

ANSWER = re.compile(r"^0x([0-9a-f]+)$")
# No code of anybody's: there tools carry on with the last row, or name the next function, or nothing.
PADDING = "padding behind the function's code, where line programs have ended"
POSITION = re.compile(r"^(.*?):(\d+)(?::\d+)?(?: \(discriminator \d+\))?$")


def run(arguments, text=None):
    return subprocess.run(arguments, input=text, capture_output=True, text=True, errors="replace").stdout


def executable_sections(path):
    """Index -> (name, address, size) of sections that hold code."""
    sections = {}
    for line in run(["readelf", "-SW", path]).splitlines():
        match = re.match(r"\s*\[\s*(\d+)\]\s+(\S+)\s+\S+\s+([0-9a-f]+)\s+[0-9a-f]+\s+([0-9a-f]+)\s+\S+\s+(\S+)", line)
        if match and "X" in match[5]:
            sections[match[1]] = (match[2], int(match[3], 16), int(match[4], 16))
    return sections


def functions(path, is_module):
    """(name, section, address, size as the kernel prints it, st_size) of functions."""
    sections = executable_sections(path)
    symbols = collections.defaultdict(dict)
    funcs = []
    for line in run(["readelf", "-sW", path]).splitlines():
        fields = line.split()
        if len(fields) < 8 or fields[6] not in sections or fields[3] not in ("FUNC", "NOTYPE"):
            continue
        name, address = fields[7], int(fields[1], 16)
        if name.startswith(("$", ".L")):
            continue
        symbols[fields[6]][address] = name
        if fields[3] == "FUNC" and not name.startswith("__pfx_"):
            funcs.append((name, fields[6], address, int(fields[2], 0)))
    ends = {index: sorted(addresses) for index, addresses in symbols.items()}
    found = []
    for name, index, address, code_size in funcs:
        following = bisect.bisect_right(ends[index], address)
        _, start, size = sections[index]
        if is_module and following == len(ends[index]):
            continue  # what the module loader puts behind the section counts
        end = ends[index][following] if following < len(ends[index]) else start + size
        if end - address > 1:
            found.append((name, sections[index][0], address, end - address, code_size))
    return found


def parse_addr2line(output):
    answers, current = {}, None
    lines = iter(output.splitlines())
    for line in lines:
        match = ANSWER.match(line)
        if match:
            current = answers.setdefault(int(match[1], 16), [])
            continue
        position = next(lines, "??:0")
        match = POSITION.match(position)
        function = re.sub(r" inlined at .*", "", line)
        current.append((function, match[1] if match else "??", int(match[2]) if match else 0))
    return answers


def parse_ktriage(output, log_name):
    """Pair number -> frames, innermost first; empty where the line came back as it was."""
    answers = collections.defaultdict(list)
    for line in output.splitlines():
        match = re.match(r"^\[ *(\d+)\.000000\]  (\S+?)(?:\+0x\S+)?(?: \[[^\]]*\])?(?: (\S+):(\d+))?( \[inline\])?( \(or .*\))?$", line)
        if not match:
            sys.exit(f"cannot read what ktriage printed for {log_name}: {line!r}")
        if match[6]:
            answers[int(match[1])] = "ambiguous"
        elif match[3]:
            answers[int(match[1])].append((match[2], match[3], int(match[4])))
    return answers


def plain(function):
    return function.split(".")[0]


def tail(path):
    return os.path.basename(path)


def classify(ours, theirs):
    known = [frame for frame in theirs if frame[1] not in ("??", "") and frame[2] > 0]
    if ours == "ambiguous":
        return "ambiguous: same name, same size; ktriage shows all places"
    if not ours and not known:
        return "same: nothing known"
    if not ours:
        return "DIFFERENT: ktriage knows nothing"
    if not known:
        return "theirs knows no line"
    if len(ours) != len(theirs):
        if [frame[1:] for frame in ours if frame[2]] == [frame[1:] for frame in known]:
            return "same but for frames without a line"
        return "DIFFERENT: depth"
    if [frame[2] for frame in ours] != [frame[2] for frame in theirs]:
        return "DIFFERENT: line"
    if [tail(frame[1]) for frame in ours] != [tail(frame[1]) for frame in theirs]:
        return "DIFFERENT: file"
    if [plain(frame[0]) for frame in ours[:-1]] != [plain(frame[0]) for frame in theirs[:-1]]:
        return "DIFFERENT: inlined function"
    if plain(ours[-1][0]) != plain(theirs[-1][0]):
        return "same but for an alias of the function's name"
    return "same"


def report(title, pairs, ours, theirs, explain):
    counts, examples = collections.Counter(), {}
    for number, key in pairs:
        kind = classify(ours.get(number, []), theirs.get(key, []))
        if kind.startswith("DIFFERENT"):
            why = explain(number, key, kind)
            kind = f"{why} ({kind.removeprefix('DIFFERENT: ')})" if why else kind
        counts[kind] += 1
        examples.setdefault(kind, []).append((number, key, ours.get(number), theirs.get(key)))
    print(f"\n{title}: {sum(counts.values())} pairs")
    for kind, count in counts.most_common():
        print(f"  {count:6}  {kind}")
        if kind.startswith("DIFFERENT"):
            for number, key, mine, other in examples[kind][:5]:
                print(f"          #{number} {key}: ktriage {mine}, theirs {other}")
    return sum(count for kind, count in counts.items() if kind.startswith("DIFFERENT"))


def symbolize(options, lines, name):
    with tempfile.NamedTemporaryFile("w", suffix=".log") as log:
        log.writelines(lines)
        log.flush()
        arguments = [options.ktriage, "symbolize", "--no-cache", "--vmlinux", options.vmlinux]
        if options.modules:
            arguments += ["--modules", options.modules]
        return parse_ktriage(run(arguments + [log.name]), name)


def compare_vmlinux(options):
    picked = random.sample(functions(options.vmlinux, False), options.pairs)
    picked = [(name, address, random.randrange(1, size), size, code) for name, _, address, size, code in picked]
    lines = [f"[{i:5}.000000]  {p[0]}+0x{p[2]:x}/0x{p[3]:x}\n" for i, p in enumerate(picked)]
    ours = symbolize(options, lines, "vmlinux")
    pairs = [(i, p[1] + p[2] - 1) for i, p in enumerate(picked)]
    padding = {i for i, p in enumerate(picked) if p[2] > p[4]}
    questions = "".join(f"0x{key:x}\n" for _, key in pairs)
    answers = {}
    for program in options.addr2line or ["addr2line", "llvm-addr2line-19", "llvm-addr2line-14", "eu-addr2line"]:
        if shutil.which(program):
            answers[program] = parse_addr2line(run([program, "-afi", "-e", options.vmlinux], questions))
        else:
            print(f"\n{program}: not installed")
    bad = 0
    for program, theirs in answers.items():
        version = run([program, "--version"])
        gnu = "GNU" in version and "elfutils" not in version

        def explain(number, key, kind):
            if number in padding:
                return PADDING
            # binutils 2.40 starts DWARF 5 line programs with the wrong file.
            if gnu and kind == "DIFFERENT: file":
                return "GNU names another file where a sequence starts: DWARF 5's first file"
            others = [a for p, a in answers.items() if p != program]
            if len(others) > 1 and all(classify(ours.get(number, []), a[key]).startswith("same") for a in others):
                return "this tool alone: the others agree with ktriage"
            return None

        bad += report(f"vmlinux against {program}", pairs, ours, theirs, explain)
    return bad


def compare_modules(options):
    paths = sorted(glob.glob(os.path.join(options.modules, "**", "*.ko"), recursive=True))
    random.shuffle(paths)
    pool = []
    for path in paths[:60]:
        pool += [(path, *function) for function in functions(path, True)]
    # As many from .init.text and the like as there are: that is where tools go wrong.
    odd = [entry for entry in pool if entry[2] != ".text"]
    plain_text = [entry for entry in pool if entry[2] == ".text"]
    take = min(len(odd), options.module_pairs // 3)
    picked = random.sample(odd, take) + random.sample(plain_text, min(len(plain_text), options.module_pairs - take))
    lines, pairs, theirs = [], [], {}
    questions = collections.defaultdict(list)
    padding = set()
    for i, (path, name, section, address, size, code) in enumerate(picked):
        offset = random.randrange(1, size)
        module = os.path.basename(path)[:-3].replace("-", "_")
        lines.append(f"[{i:5}.000000]  {name}+0x{offset:x}/0x{size:x} [{module}]\n")
        key = (path, section, address + offset - 1)
        pairs.append((i, key))
        if offset > code:
            padding.add(i)
        questions[path, section].append(key[2])
    for (path, section), addresses in questions.items():
        text = "".join(f"0x{address:x}\n" for address in addresses)
        # elfutils echoes where it has put the section; the order of answers is that of the questions.
        answers, current = [], None
        for line in run(["eu-addr2line", "-afi", "-j", section, "-e", path], text).splitlines():
            if ANSWER.match(line):
                current = []
                answers.append(current)
            else:
                current.append(line)
        for address, answer in zip(addresses, answers):
            block = parse_addr2line("0x0\n" + "\n".join(answer))
            theirs[path, section, address] = block[0]
    print(f"\nmodules: {', '.join(sorted({os.path.basename(p) for p, _ in questions}))}")
    print(f"sections: {dict(collections.Counter(key[1] for _, key in pairs))}")

    def explain(number, key, kind):
        return PADDING if number in padding else None

    return report("modules against eu-addr2line -j", pairs, symbolize(options, lines, "modules"), theirs, explain)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ktriage", required=True)
    parser.add_argument("--vmlinux", required=True)
    parser.add_argument("--modules")
    parser.add_argument("--pairs", type=int, default=2000)
    parser.add_argument("--module-pairs", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--addr2line", action="append")
    options = parser.parse_args()
    random.seed(options.seed)
    print(f"seed {options.seed}")
    bad = compare_vmlinux(options)
    if options.modules:
        bad += compare_modules(options)
    print(f"\n{bad} differences that nothing explains")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
