"""Signals, kill -9, resuming, locks, full disks: nothing is lost, nothing is left behind."""

import random
import re
import resource
import shutil
import signal
import subprocess
import time
import unittest

from .harness import KTRIAGE, BisectionTest, Run, git, journal

QUICK = {"verify": False}
FLAKY = {"test": {"env": {"RACE_TIMER": "0.5", "RACE_PROBE": "0.1", "RACE_SEED": "5"}}}
PLAN = {"other_crash": 0.2, "broken": (0.3, 0.4)}


class InterruptionTest(BisectionTest):
    def wait_for(self, condition, process, timeout=60):
        deadline = time.monotonic() + timeout
        while not condition():
            if process.poll() is not None or time.monotonic() > deadline:
                self.fail(f"did not come so far\n{self.finish(process)}")
            time.sleep(0.01)

    def interrupt(self, number):
        self.make(**PLAN)
        # In between, a run and a build that take their time, with processes of their own.
        slow = f"[ -e {self.directory}/go ] || {{ touch {self.directory}/busy; sleep 77 & setsid sleep 78; }}; "
        for part in ("build", "test"):
            with self.subTest(part=part):
                for name in ("busy", "go"):
                    (self.directory / name).unlink(missing_ok=True)
                shutil.rmtree(self.state, ignore_errors=True)
                git("worktree", "prune", cwd=self.repo)
                command = {"build": "make -s", "test": "./kernel.elf"}
                self.configure(**{part: {"command": slow + command[part]}}, workers=2, **QUICK)
                process = self.start()
                self.wait_for((self.directory / "busy").exists, process)
                process.send_signal(number)
                stopped = self.finish(process, timeout=20)
                self.check(stopped)
                self.assertEqual(stopped.status, 130, stopped)
                self.assertIn("interrupted; --resume goes on", stopped.err)
                (self.directory / "go").touch()
                run = self.bisect("--resume")
                self.assert_culprit(run)
                self.assert_verdicts(run)

    def test_sigint(self):
        self.interrupt(signal.SIGINT)

    def test_sigterm(self):
        self.interrupt(signal.SIGTERM)

    def test_sighup(self):
        self.interrupt(signal.SIGHUP)

    def kill_and_resume(self, kills, **config):
        """Kills at random moments change nothing about the end."""
        self.make(**PLAN)
        self.configure(**config)
        rng = random.Random(1)
        for _ in range(kills):
            process = self.start(*(["--resume"] if journal(self.state) else []))
            time.sleep(rng.uniform(0, 0.4))
            process.kill()
            process.communicate()
        run = self.bisect("--resume")
        self.assert_culprit(run)
        self.assert_verdicts(run)

    def test_killed_with_one_worker(self):
        self.kill_and_resume(10, **FLAKY)

    def test_killed_with_two_workers(self):
        self.kill_and_resume(10, workers=2, **FLAKY)

    def test_resume_of_a_finished_bisection(self):
        self.make()
        first = self.bisect()
        again = self.bisect("--resume")
        self.assertEqual(again.status, 0, again)
        self.assertEqual(again.runs, first.runs)
        self.assertEqual(untimed(again.log), untimed(first.log))
        self.assertEqual({**again.result, "seconds": 0}, {**first.result, "seconds": 0})


