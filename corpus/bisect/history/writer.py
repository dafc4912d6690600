"""Turns a plan into commits."""

from . import edits
from .c_source import functions
from .fast_import import FastImport
from .files import prefix

_PEOPLE = ["Ada Brandt", "Bo Castellan", "Chidi Ward", "Dana Eriksen", "Emil Forsythe", "Fay Grünwald", "Gus Hartono",
           "Hana Ilves", "Ivo Jansen", "June Kowal", "Kai Laurent", "Lea Moreno"]
_MAINTAINER = "Mara Maintainer <mara@example.org>"
_START = 1710000000


def _address(name):
    return f"{name} <{name.lower().replace(' ', '.').replace('ü', 'ue')}@example.org>"


class Line:
    """A line of development: its last commit and the files that differ from the base."""

    def __init__(self, last, changed, frozen=()):
        self.last = last
        self.changed = dict(changed)
        self.touched = set()  # since it began
        self.frozen = frozen  # another line's, whose commits must not get in this one's way


class HistoryWriter:
    def __init__(self, repository, tree, random):
        self._git = FastImport(repository)
        self._tree = tree
        self._random = random
        self._built = tree.built()
        self._kinds = [(self._built, edits.edit_c, 80), (tree.unbuilt(), edits.edit_c, 6),
                       (tree.documents(), edits.edit_documentation, 6), (tree.kconfigs(), edits.edit_kconfig, 5),
                       (tree.headers(), edits.edit_header, 2)]
        self._main = Line("base", {})
        self._date = _START
        self._guarded = set()  # functions that the patches are about
        self.truth = {"culprit": None, "other": None, "broken": []}
        self.commits = 0
        self.merges = 0

    def write(self, plan, bug, other):
        self._guarded = bug.functions | other.functions
        for block in plan:
            if block.kind == "topic":
                self._topic(block, None)
            elif block.kind == "bug":
                self._bug(block, bug)
            elif block.kind == "broken":
                self._broken(block.length)
            elif block.kind == "other":
                self._fill(self._main, 2)
                self.truth["other"] = self._patch(self._main, other)
                self._fill(self._main, 2)
            else:
                self._fill(self._main, block.length)
        hashes = self._git.finish()
        name = lambda mark: hashes.get(mark, mark)
        self.truth = {"culprit": name(self.truth["culprit"]), "other": name(self.truth["other"]),
                      "broken": [[name(mark) for mark in stretch] for stretch in self.truth["broken"]]}
        return hashes

    def _read(self, line, path):
        if path in line.changed:
            return line.changed[path]
        return self._tree.read(path).decode("utf-8", "surrogateescape")

    def _commit(self, line, who, message, files, merged=()):
        self._date += self._random.randint(600, 40000)
        blobs = []
        for path, text in sorted(files.items()):
            line.changed[path] = text
            line.touched.add(path)
            blobs.append((path, "100644", self._git.blob(text.encode("utf-8", "surrogateescape"))))
        ref = "refs/heads/master" if line is self._main else "refs/heads/topic"
        line.last = self._git.commit(ref, who, self._date, message, line.last, list(merged), blobs)
        self.commits += not merged
        self.merges += bool(merged)
        return line.last

    def _change(self, line, path, edit):
        """The change as files, subject and body, unless it would touch what the patches need."""
        text = self._read(line, path)
        done = edit(self._random, text)
        if done is None:
            return None
        guarded = {f.name: (f.head, f.body) for f in functions(text) if f.name in self._guarded}
        after = {f.name: (f.head, f.body) for f in functions(done[0]) if f.name in guarded}
        if guarded != after:
            return None
        return {path: done[0]}, f"{prefix(path)}: {done[1]}", done[2]

    def _fill(self, line, count):
        while count > 0:
            paths, edit, _ = self._random.choices(self._kinds, [weight for *_, weight in self._kinds])[0]
            path = self._random.choice(paths)
            if path in line.frozen:
                continue
            change = self._change(line, path, edit)
            if change is None:
                continue
            files, subject, body = change
            self._commit(line, *self._signed(subject, body), files)
            count -= 1

    def _signed(self, subject, body):
        who = _address(self._random.choice(_PEOPLE))
        return who, f"{subject}\n\n{body}\n\nSigned-off-by: {who}\n"

    def _patch(self, line, patch):
        files = patch.apply(lambda path: self._read(line, path))
        return self._commit(line, patch.who, patch.message, files)

    def _bug(self, block, bug):
        if block.on_side:
            return self._topic(block, bug)
        self._fill(self._main, block.length)
        self.truth["culprit"] = self._patch(self._main, bug)
        self._fill(self._main, block.length)

    def _topic(self, block, bug):
        side = Line(self._main.last, self._main.changed)
        if bug is not None:
            self._fill(side, block.side // 2)
            self.truth["culprit"] = self._patch(side, bug)
            self._fill(side, block.side - block.side // 2)
        else:
            self._fill(side, block.side)
        self._main.frozen = side.touched
        self._fill(self._main, block.length)
        self._main.frozen = ()
        subject = self._random.choice(["Merge branch 'fixes'", "Merge branch 'for-next'", "Merge branch 'cleanups'",
                                       "Merge tag 'misc-updates'"])
        files = {path: side.changed[path] for path in side.touched}
        self._commit(self._main, _MAINTAINER, f"{subject}\n\n{block.side} changes.\n", files, [side.last])

    def _broken(self, length):
        while True:
            path = self._random.choice(self._built)
            text = self._read(self._main, path)
            change = edits.break_build(self._random, text)
            if change and not any(f.name in self._guarded for f in functions(text)):
                break
        broken, repaired, subject, name = change
        breaks = self._commit(
            self._main, *self._signed(f"{prefix(path)}: {subject}", "For a report of how much it is used."),
            {path: broken})
        self._main.frozen = {path}
        self._fill(self._main, length)
        self._main.frozen = ()
        mends = self._commit(
            self._main, *self._signed(f"{prefix(path)}: declare {name}", "The build was broken since it came in without."),
            {path: repaired})
        self.truth["broken"].append((breaks, mends))
