cat /proc/slabinfo >/dev/null
cat /proc/slabinfo >/dev/null
