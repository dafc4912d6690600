"""How commits are built: toolchains, backports, cleaning, images; and where."""

import re
import unittest

from bisect_history import tree

from .harness import BisectionTest

QUICK = {"verify": False}
# Says with each build which compiler it was given.
BUILD = "echo \"CC is ${CC-unset}\"; make -s CC=cc"


class ToolchainTest(BisectionTest):
    def compilers(self, run):
        """Commit → the compiler that its build was given."""
        return {build["commit"]: (self.state / build["log"]).read_text().split("CC is ")[1].split("\n")[0]
                for build in run.builds}

    def test_a_compiler_for_each_range(self):
        self.make(releases=4)
        run = self.bisect(good="auto", build={"command": BUILD, "toolchains": [
            {"until": "v1.1", "CC": "gcc-old"}, {"from": "v1.1", "until": "v1.3", "CC": "cc -DMIDDLE"}]}, **QUICK)
        self.assert_culprit(run)
        refs = self.history.refs
        one, three = refs["refs/tags/v1.1"], refs["refs/tags/v1.3"]
        seen = set()
        for sha, compiler in self.compilers(run).items():
            commit = next(commit for commit in self.history.commits if commit.sha == sha)
            old = commit is one or one.mark not in commit.ancestors
            middle = not old and (commit is three or three.mark not in commit.ancestors)
            expected = "gcc-old" if old else "cc -DMIDDLE" if middle else "unset"
            self.assertEqual(compiler, expected, commit)
            seen.add(expected)
        self.assertLess(1, len(seen), seen)
        self.assertRegex(run.log, f"testing commit {self.sha('bad')} with (gcc|cc) ")

    def test_environment_of_builds_and_tests(self):
        self.make(length=16)
        names = "KTRIAGE_COMMIT KTRIAGE_CONFIG_DIR KTRIAGE_WORKTREE KTRIAGE_WORKER KBUILD_BUILD_TIMESTAMP FLAVOUR"
        show = "; ".join(f"echo \"{name}=${{{name}-unset}}\"" for name in names.split())
        run = self.bisect(build={"command": f"{show}; pwd; make -s", "env": {"FLAVOUR": "sweet"}},
                          test={"command": f"{show}; echo KTRIAGE_RUN=$KTRIAGE_RUN; pwd; ./kernel.elf"}, **QUICK)
        self.assert_culprit(run)
        for event in [*run.builds, *run.runs]:
            log = (self.state / event["log"]).read_text()
            self.assertIn(f"KTRIAGE_COMMIT={event['commit']}\nKTRIAGE_CONFIG_DIR={self.directory}\n", log)
            self.assertIn(f"KTRIAGE_WORKTREE={self.state}/worktrees/worker-0\nKTRIAGE_WORKER=0\n", log)
            self.assertIn("KBUILD_BUILD_TIMESTAMP=Thu Jan  1 00:00:00 UTC 1970\nFLAVOUR=sweet\n", log)
            if event["event"] == "build":
                self.assertIn(f"\n{self.state}/worktrees/worker-0\n", log)
            else:
                self.assertIn(f"KTRIAGE_RUN={event['index']}\n{self.state}/builds/{event['commit'][:12]}\n", log)


