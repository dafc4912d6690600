"""Which files of the base the commits change, and the name that a subject begins with."""

import posixpath
import re
import subprocess

# Built whatever the configuration: what 'obj-y' and the like name in the Makefiles of these.
_BUILT_PLACES = ["kernel", "kernel/irq", "kernel/time", "kernel/locking", "kernel/printk", "kernel/rcu", "kernel/dma",
                 "mm", "fs", "fs/proc", "fs/sysfs", "fs/kernfs", "fs/debugfs", "fs/ramfs", "lib", "init",
                 "drivers/base", "drivers/char", "drivers/tty", "drivers/tty/serial", "arch/x86/mm", "arch/x86/kernel"]
_UNBUILT = re.compile(r"^(fs/(ext4|xfs|btrfs|nfs|fat|overlayfs)|drivers/(ata|hwtracing|iommu|mfd|pci|thermal|watchdog)|"
                      r"block|crypto|ipc|virt/kvm)/[^/]+\.c$")
# Headers that a few to a few dozen of the minimal kernel's 550 objects include; slab.h and its like would make every build
# take as long as the first.
_HEADERS = re.compile(r"^include/linux/(oom|reboot|console|elfcore|fdtable|kmsg_dump|syscore_ops|tty_flip|serial_core)\.h$")
_DOCUMENTS = re.compile(r"^Documentation/(admin-guide|core-api|filesystems|locking|mm|process)/[^/]+\.rst$")
_KCONFIG = re.compile(r"^(kernel|mm|fs|fs/proc|lib|init|drivers/(base|char|tty|tty/serial|pci|watchdog|iommu))/Kconfig(\.debug)?$")
_SENSITIVE = re.compile(rb"\bnoinstr\b|#include \"[^\"]+\.c\"")


class Tree:
    """The base's files, read when asked for."""

    def __init__(self, repository):
        self._repository = repository
        listed = subprocess.run(["git", "-C", repository, "ls-tree", "-r", "--name-only", "base"],
                                check=True, capture_output=True, text=True).stdout
        self.paths = listed.splitlines()
        self._known = set(self.paths)
        self._cat = subprocess.Popen(["git", "-C", repository, "cat-file", "--batch"],
                                     stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._contents = {}

    def read(self, path):
        if path not in self._contents:
            self._cat.stdin.write(f"base:{path}\n".encode())
            self._cat.stdin.flush()
            size = int(self._cat.stdout.readline().split()[2])
            self._contents[path] = self._cat.stdout.read(size + 1)[:-1]
        return self._contents[path]

    def close(self):
        self._cat.stdin.close()
        self._cat.wait()

    def built(self):
        out = []
        for place in _BUILT_PLACES:
            makefile = self.read(f"{place}/Makefile").decode().replace("\\\n", " ")
            for line in re.findall(r"^(?:obj-y|lib-y|mmu-y|proc-y|[a-z0-9_]+-y)\s*[:+]?=\s*(.*)$", makefile, re.M):
                for name in re.findall(r"(\S+)\.o\b", line.split("#")[0]):
                    path = f"{place}/{name}.c"
                    if path in self._known and not _SENSITIVE.search(self.read(path)):
                        out.append(path)
        return sorted(set(out))

    def _matching(self, pattern):
        return [path for path in self.paths if pattern.match(path)]

    def unbuilt(self):
        return self._matching(_UNBUILT)

    def headers(self):
        return self._matching(_HEADERS)

    def documents(self):
        return self._matching(_DOCUMENTS)

    def kconfigs(self):
        return self._matching(_KCONFIG)


def prefix(path):
    """What the subject of a commit to that file begins with."""
    place, name = posixpath.split(path)
    stem = name.split(".")[0]
    parts = place.split("/")
    if parts[0] == "Documentation":
        return f"docs: {parts[-1]}"
    if name.startswith("Kconfig"):
        return f"{parts[-1]}/Kconfig"
    if parts[0] == "arch":
        return f"{parts[1]}/{parts[-1]}"
    if parts[0] in ("kernel", "lib", "init", "include", "ipc", "block", "crypto", "virt") or place == "fs":
        return stem
    if parts[0] == "mm":
        return f"mm/{stem}"
    if parts[:2] == ["drivers", "tty"]:
        return f"tty: {stem}"
    if parts[:2] == ["drivers", "base"]:
        return f"driver core: {stem}"
    return f"{parts[-1]}: {stem}"
