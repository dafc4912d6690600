cat /proc/slabinfo >/dev/null
