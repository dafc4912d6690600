#include "tests/bench/synthetic_log.h"

#include <array>
#include <cstdint>
#include <cstdio>
#include <string_view>
#include <vector>

namespace ktriage::bench {
namespace {

// %u: a small number, %x: an address.
constexpr std::array kBodies = {
    "pci 0000:00:%u.0: [8086:100e] type 00 class 0x020000",
    "pci 0000:00:%u.0: reg 0x10: [mem 0x%x-0x%x]",
    "ACPI: PCI: Interrupt link LNKA configured for IRQ %u",
    "usb 1-%u: new high-speed USB device number %u using xhci_hcd",
    "usb 1-%u: New USB device found, idVendor=0627, idProduct=0001, bcdDevice= 0.00",
    "e1000 0000:00:%u.0 eth0: Intel(R) PRO/1000 Network Connection",
    "EXT4-fs (sda%u): mounted filesystem with ordered data mode. Quota mode: none.",
    "systemd[1]: Started Session %u of user root.",
    "audit: type=1400 audit(1591871339.%u:%u): avc:  denied  { read } for  pid=%u comm=\"cat\"",
    "e820: BIOS-e820: [mem 0x%x-0x%x] usable",
    "IPv6: ADDRCONF(NETDEV_CHANGE): eth%u: link becomes ready",
    "rcu: \tRCU restricting CPUs from NR_CPUS=64 to nr_cpu_ids=%u.",
    "hid-generic 0003:0627:0001.%u: input,hidraw0: USB HID v0.01 Mouse [QEMU QEMU USB Tablet]",
    "NET: Registered PF_ALG protocol family",
    "Freeing unused kernel image (initmem) memory: %uK",
    "Run /sbin/init as init process",
    "random: crng init done",
    "watchdog: Delayed init of the lockup detector succeeded",
};
// Holds a trigger's literal, and is none.
constexpr const char* kNearMiss = "DEBUG: state %u of %u, buffer %x";
constexpr uint32_t kLinesPerNearMiss = 1000;

constexpr const char* kState =
    "CPU: 1 PID: 2992 Comm: worker Not tainted 6.12.0 #1 PREEMPT\n"
    "Hardware name: QEMU Standard PC (Q35 + ICH9, 2009), BIOS 1.16.2 04/01/2014\n"
    "Code: 48 89 e5 41 57 41 56 41 55 41 54 53 48 83 ec 18 48 8b 45 10 <0f> 0b 48 83 c4 18 5b 41 5c 41 5d\n"
    "RSP: 0018:ffffc90000003cf0 EFLAGS: 00010246\n"
    "RAX: 0000000000000000 RBX: ffff888012345678 RCX: 0000000000000001\n"
    "RDX: 0000000000000002 RSI: ffffffff81234567 RDI: ffff888012345679\n"
    "RBP: ffffc90000003d18 R08: 0000000000000003 R09: 0000000000000004\n"
    "R10: 0000000000000005 R11: 0000000000000006 R12: 0000000000000007\n"
    "R13: 0000000000000008 R14: 0000000000000009 R15: 000000000000000a\n"
    "FS:  00007f1234567890(0000) GS:ffff88806ca00000(0000) knlGS:0000000000000000\n"
    "CR2: 0000000000000008 CR3: 0000000012345000 CR4: 00000000003506f0\n"
    "Call Trace:\n"
    " <TASK>\n"
    " ? show_regs+0x12/0x60\n"
    " widget_submit+0x1a4/0x520\n"
    " widget_ioctl+0x60/0x3c0 [widget]\n"
    " ? __pfx_widget_ioctl+0x10/0x10 [widget]\n"
    " __se_sys_ioctl+0xfc/0x170\n"
    " do_syscall_64+0x3d/0xb0\n"
    " entry_SYSCALL_64_after_hwframe+0x63/0xcd\n"
    " </TASK>\n"
    "Modules linked in: widget loop kvm_intel kvm\n"
    "---[ end trace 0000000000000000 ]---\n";

class Writer {
 public:
  explicit Writer(size_t bytes) : bytes_(bytes) { out_.reserve(bytes + 8192); }

  bool full() const { return out_.size() >= bytes_; }
  std::string take() { return std::move(out_); }

  void add_ordinary() {
    start_line(random() % 4 == 0 ? 1 : random() % 300);
    const bool near_miss = random() % kLinesPerNearMiss == 0;
    for (const char* c = near_miss ? kNearMiss : kBodies[random() % kBodies.size()]; *c != '\0'; ++c) {
      if (*c != '%') {
        out_ += *c;
        continue;
      }
      ++c;
      char number[24];
      const int length = *c == 'u' ? std::snprintf(number, sizeof number, "%u", random() % 1000)
                                   : std::snprintf(number, sizeof number, "%08x", random());
      out_.append(number, static_cast<size_t>(length));
    }
    out_ += '\n';
  }

  void add_crash(std::string_view example) {
    const uint32_t task = 300 + random() % 5000;
    add_lines(example, task);
    add_lines(kState, task);
  }

 private:
  void add_lines(std::string_view lines, uint32_t task) {
    while (!lines.empty()) {
      const size_t end = std::min(lines.find('\n'), lines.size() - 1) + 1;
      start_line(task);
      out_ += lines.substr(0, end);
      if (out_.back() != '\n') out_ += '\n';
      lines.remove_prefix(end);
    }
  }

  void start_line(uint32_t task) {
    micros_ += 1 + random() % 20000;
    char prefix[64];
    const int length =
        std::snprintf(prefix, sizeof prefix, "[%5u.%06u][ T%4u] ", static_cast<uint32_t>(micros_ / 1000000),
                      static_cast<uint32_t>(micros_ % 1000000), task);
    out_.append(prefix, static_cast<size_t>(length));
  }

  uint32_t random() {  // xorshift: the same everywhere
    state_ ^= state_ << 13;
    state_ ^= state_ >> 17;
    state_ ^= state_ << 5;
    return state_;
  }

  size_t bytes_;
  std::string out_;
  uint64_t micros_ = 0;
  uint32_t state_ = 2463534242;
};

}  // namespace

std::string clean_log(size_t bytes) {
  Writer writer(bytes);
  while (!writer.full()) writer.add_ordinary();
  return writer.take();
}

std::string crash_rich_log(size_t bytes, size_t lines_between, const RulePack& pack) {
  std::vector<std::string_view> examples;
  for (const auto& family : pack.families) {
    for (const auto& rule : family.rules) {
      for (const auto& example : rule.examples) examples.push_back(example.log);
    }
  }
  Writer writer(bytes);
  for (size_t line = 1; !writer.full(); ++line) {
    if (line % lines_between == 0) writer.add_crash(examples[line / lines_between % examples.size()]);
    writer.add_ordinary();
  }
  return writer.take();
}

}  // namespace ktriage::bench
