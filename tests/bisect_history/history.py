"""Histories made to a plan: releases, topic branches, octopus and criss-cross merges, and the commits that matter."""

import io
import json
import random
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Optional

from . import tree

PEOPLE = ["Ada Ruiz <ada@example.org>", "Ben Ito <ben@example.net>", "Cleo Marsh <cleo@example.com>"]
START = 1_600_000_000


@dataclass
class Plan:
    """Where things happen is said by fractions of the main line's length; None: not at all."""
    seed: int = 1
    length: int = 24            # of the main line, in steps; a step may be a whole topic branch
    merges: float = 0.4         # the share of steps that are topic branches, an octopus or a criss-cross
    docs: float = 0.25          # the share of changes that leave the binary as it was
    releases: int = 4           # tags v1.0 (the first commit), v1.1, …
    culprit: Optional[float] = 0.6
    culprit_is: str = "commit"  # or "merge": a merge that neither parent's changes explain; or "topic"
    touched_again: bool = False  # a later commit changes the culprit's line once more
    fix: Optional[float] = None
    other_crash: Optional[float] = None
    broken: Optional[tuple] = None  # builds fail from the one to the other
    old_topic: int = 0          # a topic of so many commits that begins before the culprit and is merged just before the fix
    stable: int = 0             # commits of a branch `stable` that begins at v1.0
    rewritten: bool = False     # a branch `rewritten`: the main line again, with other hashes
    files: dict = field(default_factory=dict)  # more of them, path → text, in every commit


@dataclass
class Commit:
    mark: int
    parents: list
    changes: frozenset
    subject: str
    sha: str = ""
    ancestors: frozenset = field(default=frozenset(), repr=False)


