#include "tests/cli_samples.h"

#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <stdexcept>

namespace ktriage::test {

std::string fault_log() {
  return R"([   10.000000][    T1] widget: probed
[   12.000001][  T311] Oops: general protection fault, probably for non-canonical address 0xdffffc0000000005: 0000 [#1] PREEMPT SMP KASAN
[   12.000002][  T311] CPU: 1 UID: 0 PID: 311 Comm: widgetd Not tainted 6.12.3-widget #7
[   12.000003][  T311] Hardware name: Widget Works Model 9, BIOS 1.0 01/01/2026
[   12.000004][  T311] RIP: 0010:widget_poll+0x4c/0x190 drivers/widget/core.c:120
[   12.000005][  T311] Code: 48 89 e5 41 54 <0f> b6 04 02 84 c0 75 12
[   12.000006][  T311] RSP: 0018:ffffc90000a37d58 EFLAGS: 00010246
[   12.000007][  T311] RAX: dffffc0000000000 RBX: ffff888008f3c400 RCX: 0000000000000005
[   12.000008][  T311] Call Trace:
[   12.000009][  T311]  <TASK>
[   12.000010][  T311]  widget_lookup drivers/widget/core.c:88 [inline]
[   12.000011][  T311]  widget_read+0x60/0x80 drivers/widget/core.c:201
[   12.000012][  T311]  ? widget_guess+0x10/0x20
[   12.000013][  T311]  vfs_read+0x160/0x380 fs/read_write.c:450
[   12.000014][  T311]  ksys_read+0xe0/0x1b0 fs/read_write.c:590
[   12.000015][  T311]  do_syscall_64+0x80/0x120 arch/x86/entry/common.c:83
[   12.000016][  T311]  entry_SYSCALL_64_after_hwframe+0x76/0x7e
[   12.000017][  T311]  </TASK>
[   12.000018][  T311] Modules linked in: widget(O) loop
[   12.000019][  T311] ---[ end trace 0000000000000000 ]---
)";
}

std::string warning_log() {
  return R"([   20.000001][   T42] ------------[ cut here ]------------
[   20.000002][   T42] WARNING: CPU: 0 PID: 42 at drivers/gadget/core.c:77 gadget_put+0x51/0x60
[   20.000003][   T42] CPU: 0 UID: 0 PID: 42 Comm: gadgetd Not tainted 6.12.3-widget #7
[   20.000004][   T42] RIP: 0010:gadget_put+0x51/0x60
[   20.000005][   T42] Call Trace:
[   20.000006][   T42]  <TASK>
[   20.000007][   T42]  gadget_close+0x20/0x30
[   20.000008][   T42]  __fput+0x150/0x3d0
[   20.000009][   T42]  </TASK>
[   20.000010][   T42] ---[ end trace 0000000000000000 ]---
)";
}

std::string clean_log() {
  return R"([    0.000000][    T0] Linux version 6.12.3-widget (builder@widget) (gcc 12) #7 SMP
[    1.000000][    T1] widget: probed
[    2.000000][    T1] Run /sbin/init as init process
)";
}

TemporaryDirectory::TemporaryDirectory() {
  std::string pattern = (std::filesystem::temp_directory_path() / "ktriage-cli-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp");
  path_ = pattern;
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string TemporaryDirectory::write(const std::string& name, std::string_view bytes) const {
  const auto file = path_ / name;
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << bytes;
  return file.string();
}

}  // namespace ktriage::test
