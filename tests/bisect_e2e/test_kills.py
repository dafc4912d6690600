"""Killed without warning, over and over, at any moment: 200 times, by default, over as many bisections as that takes.

KTRIAGE_KILLS=N kills N times; KTRIAGE_KILL_SEED=S chooses other moments.
"""

import os
import random
import shutil
import time
import unittest

from .harness import BisectionTest, journal

KILLS = int(os.environ.get("KTRIAGE_KILLS", "200"))
SEED = int(os.environ.get("KTRIAGE_KILL_SEED", "1"))


class KillTest(BisectionTest):
    def test_kills(self):
        rng = random.Random(SEED)
        kills = bisections = torn = 0
        while kills < KILLS:
            bisections += 1
            shutil.rmtree(self.directory)
            self.directory.mkdir()
            self.make(seed=bisections, culprit=rng.uniform(0.3, 0.9), other_crash=0.2, broken=(0.1, 0.2))
            # Asked for the usual 1% error, one in a hundred of these searches may end beside the culprit.
            self.configure(workers=rng.choice([1, 2, 3]), runs={"error_probability": 1e-4}, test={
                "env": {"RACE_TIMER": "0.5", "RACE_PROBE": "0.1", "RACE_SEED": str(bisections)}})
            while kills < KILLS and not (self.state / "result.json").exists():
                torn += self.tear(rng)
                process = self.start(*self.resume())
                self.wait_for_progress(process, rng.randint(0, 3), rng.uniform(0, 0.1))
                if process.poll() is None:
                    process.kill()
                    kills += 1
                process.communicate()
            with self.subTest(bisection=bisections):
                run = self.bisect(*self.resume())
                self.assertEqual(run.status, 0, run)
                self.assert_culprit(run)
                self.assert_verdicts(run)
        print(f"seed {SEED}: {kills} kills, {torn} torn journals, {bisections} bisections", flush=True)

    def wait_for_progress(self, process, events, seconds):
        """Till so many things have happened, and a moment longer."""
        path = self.state / "journal.ndjson"
        lines = lambda: path.read_bytes().count(b"\n") if path.exists() else 0
        wanted = lines() + events
        while lines() < wanted and process.poll() is None:
            time.sleep(0.005)
        time.sleep(seconds)

    def resume(self):
        return ["--resume"] if journal(self.state) else []

    def tear(self, rng):
        """Now and then the journal's last line is on the disk in part only."""
        path = self.state / "journal.ndjson"
        lines = path.read_bytes().splitlines(keepends=True) if path.exists() else []
        if len(lines) < 2 or rng.random() > 0.2:
            return 0
        path.write_bytes(b"".join(lines)[:-rng.randint(1, len(lines[-1]) - 1)])
        return 1


if __name__ == "__main__":
    unittest.main()
