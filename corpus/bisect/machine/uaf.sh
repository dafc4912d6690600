# Two looks half a second apart: in half of the cases another second has begun.
cat /proc/uptime >/dev/null
usleep 500000
cat /proc/uptime >/dev/null
