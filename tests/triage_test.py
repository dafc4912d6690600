"""`ktriage triage`: the real binary on logs of the corpus and on logs made to hurt. KTRIAGE_BINARY names it."""

import io
import json
import os
import pathlib
import random
import subprocess
import tarfile
import tempfile
import unittest

KTRIAGE = os.environ["KTRIAGE_BINARY"]
ROOT = pathlib.Path(__file__).resolve().parent.parent
CORPUS = ROOT / "corpus" / "linux"
TYPES = {"object": dict, "array": list, "string": str, "integer": int, "number": (int, float)}


def triage(*arguments):
    return subprocess.run([KTRIAGE, "triage", *map(str, arguments)], capture_output=True, timeout=300, check=False)


def clusters(*arguments):
    ran = triage("--json", *arguments)
    return [json.loads(line) for line in ran.stdout.splitlines()], ran


def mistakes(schema, value, path="cluster"):
    """What is wrong with `value`, by the part of JSON Schema that ours use."""
    if "const" in schema and value != schema["const"]:
        yield f"{path} is not {schema['const']}"
    if "enum" in schema and value not in schema["enum"]:
        yield f"{path}: {value!r} is none of {schema['enum']}"
    if "type" in schema and not isinstance(value, TYPES[schema["type"]]):
        yield f"{path}: {value!r} is no {schema['type']}"
        return
    if "minimum" in schema and value < schema["minimum"]:
        yield f"{path}: {value} is too small"
    if isinstance(value, list):
        for item in value:
            yield from mistakes(schema.get("items", {}), item, path + "[]")
    if isinstance(value, dict):
        yield from (f"{path} lacks {name}" for name in schema.get("required", []) if name not in value)
        for name, member in value.items():
            if name in schema.get("properties", {}):
                yield from mistakes(schema["properties"][name], member, f"{path}.{name}")
            elif schema.get("additionalProperties") is False:
                yield f"{path} has a surprising {name}"


def a_console():
    """One that has crashed."""
    return (CORPUS / "6.1-minimal-gcc-x86_64" / "frob-wild-unmapped-in-ipi.log").read_bytes()


class TriageTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="ktriage-triage-")
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)

    def some_logs(self, count=60):
        logs = self.root / "logs"
        logs.mkdir()
        plain = sorted(CORPUS.glob("*/frob-*.log"))
        for number, source in enumerate(random.Random(1).sample(plain, count)):
            target = logs / f"{number:03}-{source.name}"
            target.write_bytes(source.read_bytes())
            os.utime(target, (1700000000 + number, 1700000000 + number))
        return logs

    def test_threads_do_not_matter(self):
        logs = self.some_logs()
        outputs = {jobs: triage("--json", "--jobs", jobs, logs).stdout for jobs in (1, 2, 4)}
        self.assertTrue(outputs[1])
        self.assertEqual(outputs[1], outputs[2])
        self.assertEqual(outputs[1], outputs[4])

    def test_the_order_of_paths_does_not_matter(self):
        logs = sorted(self.some_logs().iterdir())
        self.assertEqual(triage("--json", *logs).stdout, triage("--json", *reversed(logs)).stdout)

    def test_json_is_what_the_schema_says(self):
        schema = json.loads((ROOT / "docs" / "cluster.schema.json").read_text())
        found, ran = clusters(self.some_logs())
        self.assertEqual(ran.returncode, 1)
        for cluster in found:
            self.assertEqual(list(mistakes(schema, cluster)), [])
            self.assertEqual(cluster["count"], len(cluster["members"]))
            self.assertEqual(cluster["representative"]["crash"]["schema"], "ktriage.crash/1")
        ranks = [(-cluster.get("severity", 0), -cluster["count"]) for cluster in found]
        self.assertEqual(ranks, sorted(ranks))
        self.assertEqual(sum(cluster["count"] for cluster in found), len({m["file"] for c in found for m in c["members"]}))

    def test_the_schema_check_finds_mistakes(self):
        schema = json.loads((ROOT / "docs" / "cluster.schema.json").read_text())
        cluster = clusters(self.some_logs(5))[0][0]
        del cluster["name"]
        cluster["surprise"] = 1
        cluster["count"] = "one"
        self.assertEqual(len(list(mistakes(schema, cluster))), 3)

    def test_the_same_crash_in_a_directory_and_an_archive(self):
        logs = self.some_logs(20)
        archive = self.root / "logs.tar.gz"
        with tarfile.open(archive, "w:gz") as out:
            for path in sorted(logs.iterdir()):
                out.add(path, path.name)
        of_directory, of_archive = clusters(logs)[0], clusters(archive)[0]
        self.assertEqual([c["name"] for c in of_directory], [c["name"] for c in of_archive])
        self.assertEqual([c["count"] for c in of_directory], [c["count"] for c in of_archive])
        self.assertEqual([c["first_seen"] for c in of_directory], [c["first_seen"] for c in of_archive])
        self.assertIn("logs.tar.gz!", of_archive[0]["members"][0]["file"])

    def test_one_bad_file_is_one_failed_entry(self):
        logs = self.some_logs(3)
        (logs / "broken.log.gz").write_bytes(b"\x1f\x8b\x08" + bytes(7) + b"this is no deflate stream" * 9)
        found, ran = clusters(logs)
        self.assertEqual(ran.returncode, 3)
        self.assertEqual(sum(cluster["count"] for cluster in found), 3)
        self.assertEqual(ran.stderr.count(b"broken.log.gz:"), 1, ran.stderr)

    def test_members_that_want_out_are_only_names(self):
        archive = self.root / "hostile.tar"
        with tarfile.open(archive, "w") as out:
            for name in ("../../escaped.log", "/escaped.log", "bell\x07\x1b[31mred.log", "a/" * 200 + "deep.log"):
                data = a_console()
                info = tarfile.TarInfo(name)
                info.size = len(data)
                out.addfile(info, io.BytesIO(data))
            for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE):
                info = tarfile.TarInfo(f"link{kind.decode()}.log")
                info.type, info.linkname = kind, "/etc/passwd"
                out.addfile(info)
        before = sorted(self.root.rglob("*"))
        found, ran = clusters(archive)
        self.assertEqual(sum(cluster["count"] for cluster in found), 4, ran.stderr)
        self.assertEqual(before, sorted(self.root.rglob("*")))
        table = triage("--explain", archive)
        self.assertNotIn(b"\x1b", table.stdout + table.stderr + ran.stdout + ran.stderr)
        self.assertNotIn(b"\x07", table.stdout + table.stderr + ran.stdout + ran.stderr)

    def test_many_tiny_members(self):
        archive = self.root / "many.tar"
        with tarfile.open(archive, "w") as out:
            for number in range(20000):
                info = tarfile.TarInfo(f"{number}.log")
                info.size = 3
                out.addfile(info, io.BytesIO(b"hi\n"))
        ran = triage(archive)
        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.assertIn(b"20000 logs", ran.stderr)

    def test_exit_codes(self):
        (self.root / "clean.log").write_text("[    0.000000] Linux version 6.1.0\n")
        self.assertEqual(triage(self.root / "clean.log").returncode, 0)
        self.assertEqual(triage().returncode, 2)
        self.assertEqual(triage("--jobs", "0", self.root).returncode, 2)
        self.assertEqual(triage("--limit", "x", self.root).returncode, 2)
        self.assertEqual(triage(self.root / "missing").returncode, 3)

    def test_limit(self):
        logs = self.some_logs()
        self.assertEqual(clusters("--limit", "3", logs)[0], clusters(logs)[0][:3])


if __name__ == "__main__":
    unittest.main()
