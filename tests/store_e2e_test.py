"""`ktriage triage --db`: the real binary, killed, interrupted and run again. KTRIAGE_BINARY names it.

The logs are consoles of the corpus, each several times with other process ids.
"""

import glob
import gzip
import json
import os
import pathlib
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time
import unittest

KTRIAGE = os.environ["KTRIAGE_BINARY"]
CORPUS = pathlib.Path(__file__).resolve().parent.parent / "corpus" / "linux"


def make_logs(folder, copies, sources=40):
    """Consoles that crash, below `folder`; the same at every call."""
    plain = sorted(path for path in glob.glob(str(CORPUS / "*" / "frob-*.log")) if os.path.getsize(path) < 40000)
    chosen = random.Random(5).sample(plain, min(sources, len(plain)))
    for number, source in enumerate(sorted(chosen)):
        text = pathlib.Path(source).read_bytes()
        for copy in range(copies):
            target = pathlib.Path(folder, f"machine{copy}", f"{number:03}-{pathlib.Path(source).name}")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(re.sub(rb"PID: \d+", b"PID: %d" % (1000 + copy), text))
            os.utime(target, (1700000000 + 1000 * number, 1700000000 + 1000 * number + copy))


class StoreTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="ktriage-store-")
        self.root = pathlib.Path(self.folder.name)
        self.logs = self.root / "logs"
        self.db = self.root / "bugs.db"

    def tearDown(self):
        self.folder.cleanup()

    def triage(self, *arguments, expect=1, db=None):
        """Runs it; returns (clusters, what it said on stderr)."""
        ran = subprocess.run([KTRIAGE, "triage", "--json", "--db", str(db or self.db), *map(str, arguments)],
                             capture_output=True, text=True, timeout=300)
        self.assertEqual(ran.returncode, expect, ran.stderr)
        return [json.loads(line) for line in ran.stdout.splitlines()], ran.stderr

    @staticmethod
    def partition(clusters):
        """Which crashes are one bug, and what it is called."""
        return sorted((each["name"], sorted((member["file"], member["start_byte"]) for member in each["members"])) for each in clusters)

    # ── What is new ──

    def test_a_second_run_reads_nothing_and_says_the_same(self):
        make_logs(self.logs, 2)
        first, _ = self.triage(self.logs)
        self.assertGreater(len(first), 10)
        self.assertEqual({each["status"] for each in first}, {"new"})
        for log in self.logs.rglob("*.log"):
            stat = log.stat()
            log.write_bytes(b"x" * stat.st_size)  # were it read, its crash would be gone
            os.utime(log, ns=(stat.st_atime_ns, stat.st_mtime_ns))
        second, _ = self.triage(self.logs)
        self.assertEqual({each["status"] for each in second}, {"known"})
        self.assertEqual(self.partition(second), self.partition(first))

    def test_without_paths_it_prints_what_it_knows(self):
        make_logs(self.logs, 1)
        first, _ = self.triage(self.logs)
        before = self.db.read_bytes()
        shutil.rmtree(self.logs)
        self.assertEqual(self.triage()[0], first)
        self.assertEqual(self.db.read_bytes(), before)

    def test_incremental_finds_what_a_run_over_all_finds(self):
        make_logs(self.logs, 4)
        whole, _ = self.triage(self.logs, db=self.root / "whole.db")
        for machine in range(4):
            pieces, _ = self.triage(self.logs / f"machine{machine}")
        strip = lambda clusters: sorted(sorted((pathlib.Path(file).name, pathlib.Path(file).parent.name, byte) for file, byte in members)
                                        for _, members in self.partition(clusters))
        self.assertEqual(strip(pieces), strip(whole))
        self.assertEqual(sum(each["status"] == "new" for each in pieces), 0)
        self.assertGreater(sum(each["status"] == "grown" for each in pieces), 10)

    def test_files_that_change_are_read_again(self):
        make_logs(self.logs, 1)
        first, _ = self.triage(self.logs)
        victim = first[0]["members"][0]["file"]
        os.utime(victim)  # another time, the same bytes
        self.assertEqual(self.partition(self.triage(self.logs)[0]), self.partition(first))
        pathlib.Path(victim).write_text("all is well\n")
        second, _ = self.triage(self.logs)
        self.assertNotIn(victim, [member["file"] for each in second for member in each["members"]])
        self.assertEqual(sum(each["count"] for each in second), sum(each["count"] for each in first) - 1)

    def test_a_file_that_cannot_be_read_is_tried_again(self):
        make_logs(self.logs, 1)
        whole = gzip.compress(b"all is well\n" * 5000)
        (self.logs / "damaged.log.gz").write_bytes(whole[:len(whole) // 2])
        _, said = self.triage(self.logs, expect=3)
        self.assertIn("damaged.log.gz", said)
        self.assertIn("damaged.log.gz", self.triage(self.logs, expect=3)[1])
        self.triage(self.logs / "machine0")  # what failed elsewhere is no failure of this run
        (self.logs / "damaged.log.gz").unlink()
        self.triage(self.logs)

    # ── Marks ──

    def test_a_fixed_bug_returns(self):
        make_logs(self.logs, 2)
        first, _ = self.triage(self.logs / "machine0")
        name = first[0]["name"]
        self.triage("--mark", name, "fixed", expect=0)
        self.assertNotEqual({each["name"]: each["status"] for each in self.triage()[0]}[name], "returned")
        second, _ = self.triage(self.logs / "machine1")
        self.assertEqual({each["name"]: each["status"] for each in second}[name], "returned")

    def test_marks_are_checked(self):
        make_logs(self.logs, 1)
        first, _ = self.triage(self.logs)
        name = first[0]["name"]
        slip = name[:5] + ("0" if name[5] != "0" else "1") + name[6:]
        for arguments, complaint in (((slip, "fixed"), name), ((name, "fixd"), "fixed"), ((name, "duplicate-of", "nowhere"), "nowhere"),
                                     ((name,), "--mark NAME")):
            _, said = self.triage("--mark", *arguments, expect=2)
            self.assertIn(complaint, said)
        self.triage("--mark", name, "duplicate-of", first[1]["name"], first[2]["name"], "ignore", expect=0)
        marked = {each["name"]: each.get("mark") for each in self.triage()[0]}
        self.assertEqual(marked[first[2]["name"]], {"state": "ignore"})
        self.assertEqual(marked[name], {"state": "duplicate-of", "of": first[1]["name"]})

    # ── Mishaps ──

    def test_killed_at_any_moment_it_loses_nothing_and_ends_the_same(self):
        make_logs(self.logs, 40)
        start = time.monotonic()
        whole, _ = self.triage(self.logs, db=self.root / "whole.db")
        length = time.monotonic() - start
        chance = random.Random(11)
        committed = kills = completed = 0
        while kills < 20 and kills + completed < 60:
            running = subprocess.Popen([KTRIAGE, "triage", "--json", "--db", str(self.db), str(self.logs)],
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(chance.uniform(0, length * 0.8))
            was_killed = running.poll() is None
            running.kill()
            running.wait()
            if not was_killed:  # as a whole, or after some kills: it ends the same; then from the start again
                completed += 1
                self.assertEqual(self.partition(self.triage()[0]), self.partition(whole))
                for file in self.root.glob("bugs.db*"):
                    file.unlink()
                committed = 0
                continue
            kills += 1
            logs = self.committed_logs()
            self.assertGreaterEqual(logs, committed)
            committed = logs
        self.assertGreaterEqual(kills, 10, "the run is too fast for this test to mean anything")
        self.assertEqual(self.partition(self.triage(self.logs)[0]), self.partition(whole))

    def committed_logs(self):
        """How many files the database knows; it must be sound."""
        if not self.db.exists() or self.db.stat().st_size == 0:
            return 0
        db = sqlite3.connect(self.db)
        try:
            self.assertEqual(db.execute("PRAGMA integrity_check").fetchone()[0], "ok")
            has_tables = db.execute("PRAGMA user_version").fetchone()[0] > 0
            return db.execute("SELECT COUNT(*) FROM log").fetchone()[0] if has_tables else 0
        finally:
            db.close()

    def test_two_runs_at_the_same_time(self):
        make_logs(self.logs, 20)
        whole, _ = self.triage(self.logs, db=self.root / "whole.db")
        runs = [subprocess.Popen([KTRIAGE, "triage", "--json", "--db", str(self.db), str(self.logs)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)]
        for run in runs:
            out, said = run.communicate(timeout=300)
            self.assertEqual(run.returncode, 1, said)
            self.assertEqual(self.partition([json.loads(line) for line in out.splitlines()]), self.partition(whole))

    def test_an_interrupted_run_is_completed(self):
        make_logs(self.logs, 40)
        whole, _ = self.triage(self.logs, db=self.root / "whole.db")
        running = subprocess.Popen([KTRIAGE, "triage", "--db", str(self.db), str(self.logs)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while not self.db.exists() and running.poll() is None:  # before that there is nothing to interrupt in order
            time.sleep(0.005)
        running.send_signal(signal.SIGINT)
        self.assertIn(running.wait(timeout=60), (130, 1))
        self.assertEqual(self.partition(self.triage(self.logs)[0]), self.partition(whole))

    def test_files_that_are_none_of_ours_are_left_alone(self):
        make_logs(self.logs, 1)
        others = {"text": b"precious " * 1000, "short": b"x"}
        for name, content in others.items():
            (self.root / name).write_bytes(content)
        with sqlite3.connect(self.root / "other") as db:
            db.execute("CREATE TABLE precious(x)")
        db.close()
        self.triage(self.logs)
        shutil.copy(self.db, self.root / "newer")
        with sqlite3.connect(self.root / "newer") as db:
            db.execute("PRAGMA user_version=99")
        db.close()
        for name in ("text", "short", "other", "newer"):
            before = (self.root / name).read_bytes()
            for paths in ((self.logs,), ()):
                _, said = self.triage(*paths, expect=3, db=self.root / name)
                self.assertIn(name, said)
                self.assertIn("another file", said)
            self.assertEqual((self.root / name).read_bytes(), before)
        self.assertIn("there is no such triage database", self.triage(expect=3, db=self.root / "nowhere")[1])
        self.assertFalse((self.root / "nowhere").exists())

    # ── The page ──

    def test_writes_a_page(self):
        make_logs(self.logs, 2)
        page = self.root / "page.html"
        clusters, _ = self.triage(self.logs, "--html", page)
        text = page.read_text()
        self.assertIn(f"<h1>{len(clusters)} bugs in {sum(each['count'] for each in clusters)} crashes</h1>", text)
        for each in clusters:
            self.assertIn(f'<tr class="row" id="{each["name"]}">', text)
        self.triage("--html", self.root / "again.html")
        self.assertTrue((self.root / "again.html").exists())
        _, said = self.triage(self.logs, "--html", self.root / "no" / "such" / "page.html", expect=3)
        self.assertIn("page.html", said)


if __name__ == "__main__":
    unittest.main(verbosity=2)
