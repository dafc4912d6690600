# Two looks, by the toss of a coin in the same second or in different ones.
cat /proc/uptime >/dev/null
[ $(($(random) % 2)) = 0 ] || sleep 1
cat /proc/uptime >/dev/null
