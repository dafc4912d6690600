"""Made-up clusters in the form of `ktriage triage --json`, the same at every run."""

import random

KINDS = ("memory", "race", "lock", "hang", "check", "undefined")
KERNELS = ("6.1.192", "6.6.50", "6.12.117-kasan")
ARCHES = ("x86_64", "arm64", "riscv64")
STATUSES = ("known", "new", "grown", "returned")

# What a console might say to the person who reads the page.
HOSTILE_TITLES = (
    "<script>window.hacked = 1</script>",
    "</script><script>window.hacked = 2</script>",
    "</title></style></table><img src=x onerror=\"window.hacked = 3\">",
    "<!--<script>window.hacked = 4",
    "\" onmouseover=\"window.hacked = 5\" x='",
    "{{script}} ${window.hacked = 6} &lt;b&gt; &amp;",
    "\x1b[31mred\x1b[0m \x07bell \x9b31m",
    "right \u202eto left\u202c \u2066isolate\u2069 mark\u200f line\u2028separator",
    "javascript:window.hacked=7",
)


def frame(function, **more):
    return {"function": function, "offset": 0x12, "size": 0x40, "reliable": True, **more}


def crash(function, title):
    return {
        "schema": "ktriage.crash/1",
        "title": title,
        "stacks": [
            {"role": "crash", "frames": [
                frame("dump_stack_lvl", file="lib/dump_stack.c", line=120),
                frame("lost_and_found", reliable=False),
                frame("inlined_helper", inline=True, file="fs/frob/frob.h", line=7),
                frame(function, module="frob", file="fs/frob/frob.c", line=42),
                frame("vfs_write", file="fs/read_write.c", line=600)]},
            {"role": "allocation", "frames": [frame("kmalloc"), frame("frob_new")]},
        ],
        "code": {"bytes": "90 90 0f 0b", "disassembly": ["    0:\t90\tnop", "*   2:\t0f 0b\tud2 <-- trapping instruction"]},
        "report": f"BUG: {title}\n {function}+0x12/0x40\n",
    }


def cluster(i, chance, title, function):
    day = 1 + chance.randrange(28)
    members = [{"file": f"logs/{i}/console-{n}.log", "start_byte": 100 * n, "title": title, "kernel": chance.choice(KERNELS),
                "arch": chance.choice(ARCHES), "seen": f"2026-{1 + n % 9:02}-{day:02}T10:{n % 60:02}:00Z"}
               for n in range(1 + chance.randrange(12))]
    seen = sorted(member["seen"] for member in members)
    out = {
        "schema": "ktriage.cluster/1",
        "name": f"{i:012x}",
        "signature": {"id": f"{i:012x}", "version": 1, "family": f"{i % 97:08x}", "kind": KINDS[i % len(KINDS)],
                      "anchor": function, "frames": [function, "vfs_write"]},
        "title": title,
        "alt_titles": [f"other name of bug {i}"],
        "type": "KASAN-READ",
        "severity": 1 + chance.randrange(19),
        "count": len(members),
        "logs": len(members),
        "first_seen": seen[0],
        "last_seen": seen[-1],
        "kernels": sorted({member["kernel"] for member in members}),
        "arches": sorted({member["arch"] for member in members}),
        "guilty": {"function": function, "module": "frob", "file": "fs/frob/frob.c", "line": 42, "why": "innermost frame that is not machinery"},
        "guilty_file": "fs/frob/frob.c",
        "representative": {"file": members[0]["file"], "start_byte": 0, "end_byte": 500, "crash": crash(function, title)},
        "members": members,
        "merged_because": [f"same guilty frame {function}, 2 of 2 significant frames shared"],
        "status": chance.choice(STATUSES),
    }
    if i % 3 == 1:
        out["near"] = [{"name": f"{i - 1:012x}", "signature": f"{i - 1:012x}", "title": f"BUG: bug {i - 1}", "score": 0.61, "why": "same crash site, other callers"}]
    return out


def hostile_clusters(first):
    chance = random.Random(2)
    for i, text in enumerate(HOSTILE_TITLES):
        made = cluster(first + i, chance, text, text)
        made["alt_titles"] = [text]
        made["merged_because"] = [text]
        made["kernels"] = made["arches"] = [text]
        made["signature"]["kind"] = text
        made["type"] = made["guilty_file"] = text
        made["guilty"] = {"function": text, "module": text, "file": text, "line": 1, "why": text}
        made["near"] = [{"name": text, "signature": text, "title": text, "score": 0.5, "why": text}]
        for member in made["members"]:
            member.update(file=text, title=text, kernel=text, arch=text)
        for key in ("function", "module", "file"):
            made["representative"]["crash"]["stacks"][0]["frames"][0][key] = text
        made["representative"]["crash"]["code"]["disassembly"].append(text)
        yield made


def clusters(count):
    """`count` harmless clusters; the first has very many crashes."""
    chance = random.Random(1)
    made = [cluster(i, chance, f"BUG: bug {i} in function_{i}", f"function_{i}") for i in range(count)]
    many = made[0]
    many["members"] = [dict(many["members"][0], file=f"logs/many/{n}.log") for n in range(1234)]
    many["count"] = many["logs"] = len(many["members"])
    return made