class History:
    """Commits and refs in memory; write() makes the repository."""

    def __init__(self, plan: Plan):
        self.plan = plan
        self.rng = random.Random(plan.seed)
        self.changes = []
        self.commits = []
        self.refs = {}
        self.named = {}  # what matters → commit
        self.base = {**tree.base_files(), **plan.files}
        self._make()

    # Building blocks

    def commit(self, parents, change=None, subject=None, name=None):
        changes = frozenset().union(*(parent.changes for parent in parents))
        if change is not None:
            self.changes.append(change)
            changes |= {len(self.changes) - 1}
        out = Commit(len(self.commits) + 1, list(parents), changes, subject or change.subject)
        out.ancestors = frozenset([out.mark]).union(*(parent.ancestors for parent in parents))
        self.commits.append(out)
        if name:
            self.named[name] = out
        return out

    def filler(self, parent, docs=None):
        share = self.plan.docs if docs is None else docs
        return self.commit([parent], tree.filler(len(self.commits), self.rng, share))

    def fillers(self, parent, count):
        for _ in range(count):
            parent = self.filler(parent)
        return parent

    def merge(self, parents, what, change=None, name=None):
        return self.commit(parents, change, f"Merge {what} {len(self.commits)}", name)

    # The shape

    def _make(self):
        plan = self.plan
        tip = self.commit([], subject="Kernel 1.0")
        self.refs["refs/tags/v1.0"] = tip
        due = self._events()
        version = "1.0"
        recent = [tip]
        self.old_topic = None
        for step in range(plan.length):
            if step in due:
                for event in due[step]:
                    if event == "release":
                        previous, version = version, f"1.{int(version[2:]) + 1}"
                        tip = self.commit([tip], tree.release(version, previous))
                        self.refs[f"refs/tags/v{version}"] = tip
                    else:
                        tip = self._event(event, tip)
            elif self.rng.random() < plan.merges:
                tip = self._branches(tip, self.rng.choice(recent[-4:]))
            else:
                tip = self.filler(tip)
            recent.append(tip)
        self.refs["refs/heads/main"] = tip
        if "fix" not in self.named:
            self.named["bad"] = tip
        if plan.stable:
            self.refs["refs/heads/stable"] = self.fillers(self.refs["refs/tags/v1.0"], plan.stable)

    def _events(self):
        plan = self.plan
        due = {}

        def at(fraction, event):
            if fraction is not None:
                due.setdefault(int(fraction * plan.length), []).append(event)

        for i in range(1, plan.releases):
            at(i / plan.releases, "release")
        at(plan.other_crash, "other_crash")
        if plan.broken:
            at(plan.broken[0], "build_break")
        if plan.culprit is not None:
            if plan.old_topic:
                at(max(0, plan.culprit - 0.1), "old_topic")
            at(plan.culprit, "culprit")
            if plan.touched_again:
                at(plan.culprit + 0.1, "touched_again")
        if plan.broken:
            at(plan.broken[1], "build_fix")
        at(plan.fix, "fix")
        return due

    def _event(self, event, tip):
        if event == "culprit":
            return self._culprit(tip)
        if event == "old_topic":
            self.named["topic_base"] = tip
            self.old_topic = self.fillers(tip, self.plan.old_topic)
            return tip
        if event == "fix":
            self.named["bad"] = tip
            tip = self.filler(self.filler(tip))
            if self.old_topic:
                tip = self.merge([tip, self.old_topic], "an old topic")
            return self.filler(self.commit([tip], tree.FIX, name="fix"))
        change = {"other_crash": tree.OTHER_BUG, "build_break": tree.BUILD_BREAK, "build_fix": tree.BUILD_FIX,
                  "touched_again": tree.CULPRIT_AGAIN}[event]
        return self.commit([tip], change, name=event)

    def _culprit(self, tip):
        if self.plan.culprit_is == "merge":
            return self.merge([self.filler(tip), self.commit([tip], tree.MANUAL)], "frob", tree.CULPRIT, "culprit")
        if self.plan.culprit_is == "topic":
            topic = self.filler(self.commit([self.filler(tip)], tree.CULPRIT, name="culprit"))
            return self.merge([self.filler(tip), topic], "topic frob")
        return self.commit([tip], tree.CULPRIT, name="culprit")

    def _branches(self, tip, start):
        shape = self.rng.random()
        if shape < 0.6:
            return self.merge([tip, self.fillers(start, self.rng.randint(1, 4))], "topic")
        if shape < 0.8:
            topics = [self.fillers(start, self.rng.randint(1, 2)) for _ in range(self.rng.randint(2, 3))]
            return self.merge([tip, *topics], "topics")
        a, b = self.filler(tip), self.filler(tip)
        return self.merge([self.filler(self.merge([a, b], "b into a")), self.filler(self.merge([b, a], "a into b"))],
                          "criss-cross")

    # What is so

    def has(self, commit, change):
        return any(self.changes[i] is change for i in commit.changes)

    def crashes(self, commit):
        return self.has(commit, tree.CULPRIT) and not self.has(commit, tree.FIX)

    def builds(self, commit):
        return not self.has(commit, tree.BUILD_BREAK) or self.has(commit, tree.BUILD_FIX)

    # Writing

    def files(self, commit):
        files = dict(self.base)
        for i in sorted(commit.changes):
            self.changes[i].apply(files)
        return files

    def write(self, directory: Path):
        """Makes the repository, with `main` checked out, and fills in the hashes."""
        directory.mkdir(parents=True)
        subprocess.run(["git", "init", "-q", "-b", "main", str(directory)], check=True)
        if self.plan.rewritten:
            tip = {"refs/heads/rewritten": self.refs["refs/heads/main"]}
            self._import(directory, tip, "Rewriter <rewriter@example.org>")
        marks = self._import(directory, self.refs)
        for commit in self.commits:
            commit.sha = marks[commit.mark]
        subprocess.run(["git", "-C", str(directory), "reset", "-q", "--hard"], check=True)

    def _import(self, directory, refs, committer=None):
        """Makes all commits, and `refs`. Mark → hash."""
        out = io.BytesIO()
        scratch = next(ref for ref in refs if ref.startswith("refs/heads/"))
        say = lambda text: out.write(text.encode())

        def data(text):
            raw = text.encode()
            say(f"data {len(raw)}\n")
            out.write(raw + b"\n")

        for commit in self.commits:
            author = PEOPLE[commit.mark % len(PEOPLE)]
            when = f"{START + 3600 * commit.mark} +0000"
            say(f"commit {scratch}\nmark :{commit.mark}\nauthor {author} {when}\n")
            say(f"committer {committer or author} {when}\n")
            data(self._message(commit, author))
            for i, parent in enumerate(commit.parents):
                say(f"{'merge' if i else 'from'} :{parent.mark}\n")
            say("deleteall\n")
            for path, text in self.files(commit).items():
                say(f"M 100644 inline {path}\n")
                data(text)
            say("\n")
        for ref, commit in refs.items():
            say(f"reset {ref}\nfrom :{commit.mark}\n\n")
        marks = (directory / ".git/marks").absolute()
        subprocess.run(["git", "-C", str(directory), "fast-import", "--quiet", "--force", f"--export-marks={marks}"],
                       input=out.getvalue(), check=True)
        lines = [line.split() for line in marks.read_text().splitlines()]
        marks.unlink()
        return {int(mark[1:]): sha for mark, sha in lines}

    def _message(self, commit, author):
        change = next((self.changes[i] for i in commit.changes if self.changes[i].subject == commit.subject), None)
        reviewer = PEOPLE[(commit.mark + 1) % len(PEOPLE)]
        body = (change.body + "\n" if change and change.body else "")
        return f"{commit.subject}\n\n{body}Reviewed-by: {reviewer}\nSigned-off-by: {author}\n"

    def to_json(self):
        """What a bisection of it has to find out."""
        return json.dumps({
            "target": tree.TARGET,
            "other": tree.OTHER,
            "named": {name: commit.sha for name, commit in self.named.items()},
            "refs": {ref: commit.sha for ref, commit in self.refs.items()},
            "commits": len(self.commits),
            "broken": [commit.sha for commit in self.commits if not self.builds(commit)],
        }, indent=2)
