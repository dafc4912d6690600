#!/usr/bin/env python3
"""Measures the built tool as a process, beside `wc -l` and `grep -c BUG` on the same files in the same run.

    tests/bench/whole_process.py [--ktriage build/release/cli/ktriage] [--mb 256] [--runs 5] [--directory DIR]

Two consoles are made, the same at every call: a clean one and one with a crash every 2,000 lines. The commands take
turns, so that a busy machine is unfair to all alike; medians are compared, of the clock and of CPU time. Python's
standard library only.
"""

import argparse
import glob
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LINES_BETWEEN_CRASHES = 2000

# What healthy kernels say; %d: a small number, %x: an address.
BODIES = """\
pci 0000:00:%d.0: [8086:100e] type 00 class 0x020000
pci 0000:00:%d.0: reg 0x10: [mem 0x%x-0x%x]
ACPI: PCI: Interrupt link LNKA configured for IRQ %d
usb 1-%d: new high-speed USB device number %d using xhci_hcd
usb 1-%d: New USB device found, idVendor=0627, idProduct=0001, bcdDevice= 0.00
e1000 0000:00:%d.0 eth0: Intel(R) PRO/1000 Network Connection
EXT4-fs (sda%d): mounted filesystem with ordered data mode. Quota mode: none.
systemd[1]: Started Session %d of user root.
audit: type=1400 audit(1591871339.%d:%d): avc:  denied  { read } for  pid=%d comm="cat"
BIOS-e820: [mem 0x%x-0x%x] usable
IPv6: ADDRCONF(NETDEV_CHANGE): eth%d: link becomes ready
rcu: \tRCU restricting CPUs from NR_CPUS=64 to nr_cpu_ids=%d.
hid-generic 0003:0627:0001.%d: input,hidraw0: USB HID v0.01 Mouse [QEMU QEMU USB Tablet]
NET: Registered PF_ALG protocol family
Freeing unused kernel image (initmem) memory: %dK
Run /sbin/init as init process
random: crng init done
scsi host%d: ahci
ata%d: SATA link up 1.5 Gbps (SStatus 113 SControl 300)
""".splitlines()
NEAR_MISSES = ["DEBUG: state %d of %d", "udevd[%d]: WARNING: cannot open /dev/sd%d", "BUGS: none known on CPU %d"]

# What stands around a rule's example in a real console.
STATE = """\
CPU: 1 PID: 2992 Comm: worker Not tainted 6.12.0 #1 PREEMPT
Hardware name: QEMU Standard PC (Q35 + ICH9, 2009), BIOS 1.16.2 04/01/2014
Code: 48 89 e5 41 57 41 56 41 55 41 54 53 48 83 ec 18 48 8b 45 10 <0f> 0b 48 83 c4 18 5b 41 5c 41 5d
RSP: 0018:ffffc90000003cf0 EFLAGS: 00010246
RAX: 0000000000000000 RBX: ffff888012345678 RCX: 0000000000000001
RDX: 0000000000000002 RSI: ffffffff81234567 RDI: ffff888012345679
R13: 0000000000000008 R14: 0000000000000009 R15: 000000000000000a
Call Trace:
 <TASK>
 ? show_regs+0x12/0x60
 widget_submit+0x1a4/0x520
 widget_ioctl+0x60/0x3c0 [widget]
 __se_sys_ioctl+0xfc/0x170
 do_syscall_64+0x3d/0xb0
 entry_SYSCALL_64_after_hwframe+0x63/0xcd
 </TASK>
Modules linked in: widget loop kvm_intel kvm
---[ end trace 0000000000000000 ]---
""".splitlines()


def rule_examples():
    """The `log: |` blocks of the rule files, as lists of lines."""
    examples = []
    for path in sorted(glob.glob(os.path.join(ROOT, "rules/linux/*.yaml"))):
        block, indent = None, 0
        with open(path, encoding="utf-8") as file:
            for line in file.read().splitlines() + [""]:
                depth = len(line) - len(line.lstrip())
                if block is not None and line.strip() and depth <= indent:
                    examples.append([text[indent + 2:] for text in block])
                    block = None
                if block is not None and line.strip():
                    block.append(line)
                elif re.match(r"\s*(- )?log: \|$", line):
                    block, indent = [], depth
    return examples


