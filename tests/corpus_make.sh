#!/bin/bash
# Ends to end, for those who ask for it: builds the corpus' minimal kernel (in $KTRIAGE_CACHE, where one that is there is
# brought up to date), crashes it in QEMU, and compares what ktriage says about the fresh consoles with the labels of
# corpus/linux. Takes about three minutes on an empty cache and some seconds afterwards.
# Usage: corpus_make.sh KTRIAGE CORPUS     exit status 77 where nobody asked for it (KTRIAGE_CORPUS_MAKE is not set)
set -euo pipefail

ktriage=$1 corpus=$2
kernel=6.1-minimal-gcc-x86_64
# One each of: a fault, a warning, sleeping in atomic context, a BUG in a work item, a panic, no crash.
slugs=(frob-null-read lkdtm-warning frob-alloc-in-atomic frob-bug-on-in-work frob-panic-message clean)

if [[ -z ${KTRIAGE_CORPUS_MAKE:-} ]]; then
  echo "SKIPPED: builds a kernel and boots it in QEMU; set KTRIAGE_CORPUS_MAKE=1 to run it (corpus/README.md says what it needs)"
  exit 77
fi

label() { # SLUG KEY
  sed -n "s/^$2: //p" "$corpus/linux/$kernel/$1.yaml" | sed 's/^"\(.*\)"$/\1/; s/\\"/"/g'
}

"$corpus/make/build-kernel" "$kernel"
OUT=$(mktemp -d)
export OUT
trap 'rm -rf "$OUT"' EXIT

failed=0
for slug in "${slugs[@]}"; do
  "$corpus/make/capture" "$kernel" "$(label "$slug" trigger)" "$slug"
  log=$OUT/$kernel/$slug.log
  expected=$(label "$slug" title)
  status=0
  # The title is the first line; without a crash there is none, and the exit status is 0.
  title=$("$ktriage" parse --color never "$log" | head -n 1) || status=$?
  [[ $status == 0 && $expected == null ]] && title=null
  if [[ $title == "$expected" ]]; then
    echo "ok      $slug: $title"
  else
    echo "FAILED  $slug: expected '$expected', got '$title' (exit status $status)"
    cat "$log"
    failed=1
  fi
done
exit $failed
