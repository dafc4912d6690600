cat /proc/ioports >/dev/null
cat /proc/iomem >/dev/null
