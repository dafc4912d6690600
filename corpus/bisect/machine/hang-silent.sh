cat /proc/uptime >/dev/null
