"""What is said at the end: candidates, doubts, verification, and what is mailed to whom."""

import json
import unittest

from bisect_history import tree

from .harness import BisectionTest

QUICK = {"verify": False}


class CandidatesTest(BisectionTest):
    """Around the culprit nothing builds."""

    def check_candidates(self, **config):
        self.make(culprit=0.5, broken=(0.42, 0.58), merges=0, docs=0)
        run = self.bisect(**config)
        self.assertEqual((run.status, run.outcome), (1, "inconclusive"), run)
        expected = [commit for commit in self.history.commits
                    if not self.history.builds(commit) or commit is self.history.named["build_fix"]]
        named = [candidate["sha"] for candidate in run.result["candidates"]]
        self.assertEqual(sorted(named), sorted(commit.sha for commit in expected), run)
        self.assertIn("bisection is inconclusive, the first bad commit could be any of:", run.log)
        for commit in expected:
            self.assertIn(f"\n{commit.sha} {commit.subject}\n", run.log)
        self.assertNotIn("culprit", run.result)
        self.assertGreater(sum(candidate["probability"] for candidate in run.result["candidates"]), 0.98, run)

    def test_bayes(self):
        self.check_candidates()

    def test_git(self):
        self.check_candidates(strategy="git")

    def test_two_workers(self):
        self.check_candidates(workers=2)


class VerificationTest(BisectionTest):
    def test_revert_conflicts(self):
        self.make(touched_again=True)
        run = self.bisect()
        self.assert_culprit(run)
        self.assertEqual(run.result["verification"]["revert"], {"result": "does not apply", "crashes": 0, "runs": 0})
        self.assertIn("build failed: it does not revert cleanly", run.log)

    def test_revert_does_not_build(self):
        self.make()
        # With the culprit taken back, the compiler is to fail.
        run = self.bisect(build={"command": "grep -q 'held = 1' drivers/frob.c && [ $KTRIAGE_COMMIT = "
                                            f"{self.sha('bad')} ] && exit 1; make -s"})
        self.assert_culprit(run)
        self.assertEqual(run.result["verification"]["revert"]["result"], "does not build", run)

    def test_still_crashes_without_the_culprit(self):
        self.make()
        # Crashes on the newest commit, whatever is in it.
        self.script("test.sh", f"[ $KTRIAGE_COMMIT = {self.sha('bad')} ] && cat {self.repo}/console/use-after-free.txt"
                               "; exec ./kernel.elf")
        run = self.bisect(test={"command": "$KTRIAGE_CONFIG_DIR/test.sh"})
        self.assert_culprit(run)
        self.assertEqual(run.result["verification"]["revert"]["result"], "still crashes", run)
        self.assertIn("doubt: the crash happens with the culprit reverted too", run.log)

    def test_the_culprit_is_a_merge(self):
        for strategy in ("git", "bayes"):
            with self.subTest(strategy=strategy):
                self.setUp()
                self.make(culprit_is="merge")
                run = self.bisect(strategy=strategy)
                self.assert_culprit(run)
                self.assertIn("doubt: the culprit is a merge: its parents may be at odds", run.log)
                self.assertEqual(len(run.result["verification"]["parents"]), 2)
                self.assertEqual(run.result["verification"]["revert"]["result"], "crash gone", run)

    def test_no_op_culprit(self):
        # Something outside the history decides: the binary of the culprit is that of its parent.
        self.make(merges=0, docs=1, length=2, culprit=None, releases=1)
        good, bad = self.history.commits[:2]
        self.script("test.sh", f"[ $KTRIAGE_COMMIT = {bad.sha} ] && cat {self.repo}/console/use-after-free.txt"
                               "; exec ./kernel.elf")
        run = self.bisect(bad=bad.sha, good=good.sha, test={"command": "$KTRIAGE_CONFIG_DIR/test.sh"})
        self.assertEqual(run.culprit, bad.sha, run)
        self.assertTrue(run.result["verification"]["no_op"])
        self.assertIn("doubt: the culprit's binary is that of its parent: most likely wrong", run.log)


class ReportTest(BisectionTest):
    def test_report(self):
        self.make()
        run = self.bisect("--json")
        self.assertEqual(json.loads(run.out), run.result)
        culprit = self.history.named["culprit"]
        self.assertEqual(run.result["culprit"]["subject"], tree.CULPRIT.subject)
        self.assertIn(f"Fixes: {culprit.sha[:12]} (\"{tree.CULPRIT.subject}\")\n", run.log)
        self.assertRegex(run.log, r'\ncc: \["[a-z]+@example\.[a-z]+" "[a-z]+@example\.[a-z]+"\]\n')
        self.assertIn(f"\ncrash: {tree.TARGET}\n", run.log)
        self.assertIn("BUG: KASAN: slab-use-after-free in frob_read_length+0x40/0x50", run.result["crash"]["report"])
        self.assertRegex(run.log, r"revisions tested: \d+, total time: [\d.]+m?s")
        self.assertEqual(run.result["revisions"], len({step["sha"] for step in run.result["steps"]}))
        self.assertEqual(run.result["runs"], len(run.runs))
        self.assertEqual(run.result["builds"], len(run.builds))
        for step in run.result["steps"]:
            for one in step["runs"]:
                self.assertTrue((self.state / one["log"]).exists())

    def test_get_maintainer(self):
        self.make(length=16, files={"scripts/get_maintainer.pl": """#!/usr/bin/perl
print "Frob List <frob\\@lists.example.org>\\nlinux-kernel\\@vger.example.org\\n";
"""})
        run = self.bisect(**QUICK)
        self.assert_culprit(run)
        self.assertIn("frob@lists.example.org", run.result["cc"])
        self.assertIn("linux-kernel@vger.example.org", run.result["cc"])


if __name__ == "__main__":
    unittest.main()
