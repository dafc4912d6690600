"""What there is to search: releases, other branches, rewritten branches, fixes; and the ends that are no culprit."""

import unittest

from bisect_history import tree
from bisect_history.history import History

from .harness import BisectionTest, git, table

QUICK = {"verify": False}
FIX = {"find": "fix", "good": None}


class RangeTest(BisectionTest):
    def test_auto_walks_releases_back(self):
        self.make(releases=5, culprit=0.45)
        run = self.bisect(good="auto", **QUICK)
        self.assert_culprit(run)
        tags = [line for line in run.log.splitlines() if line.startswith("testing release")]
        self.assertEqual(tags, ["testing release v1.4", "testing release v1.3", "testing release v1.2"], run)
        self.assertEqual(run.result["older"], [self.history.refs["refs/tags/v1.2"].sha])

    def test_auto_passes_over_a_release_that_does_not_build(self):
        self.make(releases=5, culprit=0.5, broken=(0.36, 0.45))
        run = self.bisect(good="auto", **QUICK)
        self.assert_culprit(run)
        self.assertEqual(run.step(self.history.refs["refs/tags/v1.2"].sha)["verdict"], "skip", run)
        self.assertEqual(run.result["older"], [self.history.refs["refs/tags/v1.0"].sha], run)

    def test_auto_older_than_the_range(self):
        self.make(releases=4, culprit=0)
        git("tag", "-d", "v1.0", cwd=self.repo)
        self.before = self.checkout()
        run = self.bisect(good="auto")
        self.assertEqual((run.status, run.outcome), (1, "older than the range"), run)
        self.assertIn("the crash already happened on the oldest tested release, v1.1", run.log)

    def test_older_than_a_good_commit_that_crashes(self):
        for strategy in ("git", "bayes"):
            with self.subTest(strategy=strategy):
                self.setUp()
                self.make(culprit=0.1)
                run = self.bisect(good="v1.1", strategy=strategy)
                self.assertEqual((run.status, run.outcome), (1, "older than the range"), run)

    def test_good_on_another_branch(self):
        self.make(stable=5)
        run = self.bisect(good="stable", **QUICK)
        self.assert_culprit(run)
        base = self.history.refs["refs/tags/v1.0"].sha
        self.assertIn(f"Bisecting: a merge base must be tested\n[{base}] Kernel 1.0\ntesting commit {base}", run.log)

    def test_merge_base_that_crashes(self):
        self.make(culprit=0.3, fix=0.6, releases=2)
        self.branch_off("other", self.sha("bad"))
        run = self.bisect(bad="other", good="main")
        self.assertEqual((run.status, run.outcome), (1, "merge base is bad"), run)
        self.assertIn(f"The merge base {self.sha('bad')} is bad.", run.log)

    def test_ends_in_the_wrong_order(self):
        self.make(length=16, fix=0.9)
        culprit = self.sha("culprit")
        git("checkout", "-q", "--orphan", "unrelated", cwd=self.repo)
        self.commit("of another history")
        git("checkout", "-q", "-f", "main", cwd=self.repo)
        self.before = self.checkout()
        for config, said in [
                ({"good": "main"}, "the good commit comes after the bad one; to look for what fixed it, write 'find: fix'"),
                ({"good": self.sha("bad")}, "'good' and 'bad' are the same commit"),
                ({"good": "unrelated"}, "'good' and 'bad' have no common history"),
                ({**FIX, "fixed": "v1.0"}, "the fixed commit comes before the bad one"),
                ({**FIX, "fixed": self.sha("bad")}, "'fixed' and 'bad' are the same commit"),
                ({"good": "v9.9"}, "there is no commit 'v9.9'"),
                ({"backports": [culprit, "nothing"]}, "there is no commit 'nothing'")]:
            for options in ([], ["--check"]):
                with self.subTest(said=said, options=options):
                    run = self.bisect(*options, **config)
                    self.assertEqual((run.status, run.builds), (2, []), run)
                    self.assertIn(said, run.err)

    def test_rewritten_branch(self):
        self.make(rewritten=True)
        tip = self.sha("bad")
        run = self.bisect(repo={"path": "repo", "branch": "rewritten"}, good={"subject": "Kernel 1.1"}, **QUICK)
        self.assertEqual(run.status, 0, run)
        self.assertEqual(run.result["culprit"]["subject"], tree.CULPRIT.subject, run)
        self.assertNotEqual(run.culprit, self.sha("culprit"))
        self.assertIn(f"'bad' {tip} was found by its subject: {run.result['newer']}", run.log)

    def test_not_reproduced(self):
        self.make(culprit=None)
        run = self.bisect(runs={"max": 4})
        self.assertEqual((run.status, run.outcome), (1, "not reproduced"), run)
        self.assertIn("the crash wasn't reproduced on the original commit", run.log)
        self.assertEqual(len(run.runs), 12)

    def test_another_crash_is_not_a_reproduction(self):
        self.make(culprit=None, other_crash=0.5)
        run = self.bisect(runs={"max": 4}, test={"env": {"RACE_PROBE": "1"}})
        self.assertEqual((run.status, run.outcome), (1, "not reproduced"), run)
        self.assertIn(f"all runs: crashed: {tree.OTHER} (not the target", run.log)


