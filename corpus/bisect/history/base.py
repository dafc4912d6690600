"""The base commit: Debian's linux-source, without what an x86 machine in QEMU never builds."""

import os
import re
import subprocess
import tarfile

from .fast_import import FastImport

BASE_DATE = 1700000000
DEBIAN = "Debian Kernel Team <debian-kernel@lists.debian.org>"

# Files that Kconfig and make read stay everywhere: the tree configures as the whole one does.
_BUILD_FILE = re.compile(r"(^|/)(Kconfig|Makefile|Kbuild|Platform)[^/]*$")
_DRIVERS = "accessibility acpi ata base block bus char clk clocksource connector cpufreq cpuidle dma dma-buf " \
    "eisa firmware hwtracing idle input iommu irqchip mfd misc nvmem of opp pci platform pnp power pwm ras " \
    "regulator reset rtc soc thermal tty vhost video virt virtio watchdog"
_DROPPED = re.compile(
    r"^(arch/(?!x86/)[^/]+/|sound/|samples/|net/|rust/|LICENSES/|"
    r"Documentation/(?!admin-guide/|core-api/|filesystems/|locking/|mm/|process/|scheduler/|timers/)|"
    r"tools/(?!objtool/|include/|lib/|build/|scripts/|arch/x86/)|"
    rf"drivers/(?!({_DRIVERS.replace(' ', '|')})/)[^/]+/)")


def is_kept(path):
    if path.startswith("debian/"):
        return False
    return not _DROPPED.match(path) or bool(_BUILD_FILE.search(path))


def without_debian(gitignore):
    """Debian's .gitignore ends by ignoring everything."""
    return gitignore.split(b"#\n# Debian packaging", 1)[0]


def make_base(tarball, repository, whole):
    """A bare repository with one commit, tagged 'base'. Whole or not at all."""
    draft = f"{repository}.draft"
    subprocess.run(["rm", "-rf", draft], check=True)
    subprocess.run(["git", "init", "-q", "--bare", "-b", "master", draft], check=True)
    git = FastImport(draft)
    files = []
    version = "6.1"
    with tarfile.open(tarball, "r|xz") as archive:
        for member in archive:
            path = member.name.split("/", 1)[-1]
            if member.isdir() or not (whole or is_kept(path)):
                continue
            if member.issym():
                files.append((path, "120000", git.blob(member.linkname.encode())))
                continue
            content = archive.extractfile(member).read()
            if path == ".gitignore":
                content = without_debian(content)
            if path == "Makefile":
                version = ".".join(re.findall(rb"^(?:VERSION|PATCHLEVEL|SUBLEVEL) = (\d+)", content, re.M)[i].decode()
                                   for i in range(3))
            files.append((path, "100755" if member.mode & 0o100 else "100644", git.blob(content)))
    commit = git.commit("refs/heads/master", DEBIAN, BASE_DATE, f"Linux {version} as Debian ships it\n", None, [], files)
    git.tag("base", commit)
    git.finish()
    os.rename(draft, repository)
