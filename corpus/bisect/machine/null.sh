cat /proc/tty/drivers >/dev/null