class BackportTest(BisectionTest):
    def backport(self, when):
        """The whole upper half does not build without a later commit: nothing could be found there."""
        self.make(length=20, culprit=0.6, broken=(0.3, 0.9))
        return self.bisect(backports=[{"commit": self.sha("build_fix"), "when": when}], **QUICK)

    def test_when_the_build_fails(self):
        run = self.backport("build-fails")
        self.assert_culprit(run)
        self.assertGreater(run.result["confidence"], 0.98)
        for step in run.result["steps"]:
            commit = next(commit for commit in self.history.commits if commit.sha == step["sha"])
            expected = [] if self.history.builds(commit) else [self.sha("build_fix")]
            self.assertEqual(step.get("backports", []), expected, run)
            self.assertNotEqual(step["verdict"], "skip", run)
        self.assertIn(f"with backport {self.sha('build_fix')}", run.log)

    def test_always(self):
        run = self.backport("always")
        self.assert_culprit(run)
        for step in run.result["steps"]:
            commit = next(commit for commit in self.history.commits if commit.sha == step["sha"])
            # It is not applied where it is part of the history already.
            self.assertEqual("backports" in step, not self.history.has(commit, tree.BUILD_FIX), run)

    def test_always_and_built_twice(self):
        """A build that is done afresh after a failure has its backports once."""
        self.make(length=20, culprit=0.6, broken=(0.3, 0.9))
        counter = f"n=$(cat {self.directory}/count 2>/dev/null || echo 0); echo $((n + 1)) >{self.directory}/count"
        run = self.bisect(backports=[{"commit": self.sha("build_fix"), "when": "always"}], **QUICK,
                          build={"command": f"{counter}; [ $((n % 2)) = 1 ] || exit 1; make -s",
                                 "clean": "after-failure"})
        self.assert_culprit(run)
        for step in run.result["steps"]:
            self.assertLessEqual(len(step.get("backports", [])), 1, step)

    def test_one_that_does_not_apply(self):
        self.make(length=20, culprit=0.6, broken=(0.3, 0.45), touched_again=True)
        run = self.bisect(backports=[self.sha("touched_again")], **QUICK)
        self.assert_culprit(run)
        self.assert_verdicts(run)

    def test_in_a_range(self):
        self.make(length=20, culprit=0.6, broken=(0.3, 0.9), releases=4)
        run = self.bisect(backports=[{"commit": self.sha("build_fix"), "from": "v1.2"}], good="v1.2", **QUICK)
        self.assert_culprit(run)


class RefsTest(BisectionTest):
    def test_no_ref_changes_but_the_head_of_a_worktree(self):
        """To delete a ref, git locks those of the whole repository, which a kill in the middle leaves locked."""
        self.make(length=20, culprit=0.6, broken=(0.3, 0.9))
        trace = self.directory / "refs.trace"
        run = self.bisect(env={"GIT_TRACE_REFS": str(trace)},
                          backports=[{"commit": self.sha("build_fix"), "when": "always"}])
        self.assert_culprit(run)
        self.assertTrue(any(step.get("backports") for step in run.result["steps"]), run)
        self.assertEqual(run.result["verification"]["revert"]["result"], "crash gone", run)
        changed = re.findall(r"^\S+ refs/debug.c:\d+ +\d+: (\S+) [0-9a-f]{40} -> ", trace.read_text(errors="replace"), re.M)
        self.assertEqual(set(changed), {"HEAD"})


class BuildTest(BisectionTest):
    def test_without_images_tests_run_in_the_worktree(self):
        for workers in (1, 2):
            with self.subTest(workers=workers):
                self.setUp()
                self.make(length=16)
                run = self.bisect(build={"image": None}, workers=workers)
                self.assert_culprit(run)
                self.assert_verdicts(run)

    def test_same_images_are_not_tested_twice(self):
        self.make(docs=0.9, merges=0)
        run = self.bisect(**QUICK)
        images = {}
        for step in run.result["steps"]:
            if step["runs"]:
                self.assertNotIn(step["image"], images, run)
                images[step["image"]] = step["sha"]
        self.assertIn("same image as", run.log)

    def test_the_culprits_parent_is_not_run_again_under_another_name(self):
        self.make(docs=0.9, merges=0)
        run = self.bisect(strategy="git")  # which comes to the parent whatever the builds cost
        self.assert_culprit(run)
        images = [step["image"] for step in run.result["steps"]
                  if step["runs"] and step["sha"] != run.culprit and "reverted" not in step]
        self.assertEqual(len(images), len(set(images)), run)
        (parent,) = run.result["verification"]["parents"]
        self.assertEqual(run.step(parent["sha"])["runs"], [], "the history does not show it: choose another")
        self.assertGreater(parent["runs"], 0)
        self.assertEqual(parent["crashes"], 0)

    def test_clean_after_failure(self):
        self.make(length=16)
        # What the last build has left behind spoils the next.
        build = {"command": "[ -e spoilt ] && exit 1; make -s && touch spoilt", "clean": "after-failure"}
        (self.repo / ".git/info/exclude").write_text("spoilt\n")
        self.before = self.checkout()
        run = self.bisect(build=build, **QUICK)
        self.assert_culprit(run)
        self.assert_verdicts(run)

    def test_a_build_that_makes_no_image(self):
        self.make(broken=(0.3, 0.45))
        run = self.bisect(build={"command": "make -s || true", "clean": "always"}, **QUICK)
        self.assert_culprit(run)
        self.assert_verdicts(run)
        self.assertIn("build failed: the build succeeded without making kernel.elf", run.log)


if __name__ == "__main__":
    unittest.main()
