"""Writes commits through `git fast-import`."""

import subprocess


class FastImport:
    def __init__(self, repository):
        self._repository = repository
        self._marks = f"{repository}/marks"
        self._process = subprocess.Popen(
            ["git", "-C", repository, "fast-import", "--quiet", "--force", f"--export-marks={self._marks}"],
            stdin=subprocess.PIPE)
        self._out = self._process.stdin
        self._last_mark = 0

    def _write(self, text):
        self._out.write(text if isinstance(text, bytes) else text.encode())

    def _data(self, content):
        self._write(f"data {len(content)}\n")
        self._write(content)
        self._write("\n")

    def _mark(self):
        self._last_mark += 1
        self._write(f"mark :{self._last_mark}\n")
        return self._last_mark

    def blob(self, content):
        self._write("blob\n")
        mark = self._mark()
        self._data(content)
        return mark

    def commit(self, ref, who, date, message, parent, merged, files):
        """`parent` and `merged` are marks or names of commits; `files` are (path, mode, blob mark)."""
        self._write(f"commit {ref}\n")
        mark = self._mark()
        self._write(f"author {who} {date} +0000\ncommitter {who} {date} +0000\n")
        self._data(message.encode())
        if parent is not None:
            self._write(f"from {self._name(parent)}\n")
        for commit in merged:
            self._write(f"merge {self._name(commit)}\n")
        for path, mode, blob in files:
            self._write(f"M {mode} :{blob} {self._path(path)}\n")
        return mark

    @staticmethod
    def _name(commit):
        return f":{commit}" if isinstance(commit, int) else commit

    @staticmethod
    def _path(path):
        return f'"{path}"' if " " in path else path

    def tag(self, name, commit):
        self._write(f"reset refs/tags/{name}\nfrom {self._name(commit)}\n\n")

    def finish(self):
        """Returns the hashes of all marks."""
        self._out.close()
        if self._process.wait() != 0:
            raise SystemExit("make-history: git fast-import failed")
        with open(self._marks, encoding="ascii") as lines:
            return {int(mark[1:]): sha for mark, sha in (line.split() for line in lines)}
