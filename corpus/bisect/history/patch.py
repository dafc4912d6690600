"""The commits that matter are patches in ../bugs, as `git format-patch` writes them, to be read and extended."""

import os
import re
import subprocess
import tempfile


class Patch:
    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            text = file.read()
        self.name = os.path.basename(path).removesuffix(".patch")
        self.who = re.search(r"^From: (.*)$", text, re.M)[1]
        subject = re.search(r"^Subject: (.*)\n\n((?:.*\n)*?)---\n", text, re.M)
        self.message = f"{subject[1]}\n\n{subject[2]}"
        self._diff = text[subject.end():]
        self.paths = re.findall(r"^\+\+\+ b/(\S+)$", self._diff, re.M)
        # Lines that it does not find any more would make it fail: nobody else touches these functions.
        self.functions = set(re.findall(r"\b(\w+)\(", self._diff))

    def apply(self, read):
        """The new text of each file, by path; `read` gives the old."""
        with tempfile.TemporaryDirectory() as place:
            for path in self.paths:
                os.makedirs(os.path.join(place, os.path.dirname(path)), exist_ok=True)
                with open(os.path.join(place, path), "w", encoding="utf-8") as file:
                    file.write(read(path))
            done = subprocess.run(["patch", "-p1", "-s", "--no-backup-if-mismatch", "-d", place], input=self._diff,
                                  text=True, capture_output=True)
            if done.returncode != 0:
                raise SystemExit(f"make-history: bugs/{self.name}.patch does not apply: {done.stdout}{done.stderr}")
            out = {}
            for path in self.paths:
                with open(os.path.join(place, path), encoding="utf-8") as file:
                    out[path] = file.read()
            return out
