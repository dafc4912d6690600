"""The search finds the culprit: strategies, workers, flaky crashes, other crashes, broken builds, fixes."""

import re
import unittest

from .harness import BisectionTest, table

FLAKY = {"test": {"env": {"RACE_TIMER": "0.5", "RACE_SEED": "7"}}}
WITH_OTHERS = {"test": {"env": {"RACE_TIMER": "0.5", "RACE_PROBE": "0.2", "RACE_SEED": "7"}}}
GIT = {"strategy": "git"}


@table([
    # name, plan, configuration
    ("deterministic", {}, {}),
    ("another_history", {"seed": 2, "culprit": 0.3}, {}),
    ("on_a_topic_branch", {"culprit_is": "topic"}, {}),
    ("by_git", {}, GIT),
    ("two_workers", {}, {"workers": 2}),
    ("three_workers", {}, {"workers": 3}),
    ("more_workers_than_commits", {"length": 4, "merges": 0}, {"workers": 8}),
    ("one_run_each", {}, {"runs": {"max": 1}}),
    ("by_git_with_two_workers", {}, {"workers": 2, **GIT}),
    ("flaky", {}, FLAKY),
    ("flaky_with_two_workers", {}, {"workers": 2, **FLAKY}),
    ("flaky_by_git", {}, {**FLAKY, **GIT}),
    ("broken_builds", {"broken": (0.3, 0.5)}, {}),
    ("broken_builds_by_git", {"broken": (0.3, 0.5)}, GIT),
    ("other_crashes_ignored", {"other_crash": 0.3}, {**WITH_OTHERS, "other_crash": "ignore"}),
    ("other_crashes_skipped", {"other_crash": 0.3}, {**WITH_OTHERS, "other_crash": "skip"}),
    ("all_of_it", {"other_crash": 0.2, "broken": (0.3, 0.4)}, {"workers": 2, **WITH_OTHERS}),
], "check_search")
class SearchTest(BisectionTest):
    def check_search(self, plan, config):
        self.make(**plan)
        run = self.bisect(**config)
        self.assertEqual(run.status, 0, run)
        self.assert_culprit(run)
        self.assertGreater(run.result["confidence"], 0.5 if "runs" in config else 0.98, run)
        self.assertEqual(run.result["verification"]["revert"]["result"], "crash gone", run)
        self.assert_verdicts(run)

    def test_other_crashes_bad(self):
        """Any crash will do: then the first that brought one in is the culprit."""
        self.make(other_crash=0.3)
        run = self.bisect(**{**WITH_OTHERS, "other_crash": "bad"})
        self.assertEqual(run.status, 0, run)
        self.assert_culprit(run, "other_crash")
        counted = [one["counted_as"] for step in run.result["steps"] for one in step["runs"] if "counted_as" in one]
        self.assertEqual(set(counted), {"target crash"})

    def test_dry_run_names_what_a_run_tests_first(self):
        self.make()
        self.configure(**GIT)
        dry = self.finish(self.start("--dry-run"))
        self.assertEqual(dry.status, 0, dry)
        self.assertFalse(self.state.exists())
        said = re.findall(r"(?:^  |^first.* on |^then )([0-9a-f]{12}) ", dry.out, re.M)
        self.assertEqual(len(said), 5, dry)
        run = self.bisect()
        steps = [(step["sha"][:12], step["verdict"]) for step in run.result["steps"]][:4]
        self.assertEqual([sha for sha, _ in steps[:3]], said[:3], f"{dry.out}\n{run}")
        self.assertEqual(steps[3][0], said[3] if steps[2][1] == "bad" else said[4], f"{dry.out}\n{run}")


if __name__ == "__main__":
    unittest.main()
