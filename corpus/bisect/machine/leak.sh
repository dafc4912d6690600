# kmemleak passes over what is younger than five seconds, and a stale pointer may hide one leak or another.
kmemleak=/sys/kernel/debug/kmemleak
for i in 1 2 3 4 5 6 7 8; do cat /proc/version >/dev/null; done
sleep 6
echo scan >$kmemleak
sleep 1
echo scan >$kmemleak
# The first line is what syzkaller's executor prints.
leaks=$(cat $kmemleak)
[ -z "$leaks" ] || printf 'BUG: memory leak\n%s\n' "$leaks"
