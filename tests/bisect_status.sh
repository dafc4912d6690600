#!/usr/bin/env bash
# The live status line: on a terminal only, on stderr only: bisect_status.sh KTRIAGE_BINARY.
set -euo pipefail
ktriage=$1
command -v script >/dev/null || exit 77
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export GIT_AUTHOR_NAME=A GIT_AUTHOR_EMAIL=a@example.org GIT_COMMITTER_NAME=A GIT_COMMITTER_EMAIL=a@example.org
git init -q -b main "$work/repo"
cd "$work/repo"
for i in $(seq 1 12); do
  echo "$i" >number
  git add number
  git commit -q -m "change $i"
  git tag "c$i"
done
cat >"$work/b.yaml" <<'YAML'
repo: repo
bad: main
good: c1
build: {command: "sleep 0.3; cp number built", image: [built]}
test: {command: "sleep 0.3; echo console; test $(cat built) -lt 7", timeout: 20s}
workers: 2
verify: false
YAML
cd "$work"
# A terminal of its own, whose stdout is a file: what remains is stderr.
script -qec "stty cols 150; $ktriage bisect --state a b.yaml >a.log" terminal </dev/null >/dev/null
tr '\r' '\n' <terminal | sed 's/\x1b\[K//g' | grep -v '^Script ' >lines
fail() { cat lines; echo "$1"; exit 1; }
grep -q '^reproducing the crash | builds [0-9a-f]\{12\} ' lines || fail "no phase"
grep -q '^searching: [0-9]* revisions\{0,1\} left, about [0-9]* steps\{0,1\}, [0-9hms]* to go | ' lines || fail "no estimate"
grep -q '| builds [0-9a-f]\{12\} [0-9.smh]* | builds [0-9a-f]\{12\} ' lines || fail "not what each worker does"
grep -q '| runs [0-9a-f]\{12\} #0 ' lines || fail "no run"
[[ $(awk '{ if (length($0) > 149) n++ } END { print n + 0 }' lines) == 0 ]] || fail "a line wraps"
grep -q "first bad commit: $(git -C repo rev-parse c7)" a.log || fail "not in the log: the commit"
! grep -q $'\x1b\|to go' a.log || fail "status in the log"
# No terminal, no line.
"$ktriage" bisect --state b b.yaml >b.log 2>errors
[[ ! -s errors ]] || { cat errors; exit 1; }