class PowerLossTest(BisectionTest):
    """What was not written to the disk when the machine went down is gone, or rubbish."""

    def stop_in_the_middle(self):
        self.make(length=16)
        self.configure(build={"command": "[ -e spoilt ] && exit 1; make -s"}, **QUICK,
                       test={"command": f"[ -e {self.directory}/go ] || [ $KTRIAGE_COMMIT = {self.sha('bad')} ] ||"
                                        " kill -9 $$; ./kernel.elf"})
        stopped = self.bisect()
        self.assertEqual(stopped.status, 3, stopped)
        (self.directory / "go").touch()
        return self.repo / ".git/worktrees/worker-0"

    def goes_on(self):
        run = self.bisect("--resume")
        self.assertEqual(run.status, 0, run)
        self.assert_culprit(run)
        self.assert_verdicts(run)
        self.assertEqual(git("worktree", "list", cwd=self.repo).count("\n"), 1)

    def test_spoilt_files_of_git(self):
        for name, text in (("index", b"\0" * 512), ("index.lock", b""), ("HEAD", b""), ("commondir", b""),
                           ("gitdir", b"")):
            with self.subTest(name=name, text=text):
                self.setUp()
                (self.stop_in_the_middle() / name).write_bytes(text)
                self.goes_on()

    def test_lost_worktree(self):
        self.stop_in_the_middle()
        shutil.rmtree(self.state / "worktrees")
        self.goes_on()

    def test_lost_builds(self):
        self.stop_in_the_middle()
        shutil.rmtree(self.state / "builds")
        self.goes_on()

    def test_objects_of_before_the_reboot(self):
        self.stop_in_the_middle()
        (self.state / "worktrees/worker-0.boot").write_text("another\n")
        (self.repo / ".git/info").mkdir(exist_ok=True)
        (self.repo / ".git/info/exclude").write_text("spoilt\n")
        (self.state / "worktrees/worker-0/spoilt").touch()
        self.goes_on()


class StateTest(BisectionTest):
    def test_not_twice_at_once(self):
        self.make(length=16)
        self.configure(test={"command": f"touch {self.directory}/busy; sleep 1; ./kernel.elf"}, **QUICK)
        first = self.start()
        while not (self.directory / "busy").exists():
            time.sleep(0.01)
        for options in ([], ["--resume"]):
            second = self.finish(self.start(*options))
            self.assertEqual(second.status, 3, second)
            self.assertIn("another bisection is using this state directory", second.err)
        self.assert_culprit(self.finish(first))

    def test_not_begun_twice(self):
        self.make(length=16)
        self.bisect(**QUICK)
        again = self.bisect()
        self.assertEqual(again.status, 2, again)
        self.assertIn("holds a bisection already; go on with it by --resume", again.err)

    def test_not_resumed_with_another_search(self):
        self.make(length=16)
        self.bisect(**QUICK)
        again = self.bisect("--resume", strategy="git", **QUICK)
        self.assertEqual(again.status, 2, again)
        self.assertIn("have changed since this bisection was begun", again.err)

    def test_moved_branch(self):
        """Commits are fixed when a bisection begins."""
        self.make(length=16)
        self.configure(bad="main", test={"command": f"[ -e {self.directory}/go ] || kill -9 $$; ./kernel.elf"}, **QUICK)
        self.assertEqual(self.bisect().status, 3)
        git("update-ref", "refs/heads/main", self.history.commits[3].sha, cwd=self.repo)
        git("reset", "-q", "--hard", cwd=self.repo)
        self.before = self.checkout()
        (self.directory / "go").touch()
        self.assert_culprit(self.bisect("--resume"))

    def test_worktrees_are_given_back(self):
        self.make(length=16)
        self.bisect(workers=2, **QUICK)
        self.assertEqual(git("worktree", "list", cwd=self.repo).count("\n"), 1)

    def test_users_hooks_are_not_run(self):
        self.make(length=16)
        hook = self.repo / ".git/hooks/post-checkout"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\ntouch {self.directory}/hook-was-run\n")
        hook.chmod(0o755)
        self.assert_culprit(self.bisect())
        self.assertFalse((self.directory / "hook-was-run").exists())

    def test_bare_repository(self):
        self.make(length=16)
        git("clone", "-q", "--bare", str(self.repo), "bare", cwd=self.directory)
        # As after fetching from elsewhere into an empty repository.
        git("symbolic-ref", "HEAD", "refs/heads/no-such-branch", cwd=self.directory / "bare")
        self.assert_culprit(self.bisect(repo="bare"))
        self.assertEqual(git("worktree", "list", cwd=self.directory / "bare").count("\n"), 1)

    def test_two_bisections_of_one_repository(self):
        self.make(length=16)
        self.configure(workers=2)
        processes = [self.start("--state", str(self.directory / name)) for name in ("one.state", "two.state")]
        for process in processes:
            run = self.finish(process)
            self.assertEqual(run.status, 0, f"{run.out}{run.err}")
            self.assertIn(f"{self.sha('culprit')} is the first bad commit", run.out)
        self.assertEqual(git("worktree", "list", cwd=self.repo).count("\n"), 1)
        self.assertEqual(self.checkout(), self.before)

    def test_names_with_blanks_and_quotes(self):
        self.directory = self.directory / "a 'b' \"c\" $d é"
        self.directory.mkdir()
        self.repo, self.state = self.directory / "re po", self.directory / "st at e"
        self.make(length=16, touched_again=True)
        run = self.bisect(repo="re po", state="st at e", workers=2,
                          backports=[{"commit": self.sha("touched_again"), "when": "always"}])
        self.assert_culprit(run)
        self.assert_verdicts(run)

    def test_dirty_checkout(self):
        """What the user has changed and not committed stays, and has no part in it."""
        self.make(length=16)
        (self.repo / "drivers/frob.c").write_text("#error\n")
        (self.repo / "new.c").write_text("#error\n")
        git("add", "new.c", cwd=self.repo)
        self.before = self.checkout()
        run = self.bisect(workers=2)
        self.assert_culprit(run)
        self.assertEqual((self.repo / "drivers/frob.c").read_text(), "#error\n")


