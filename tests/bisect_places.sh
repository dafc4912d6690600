#!/usr/bin/env bash
# What the crash's source files do for a bisection: bisect_places.sh KTRIAGE_BINARY. The "kernel" is a small C program with
# debug information, built as Kbuild does it. Of its 128 commits four change the file that the crash is in.
set -euo pipefail
ktriage=$1
command -v gcc nm >/dev/null || exit 77
[[ $(uname -m) == x86_64 ]] || exit 77
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export GIT_AUTHOR_NAME=A GIT_AUTHOR_EMAIL=a@example.org GIT_COMMITTER_NAME=A GIT_COMMITTER_EMAIL=a@example.org
git init -q -b main "$work/repo"
cd "$work/repo"
mkdir -p init drivers net arch/other
printf '%s\n' '*.o' '.*.cmd' '*.d' vmlinux kernel >.gitignore
write() { # FILE FUNCTION NUMBER
  printf 'volatile int %s_state;\nint %s(int x) {\n  // change %s\n  %s_state += x;\n  return %s_state;\n}\n' "$2" "$2" "$3" "$2" "$2" >"$1"
}
write init/main.c start_kernel 0
write drivers/widget.c widget_poll 0
write net/gadget.c gadget_send 0
write arch/other/setup.c setup 0
for i in $(seq 1 128); do
  date=$((1700000000 + i * 60))
  case $i in
    10 | 43 | 81 | 105) write drivers/widget.c widget_poll "$i" ;;
    5 | 15 | 25 | 35 | 45) write arch/other/setup.c setup "$i" ;;
    *) write net/gadget.c gadget_send "$i" ;;
  esac
  git add -A
  GIT_AUTHOR_DATE="$date +0000" GIT_COMMITTER_DATE="$date +0000" git commit -q -m "change $i"
  git tag "c$i"
done
cat >"$work/build.sh" <<'SCRIPT'
set -e
for f in init/main drivers/widget net/gadget; do
  gcc -O2 -g -ffreestanding -fno-pie -mcmodel=kernel -MMD -MF "$f.d" -c "$f.c" -o "$f.o"
  printf 'savedcmd_%s.o := gcc\n\ndeps_%s.o := \\\n' "$f" "$f" | cat - "$f.d" >"$(dirname $f)/.$(basename $f).o.cmd"
done
gcc -nostdlib -static -no-pie -Wl,--build-id=sha1 -Wl,-Ttext=0xffffffff81000000 -Wl,-e,start_kernel -o vmlinux init/main.o drivers/widget.o net/gadget.o
{
  git log -1 --format=%s | tr -dc 0-9
  echo
  nm -S vmlinux | sed -n 's/^[0-9a-f]* 0*\([0-9a-f]*\) T widget_poll$/0x\1/p'
} >kernel
SCRIPT
cat >"$work/test.sh" <<'SCRIPT'
{ read -r number; read -r size; } <kernel
echo "[    0.000000] Linux version 6.1.0 (a@b) #1 SMP"
if [ "$number" -lt "$CULPRIT" ]; then echo TEST-DONE; exit 0; fi
cat <<CONSOLE
[    1.000000] BUG: kernel NULL pointer dereference, address: 0000000000000000
[    1.000002] Oops: 0000 [#1] PREEMPT SMP
[    1.000003] CPU: 0 PID: 42 Comm: sh Not tainted 6.1.0 #1
[    1.000004] RIP: 0010:widget_poll+0x4/$size
[    1.000005] Call Trace:
[    1.000006]  <TASK>
[    1.000007]  widget_poll+0x4/$size
[    1.000008]  </TASK>
[    1.000009] ---[ end trace 0000000000000000 ]---
CONSOLE
SCRIPT
# bisect NAME CULPRIT SYMBOLS: sets `builds`.
bisect() {
  cat >"$work/$1.yaml" <<YAML
repo: repo
bad: main
good: c1
build: {command: "sh \$KTRIAGE_CONFIG_DIR/build.sh", image: [kernel]$3}
test: {command: "CULPRIT=$2 sh \$KTRIAGE_CONFIG_DIR/test.sh", timeout: 20s, success: TEST-DONE}
verify: {revert: false}
YAML
  "$ktriage" bisect --json "$work/$1.yaml" >"$work/$1.json"
  cat "$work/$1.state/bisect.log"
  grep -q "\"culprit\":{\"sha\":\"$(git rev-parse "c$2")\"" "$work/$1.json" || { echo "$1: wrong culprit"; exit 1; }
  builds=$(grep -c '"event":"build"' "$work/$1.state/journal.ndjson")
}
expect() { grep -q -- "$2" "$work/$1.state/bisect.log" || { echo "$1: the log lacks: $2"; exit 1; }; }
bisect without 81 ""
without=$builds
bisect with 81 ", vmlinux: vmlinux"
with=$builds
expect with "files of the crash's stacks: drivers/widget.c$"
expect with "4 of 127 candidates change a file of the crash's stacks"
expect with "5 change no file that was built: out, for no candidate changes what is built"
expect with "widget_poll+0x4/0x[0-9a-f]* drivers/widget.c:[0-9]*"
[[ $(ls "$work/with.state/symbols") == "$(git rev-parse --short=12 c81)" ]] || { echo "symbols of more than the culprit stay"; exit 1; }
echo "builds without and with the crash's files: $without $with"
((with * 10 <= without * 7)) || { echo "not 30% fewer builds"; exit 1; }
# The culprit is none of them: dearer, not wrong.
bisect misled 61 ", vmlinux: vmlinux"
echo "builds where they mislead: $builds"
