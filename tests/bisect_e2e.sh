#!/usr/bin/env bash
# A whole bisection with real git, processes and consoles: bisect_e2e.sh KTRIAGE_BINARY. The "kernel" is a shell program
# whose history breaks its build for a stretch, brings in another crash, and a target crash that shows in some runs only.
# With KILLS=N the bisection is killed N times at random moments and resumed.
set -euo pipefail
ktriage=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export GIT_AUTHOR_NAME=A GIT_AUTHOR_EMAIL=a@example.org GIT_COMMITTER_NAME=A GIT_COMMITTER_EMAIL=a@example.org
git init -q -b main "$work/repo"
cd "$work/repo"
for i in $(seq 1 40); do
  date=$((1700000000 + i * 60))
  broken=no other=no target=no
  if ((i >= 12 && i <= 14)); then broken=yes; fi
  if ((i >= 8)); then other=yes; fi
  if ((i >= 27)); then target=yes; fi
  printf 'n=%s\nbroken=%s\nother=%s\ntarget=%s\n' "$i" "$broken" "$other" "$target" >kernel.in
  git add kernel.in
  GIT_AUTHOR_DATE="$date +0000" GIT_COMMITTER_DATE="$date +0000" git commit -q -m "change $i"
  if ((i == 1)); then git tag v1.0; fi
  if ((i == 27)); then culprit=$(git rev-parse HEAD); fi
done
cat >"$work/test.sh" <<'SCRIPT'
. ./kernel
echo "[    0.000000] Linux version 6.1.0-$n (a@b) #1 SMP"
crash() {
  echo "[    1.000000] BUG: kernel NULL pointer dereference, address: 0000000000000000"
  echo "[    1.000001] #PF: supervisor read access in kernel mode"
  echo "[    1.000002] Oops: 0000 [#1] PREEMPT SMP"
  echo "[    1.000003] CPU: 0 PID: 42 Comm: sh Not tainted 6.1.0 #1"
  echo "[    1.000004] RIP: 0010:$1+0x10/0x40"
  echo "[    1.000005] Call Trace:"
  echo "[    1.000006]  <TASK>"
  echo "[    1.000007]  $1_caller+0x10/0x40"
  echo "[    1.000008]  </TASK>"
  echo "[    1.000009] ---[ end trace 0000000000000000 ]---"
}
if [ "$other" = yes ] && [ $((0x$(head -c1 /dev/urandom | od -An -tx1 | tr -d ' ') % 6)) = 0 ]; then crash other_bug; exit 0; fi
if [ "$target" = yes ] && [ $((0x$(head -c1 /dev/urandom | od -An -tx1 | tr -d ' ') % 3)) != 0 ]; then crash widget_poll; exit 0; fi
echo "TEST-DONE"
SCRIPT
cat >"$work/b.yaml" <<YAML
repo: repo
bad: main
good: v1.0
target: {title: "BUG: unable to handle kernel NULL pointer dereference in widget_poll"}
build: {command: "grep -q broken=no kernel.in && cp kernel.in kernel", image: [kernel]}
test: {command: "sh \$KTRIAGE_CONFIG_DIR/test.sh", timeout: 20s, success: TEST-DONE}
workers: ${WORKERS:-2}
infrastructure: {retries: 2, delay: 0.1s}
YAML
cd "$work"
status=0
for ((k = 0; k < ${KILLS:-0}; k++)); do
  resume=(--resume)
  if [[ ! -s b.state/journal.ndjson ]]; then resume=(); fi
  "$ktriage" bisect "${resume[@]}" b.yaml >/dev/null 2>&1 &
  pid=$!
  sleep "0.$((RANDOM % 5))$((RANDOM % 10))"
  kill -9 "$pid" 2>/dev/null || true
  wait "$pid" 2>/dev/null || true
done
resume=()
if [[ -s b.state/journal.ndjson ]]; then resume=(--resume); fi
"$ktriage" bisect --json "${resume[@]}" b.yaml >out.json || status=$?
cat b.state/bisect.log
[[ $status == 0 ]] || { echo "exit status $status"; exit 1; }
grep -q "\"culprit\":{\"sha\":\"$culprit\"" out.json || { echo "wrong culprit, wanted $culprit"; exit 1; }
# No run is done twice, whatever was killed.
duplicates=$(grep -o '"event":"run","commit":"[0-9a-f]*"\(,"revert":"[0-9a-f]*"\)\{0,1\},"index":[0-9]*' b.state/journal.ndjson | sort | uniq -d)
[[ -z $duplicates ]] || { echo "repeated: $duplicates"; exit 1; }
# The replayable log ends where we did; the checkout was not touched.
git -C repo bisect replay ../b.state/git-bisect.log | grep "^$culprit is the first" || { cat b.state/git-bisect.log; git -C repo bisect log; echo "git bisect replay differs"; exit 1; }
git -C repo bisect reset >/dev/null 2>&1
[[ -z $(git -C repo status --porcelain) ]]
