"""How runs are judged: consoles, markers, exit statuses, hangs; and failures of the infrastructure, which never count."""

import unittest

from .harness import BisectionTest, table

QUICK = {"verify": False}
CONFIG_DIR = "$KTRIAGE_CONFIG_DIR"
HANG = "{ sleep 71 & setsid sleep 72 & trap '' TERM; sleep 73; }"


@table([
    # name, test, whether the target is named
    ("no_marker", {"command": "./kernel.elf", "success": None}, True),
    ("console_file", {"command": "./kernel.elf >console.log; echo nothing to see", "console": "console.log"}, True),
    ("console_file_elsewhere", {"command": f"./kernel.elf >{CONFIG_DIR}/c.log", "console": "../../../c.log"}, True),
    ("exit_status", {"command": "! ./kernel.elf | grep -q 'BUG: KASAN'", "success": None}, False),
    ("exit_status_without_console", {"command": "! ./kernel.elf | grep -q 'BUG: KASAN'", "success": None,
                                     "exit_status": "git"}, True),
    ("exit_status_and_crash", {"command": "./kernel.elf >out; cat out; ! grep -q KASAN out", "success": None}, True),
    ("any_crash", {}, False),
    ("ends_at_the_marker", {"command": "./kernel.elf; exec sleep 30"}, True),
    ("leaves_processes_behind", {"command": "setsid sleep 79 & ./kernel.elf"}, True),
    ("closes_its_output", {"command": "./kernel.elf; exec >&- 2>&-; sleep 0.3"}, True),
    ("marker_in_pieces", {"command": "./kernel.elf | sed 's/TEST-DONE//'; printf TEST; sleep 0.1; echo -DONE"}, True),
], "check_judged")
class JudgeTest(BisectionTest):
    def check_judged(self, test, has_target):
        self.make(length=16)
        run = self.bisect(test=test, **QUICK, **({} if has_target else {"target": None}))
        self.assertEqual(run.status, 0, run)
        self.assert_culprit(run)
        self.assert_verdicts(run)


class NotTestableTest(BisectionTest):
    def broken_by(self, command, **config):
        """The culprit's binary is unaffected, but the test says by some means that a stretch cannot be tested."""
        self.make(broken=(0.3, 0.45))
        self.script("stretch.sh", "\n".join(f"[ $KTRIAGE_COMMIT = {commit.sha} ] && exit 0"
                                            for commit in self.history.commits if not self.history.builds(commit))
                    + "\nexit 1\n")
        # The compiler takes it, the test does not.
        build = {"command": "make -s CFLAGS='-O0 -w' LDFLAGS='-Wl,--unresolved-symbols=ignore-all -no-pie'"}
        return self.bisect(build=build, test={"command": f"{CONFIG_DIR}/stretch.sh && {command}; ./kernel.elf", **config},
                           **QUICK)

    def check_skipped(self, run, reason):
        self.assert_culprit(run)
        self.assert_verdicts(run)
        self.assertIn(f"all runs: not testable: {reason}", run.log)

    def test_exit_status_125(self):
        self.check_skipped(self.broken_by("exit 125"), "exit status 125")

    def test_no_marker(self):
        self.check_skipped(self.broken_by("{ echo booting; exit 0; }"), "it ended without the success marker")

    def test_silent_console(self):
        self.check_skipped(self.broken_by("exec sleep 60", timeout="300ms"), "the console stayed silent")

    def test_hang(self):
        run = self.broken_by("{ echo booting; sleep 60 & exec sleep 61; }", timeout="300ms")
        self.check_skipped(run, "timed out after")


class HangTest(BisectionTest):
    def test_hang_is_the_target(self):
        self.make()
        command = "./kernel.elf >out; grep -q KASAN out && { head -5 out; sleep 60; }; cat out"
        run = self.bisect(target={"title": "no output from test machine"}, **QUICK,
                          test={"command": command, "timeout": "400ms"})
        self.assert_culprit(run)
        self.assertIn("crashed: no output from test machine", run.log)

    def test_hanging_build_is_killed_with_its_group(self):
        self.make(broken=(0.3, 0.45))
        is_broken = "grep -q slab_round_up mm/slab.c && ! grep -q 'long slab_round_up' mm/slab.c"
        run = self.bisect(build={"command": f"{is_broken} && {HANG}; make -s", "timeout": "1s"}, **QUICK)
        self.assert_culprit(run)
        self.assert_verdicts(run)
        self.assertIn("build failed: timed out after", run.log)

    def test_hanging_test_is_killed_with_its_group(self):
        self.make(length=16)
        # What a hanging kernel has said before counts, here in good runs only: they are not testable.
        run = self.bisect(test={"command": f"./kernel.elf | sed s/TEST-DONE//; {HANG}", "timeout": "500ms"},
                          runs={"max": 2}, **QUICK)
        self.assertNotEqual(run.status, 0)
        self.assertIn("all runs: not testable: timed out after", run.log)


@table([
    # name, command that breaks down, what is said about it
    ("missing_command", "no-such-command", "exit status 127"),
    ("not_executable", "/dev/null", "exit status 126"),
    ("killed", "exec sh -c 'kill -9 $$'", "exit status 137"),
    ("killed_itself", "kill -9 $PPID", "killed by signal 9"),
    ("exit_200", "exit 200", "exit status 200"),
], "check_breakdown")
class BreakdownTest(BisectionTest):
    """The infrastructure breaks down in the fifth run: twice, which is mended by trying again, or for good."""

    def flaky_script(self, command, times):
        self.script("test.sh", f"""
n=$(cat {self.directory}/count 2>/dev/null || echo 0)
if [ "$KTRIAGE_RUN" = 0 ] && [ -e kernel.elf ] && [ $KTRIAGE_COMMIT != {self.sha("bad")} ] && [ $n -lt {times} ]; then
  echo $((n + 1)) >{self.directory}/count
  {command}
  exit
fi
exec ./kernel.elf
""")
        return {"command": f"{CONFIG_DIR}/test.sh"}

    def check_breakdown(self, command, said):
        self.make(length=16)
        run = self.bisect(test=self.flaky_script(command, 2), **QUICK)
        self.assertEqual(run.status, 0, run)
        self.assert_culprit(run)
        self.assert_verdicts(run)
        self.assertEqual(run.err.count("trying again"), 2, run)
        self.assertIn(said, run.err)
        retries = [one.get("retries", 0) for step in run.result["steps"] for one in step["runs"]]
        self.assertEqual(sum(retries), 2, run)

    def test_stops_and_goes_on(self):
        self.make(length=16)
        self.configure(test=self.flaky_script("kill -9 $$", 3), **QUICK)
        stopped = self.bisect()
        self.assertEqual(stopped.status, 3, stopped)
        self.assertIn("when that is mended, --resume goes on", stopped.err)
        self.assertIsNone(stopped.result)
        run = self.bisect("--resume")
        self.assertEqual(run.status, 0, run)
        self.assert_culprit(run)
        self.assertEqual(run.runs[:len(stopped.runs)], stopped.runs)

    def test_build_tool_is_missing(self):
        self.make(length=16)
        self.configure(build={"command": f"[ -e {self.directory}/tools ] || exec no-such-make; make -s"}, **QUICK)
        stopped = self.bisect()
        self.assertEqual((stopped.status, stopped.builds), (3, []), stopped)
        (self.directory / "tools").touch()
        run = self.bisect("--resume")
        self.assert_culprit(run)


if __name__ == "__main__":
    unittest.main()
