"""Runs whole bisections of small kernels (bisect_history) by the real binary, and checks what holds of every one of them."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import tempfile
import unittest
from pathlib import Path

from bisect_history import tree
from bisect_history.history import History, Plan

ROOT = Path(__file__).resolve().parents[2]
KTRIAGE = os.environ.get("KTRIAGE_BINARY", str(ROOT / "build/dev/cli/ktriage"))

try:
    import jsonschema
except ImportError:
    jsonschema = None

CONFIG = {
    "repo": "repo",
    "good": "v1.0",
    "target": {"title": tree.TARGET},
    "build": {"command": "make -s", "image": ["kernel.elf"], "timeout": "30s"},
    "test": {"command": "./kernel.elf", "success": "TEST-DONE", "timeout": "20s"},
    "infrastructure": {"retries": 2, "delay": "0.1s"},
}

WHO = ["-c", "user.name=Dan Fox", "-c", "user.email=dan@example.org"]


def merged(base, changes):
    """`base` with `changes`, maps within maps taken together; None removes a key."""
    out = dict(base)
    for key, value in changes.items():
        if isinstance(value, dict) and isinstance(out.get(key), dict):
            out[key] = merged(out[key], value)
        elif value is None:
            out.pop(key, None)
        else:
            out[key] = value
    return out


class Run:
    """A `ktriage bisect` that has ended."""

    def __init__(self, state, status, out, err):
        self.status, self.out, self.err = status, out, err
        self.log = (state / "bisect.log").read_text() if (state / "bisect.log").exists() else ""
        self.result = json.loads((state / "result.json").read_text()) if (state / "result.json").exists() else None
        events = journal(state)
        self.builds = [event for event in events if event["event"] == "build"]
        self.runs = [event for event in events if event["event"] == "run"]

    @property
    def outcome(self):
        return self.result["outcome"] if self.result else None

    @property
    def culprit(self):
        return self.result.get("culprit", {}).get("sha") if self.result else None

    def step(self, sha):
        return next(step for step in self.result["steps"] if step["sha"] == sha and "reverted" not in step)

    def __str__(self):
        return f"exit status {self.status}\n{self.log}\n{self.err}"


def journal(state):
    path = state / "journal.ndjson"
    lines = path.read_text().split("\n")[:-1] if path.exists() else []
    return [json.loads(line) for line in lines]


class BisectionTest(unittest.TestCase):
    """A directory with a repository, a configuration and a state directory, gone after the test."""

    maxDiff = None

    def setUp(self):
        self.directory = Path(tempfile.mkdtemp(prefix="ktriage-e2e-"))
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)
        self.state = self.directory / "b.state"
        self.repo = self.directory / "repo"

    # Making

    def make(self, kind=History, **plan):
        self.history = kind(Plan(**plan))
        self.history.write(self.repo)
        self.before = self.checkout()
        return self.history

    def branch_off(self, name, start):
        """A branch with one commit of its own."""
        sha = git(*WHO, "commit-tree", "-p", start, "-m", f"on branch {name}", f"{start}^{{tree}}", cwd=self.repo)
        git("branch", name, sha.strip(), cwd=self.repo)
        self.before = self.checkout()

    def commit(self, subject):
        git(*WHO, "commit", "-q", "--allow-empty", "-m", subject, cwd=self.repo)

    def sha(self, name):
        return self.history.named[name].sha

    def configure(self, **changes):
        config = merged(merged(CONFIG, {"bad": self.sha("bad"), "state": "b.state"}), changes)
        (self.directory / "b.yaml").write_text(json.dumps(config, indent=1) + "\n")

    def script(self, name, text):
        (self.directory / name).write_text("#!/bin/sh\n" + text)
        (self.directory / name).chmod(0o755)

    # Running

    def start(self, *options, env=None, **more):
        return subprocess.Popen([KTRIAGE, "bisect", *options, str(self.directory / "b.yaml")], text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
                                env={**os.environ, **(env or {})}, **more)

    def finish(self, process, timeout=120):
        try:
            out, err = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
            self.fail(f"still at work after {timeout} s\n{out}\n{err}")
        return Run(self.state, process.returncode, out, err)

    def bisect(self, *options, env=None, **changes):
        """Configures unless that is done, runs to the end, and checks what always holds."""
        if changes or not (self.directory / "b.yaml").exists():
            self.configure(**changes)
        run = self.finish(self.start(*options, env=env))
        self.check(run)
        return run

    # What always holds

    def check(self, run):
        self.assertNotIn(run.status, (-signal.SIGSEGV, -signal.SIGABRT), run)
        self.assertNotIn("Sanitizer", run.err)
        self.assertEqual(self.checkout(), self.before, "the user's repository was touched")
        self.assertEqual(self.processes(), [], "processes were left behind")
        done = [(event["commit"], event.get("revert"), event["index"]) for event in run.runs]
        self.assertEqual(len(done), len(set(done)), f"runs were repeated: {done}")
        if run.status not in (0, 1):
            return
        self.assertEqual(run.outcome == "found", run.status == 0, run)
        self.assertEqual(bool(run.culprit), run.status == 0, run)
        self.check_schema(run.result)
        self.check_replay(run)
        if run.status == 0:
            kind = "bad" if run.result["find"] == "cause" else "fixed"
            self.assertIn(f"{run.culprit} is the first {kind} commit\ncommit {run.culprit}\n", run.log)
            self.assertIn(f"first {kind} commit: {run.culprit} {run.result['culprit']['subject']}\n", run.log)

    def check_schema(self, result):
        if jsonschema is None:
            raise unittest.SkipTest("python3-jsonschema is missing: result.json was not checked")
        schema = json.loads((ROOT / "docs/bisect-result.schema.json").read_text())
        jsonschema.validate(result, schema)

    def check_replay(self, run):
        """`git bisect replay` takes our log, and comes to our end."""
        log = self.state / "git-bisect.log"
        if not run.result.get("newer"):
            return
        clone = self.directory / "clone"
        shutil.rmtree(clone, ignore_errors=True)
        git("clone", "-q", "-s", "--no-checkout", str(self.repo), str(clone), cwd=self.directory)
        done = subprocess.run(["git", "bisect", "replay", str(log)], cwd=clone, text=True, capture_output=True)
        if run.result["candidates"] and not run.culprit:
            # git would go on where no commit left promises an answer: it asks for each of them.
            words = done.stdout + done.stderr
            self.assertRegex(words, "There are only 'skip'ped commits left to test.|Bisecting: ")
            self.assertNotIn("is the first", words)
            return
        self.assertEqual(done.returncode, 0, f"{log.read_text()}\n{done.stdout}\n{done.stderr}\n{run}")
        if run.culprit:
            self.assertRegex(done.stdout, f"{run.culprit} is the first '?(bad|fixed)'? commit",
                             f"{log.read_text()}\n{done.stderr}\n{run}")

    def checkout(self):
        """All of the user's repository that a bisection might touch."""
        index = self.repo / ".git/index"
        return {
            "status": git("status", "--porcelain", "--ignored", cwd=self.repo),
            "HEAD": (self.repo / ".git/HEAD").read_text(),
            "refs": git("for-each-ref", cwd=self.repo),
            "index": index.read_bytes() if index.exists() else b"",
            "config": (self.repo / ".git/config").read_text(),
            "files": sorted(path.name for path in (self.repo / ".git").iterdir() if path.name not in ("worktrees",)),
        }

    def processes(self):
        """Processes that work for this bisection: all of them carry the state directory in their environment."""
        found = []
        for entry in Path("/proc").iterdir():
            with contextlib.suppress(OSError):
                if entry.name.isdigit() and str(self.state).encode() in (entry / "environ").read_bytes():
                    found.append((entry / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        return found

    def assert_culprit(self, run, name="culprit"):
        self.assertEqual(run.culprit, self.sha(name), run)

    def assert_verdicts(self, run):
        """Each commit that was called bad crashes, and so on, as the history has it."""
        for step in run.result["steps"]:
            if "reverted" in step:
                continue
            commit = next(commit for commit in self.history.commits if commit.sha == step["sha"])
            if not self.history.builds(commit) and not step.get("backports"):
                self.assertEqual(step["verdict"], "skip", step)
            elif any(one.get("counted_as") == "not testable" for one in step["runs"]):
                self.assertIn(step["verdict"], ("skip", "bad"), step)
            elif step["runs"] and all(one.get("counted_as", one["outcome"]) == "other crash" for one in step["runs"]):
                self.assertEqual(step["verdict"], "skip", step)
            elif step["verdict"] != "untested":
                # A flaky crash may not show: then the verdict is marked as the wrong one that it is.
                truth = ["good", "bad"][self.history.crashes(commit) != step.get("contradicted", False)]
                self.assertEqual(step["verdict"], truth, f"{step}\n{run}")


def git(*arguments, cwd):
    return subprocess.run(["git", *arguments], cwd=cwd, check=True, text=True, capture_output=True).stdout


def table(rows, method):
    """A class decorator: a test for each row, named by the row's first field, calling `method` with the others."""

    def decorate(cls):
        for name, *fields in rows:
            def test(self, fields=fields):
                getattr(self, method)(*fields)
            setattr(cls, "test_" + name, test)
        return cls

    return decorate