@table([
    # name, plan, configuration
    ("deterministic", {}, {}),
    ("by_git", {}, {"strategy": "git"}),
    ("flaky", {}, {"test": {"env": {"RACE_TIMER": "0.5", "RACE_SEED": "3"}}}),
    ("two_workers", {}, {"workers": 2}),
    ("on_a_branch", {}, {"repo": {"path": "repo", "branch": "main"}}),
    ("old_topic", {"old_topic": 12}, {}),
    ("old_topic_by_git", {"old_topic": 12}, {"strategy": "git"}),
    ("old_topic_with_two_workers", {"old_topic": 12}, {"workers": 2}),
], "check_fix")
class FixTest(BisectionTest):
    PLAN = {"length": 30, "culprit": 0.4, "fix": 0.7}

    def check_fix(self, plan, config):
        self.make(**{**self.PLAN, **plan})
        run = self.bisect(**FIX, **config)
        self.assertEqual(run.status, 0, run)
        self.assert_culprit(run, "fix")
        self.assertEqual(run.result["find"], "fix")
        self.assertNotIn("fixes_tag", run.result)
        self.assertEqual(run.result["verification"]["revert"]["result"], "still crashes", run)
        self.assertEqual(run.result.get("doubts"), None, run)
        if "old_topic" in plan:
            self.assertIn("never had the crash", run.log)

    def test_one_worker_tests_a_merge_base_for_all(self):
        self.make(**{**self.PLAN, "old_topic": 30})
        run = self.bisect(**FIX, **QUICK, workers=3,
                          build={"command": f"[ $KTRIAGE_COMMIT = {self.sha('topic_base')} ] && sleep 2; make -s"})
        self.assert_culprit(run, "fix")
        self.assertEqual([build["commit"] for build in run.builds].count(self.sha("topic_base")), 1, run)

    def test_several_merge_bases(self):
        """One of which never had the bug: the other one brought it."""

        class CrissCross(History):
            def _make(self):
                root = self.commit([], subject="Kernel 1.0")
                first = self.commit([root], tree.CULPRIT) if self.plan.seed == 1 else self.filler(root, docs=0)
                second = self.filler(root, docs=0) if self.plan.seed == 1 else self.commit([root], tree.CULPRIT)
                here = self.filler(self.merge([first, second], "here"), docs=0)
                self.named["bad"] = here
                there = self.filler(self.merge([second, first], "there"), docs=0)
                there = self.commit([there], tree.FIX, name="fix")
                for _ in range(4):
                    there = self.filler(there, docs=0)
                self.refs = {"refs/heads/main": self.merge([here, there], "all")}

        for seed in (1, 2):
            with self.subTest(seed=seed):
                self.setUp()
                self.make(CrissCross, seed=seed)
                self.assert_culprit(self.bisect(**FIX, **QUICK), "fix")

    def test_still_happens(self):
        self.make(culprit=0.3)
        run = self.bisect(**FIX, bad=self.sha("culprit"))
        self.assertEqual((run.status, run.outcome), (1, "still happens"), run)
        self.assertIn("the crash still happens on HEAD", run.log)

    def test_bad_on_another_branch(self):
        self.make(**self.PLAN)
        self.branch_off("other", self.sha("bad"))
        run = self.bisect(**FIX, bad="other", **QUICK)
        self.assert_culprit(run, "fix")
        self.assertIn(f"testing merge base {self.sha('bad')}", run.log)

    def test_branch_that_never_had_it(self):
        self.make(**self.PLAN, stable=3)
        run = self.bisect(**FIX, fixed="stable")
        self.assertEqual((run.status, run.outcome), (1, "inconclusive"), run)
        self.assertIn("stable never had the crash: the branches parted before it", run.log)


if __name__ == "__main__":
    unittest.main()