def write_log(path, size, crashes):
    """Writes about `size` bytes; the same for the same arguments and rules."""
    rng = random.Random(1)
    lines = []
    for body in BODIES * 100:  # a few thousand different bodies are enough; the prefix makes each line its own
        body = re.sub("%d", lambda _: str(rng.randrange(1000)), body)
        lines.append(re.sub("%x", lambda _: "%08x" % rng.randrange(1 << 32), body))
    near = [body.replace("%d", "3") for body in NEAR_MISSES]
    examples = rule_examples()
    micros, written, number = 0, 0, 0

    def prefixed(task, text):
        nonlocal micros
        micros += 1 + rng.getrandbits(14)
        return "[%5d.%06d][ T%4d] %s\n" % (micros // 1000000, micros % 1000000, task, text)

    with open(path, "w", encoding="utf-8") as file:
        while written < size:
            part = []
            for _ in range(LINES_BETWEEN_CRASHES):
                part.append(prefixed(1 + rng.getrandbits(8), lines[rng.getrandbits(30) % len(lines)]))
            part[rng.getrandbits(10)] = prefixed(1, near[number % len(near)])
            if crashes:
                task = 300 + rng.getrandbits(12)
                part += [prefixed(task, text) for text in examples[number % len(examples)] + STATE]
            number += 1
            written += file.write("".join(part))


def run(command):
    """Runs a command: seconds by the clock, seconds of CPU, and how many lines it wrote."""
    with tempfile.TemporaryFile() as out:
        start = time.perf_counter()
        with subprocess.Popen(command, stdout=out, stderr=subprocess.DEVNULL) as process:
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.perf_counter() - start
        if process.returncode not in (0, 1):
            sys.exit("%s failed with %d" % (" ".join(command), process.returncode))
        out.seek(0)
        return seconds, usage.ru_utime + usage.ru_stime, out.read().count(b"\n")


def peak_memory(command):
    """Peak resident memory of a command, in bytes. Asked of the running process: what wait4() tells begins with this one's."""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        peak = 0
        while process.poll() is None:
            try:
                with open("/proc/%d/status" % process.pid, encoding="ascii") as file:
                    found = re.search(r"VmHWM:\s*([0-9]+) kB", file.read())
                peak = max(peak, int(found.group(1)) * 1024 if found else 0)
            except OSError:
                break
            time.sleep(0.002)
        return peak


def compare(path, commands, runs):
    """Lets the commands take turns on a file. By name: median MB/s by the clock and of CPU, and lines of output."""
    taken = {name: [] for name in commands}
    for i in range(runs + 1):
        for name, command in commands.items():
            result = run(command + [path])
            if i > 0:  # the first round warms the page cache
                taken[name].append(result)
    size = os.path.getsize(path) / 1e6
    return {name: (size / statistics.median(t[0] for t in results), size / statistics.median(t[1] for t in results),
                   results[0][2]) for name, results in taken.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ktriage", default=os.path.join(ROOT, "build/release/cli/ktriage"))
    parser.add_argument("--mb", type=int, default=256)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--directory", help="where to put the logs (default: a temporary folder)")
    options = parser.parse_args()
    if not os.path.exists(options.ktriage):
        sys.exit("no %s; build it (cmake --preset release) or name it with --ktriage" % options.ktriage)

    with tempfile.TemporaryDirectory(dir=options.directory) as folder:
        commands = {"ktriage": [options.ktriage, "parse", "--all", "--json"], "wc -l": ["wc", "-l"],
                    "grep -c BUG": ["grep", "-c", "BUG"]}
        print("%-12s %-12s %8s %12s %10s %12s" % ("log", "command", "MB/s", "vs ktriage", "MB/CPU s", "vs ktriage"))
        memory = {}
        for kind, crashes in (("clean", False), ("crash-rich", True)):
            for size in (options.mb // 4, options.mb):
                path = os.path.join(folder, "%s-%d.log" % (kind, size))
                write_log(path, size << 20, crashes)
                memory[kind, size] = peak_memory(commands["ktriage"] + [path])
                if size == options.mb:
                    found = compare(path, commands, options.runs)
                    own = found["ktriage"]
                    for name, (speed, cpu, _) in found.items():
                        print("%-12s %-12s %8.0f %11.2fx %10.0f %11.2fx" %
                              (kind, name, speed, speed / own[0], cpu, cpu / own[1]))
                    print("%-12s %d crashes in %d MB" % (kind, own[2], size))
                os.remove(path)
        for (kind, size), peak in memory.items():
            print("%-12s peak memory at %4d MB: %5.1f MB" % (kind, size, peak / 1e6))
    print("load average %.1f" % os.getloadavg()[0])


if __name__ == "__main__":
    main()