class DiskTest(BisectionTest):
    def test_no_space_for_a_build(self):
        """The compiler says so, once: that is no broken commit."""
        self.make(length=16)
        once = f"[ -e {self.directory}/full ] || {{ touch {self.directory}/full; echo 'error: No space left on device'; exit 1; }}"
        run = self.bisect(build={"command": f"{once}; make -s"}, **QUICK)
        self.assert_culprit(run)
        self.assertIn("trying again", run.err)

    @unittest.skipUnless(subprocess.run(["unshare", "-rm", "true"], capture_output=True).returncode == 0,
                         "user namespaces are needed to mount a small disk")
    def test_full_disk(self):
        """The state directory's disk fills up at some point: the bisection stops, and goes on once there is room."""
        self.make(length=16)
        self.configure(state="disk/b.state", **QUICK)
        (self.directory / "disk").mkdir()
        for room in (50, 200, 300, 400):
            with self.subTest(room=room):
                shutil.rmtree(self.state, ignore_errors=True)
                script = f"""
                    mount -t tmpfs -o size=40m tmpfs disk || exit 99
                    head -c $((40 * 1024 * 1024 - {room} * 1024)) /dev/zero >disk/ballast
                    {KTRIAGE} bisect b.yaml >out 2>err
                    echo $?
                    rm disk/ballast
                    {KTRIAGE} bisect $(test -s disk/b.state/journal.ndjson && echo --resume) b.yaml >out 2>&1
                    echo $?
                    cp -r disk/b.state ."""
                done = subprocess.run(["unshare", "-rm", "sh", "-c", script], cwd=self.directory, text=True,
                                      capture_output=True)
                err = (self.directory / "err").read_text()
                self.assertEqual(done.stdout, "3\n0\n", f"{done.stderr}{err}{(self.directory / 'out').read_text()}")
                run = Run(self.state, 0, "", err)
                self.check(run)
                self.assert_culprit(run)
                self.assert_verdicts(run)

    def test_files_cannot_grow(self):
        """A limit on the size of files, as a quota has it: the bisection stops, and goes on once it is lifted."""
        self.make(length=16)
        for limit in (2000, 12000):
            with self.subTest(limit=limit):
                shutil.rmtree(self.state, ignore_errors=True)
                self.configure(**QUICK)
                stopped = self.finish(self.start(preexec_fn=lambda limit=limit: limit_files(limit)))
                self.assertEqual(stopped.status, 3, stopped)
                self.assertIsNone(stopped.result)
                run = self.bisect(*(["--resume"] if journal(self.state) else []))
                self.assert_culprit(run)
                self.assert_verdicts(run)


def untimed(log):
    return re.sub(r"total time: .*", "", log)


def limit_files(size):
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


if __name__ == "__main__":
    unittest.main()
