#include "bisect/qemu.h"

#include <iterator>

namespace ktriage {
namespace {

/// What differs between architectures. Others than these boot with QEMU's own defaults.
struct Machine {
  std::string_view arch;
  std::string_view program;
  std::vector<std::string> arguments;
  std::string_view console;  ///< kernel parameters: the serial console, and what speaks until that is up
};

const Machine* find_machine(std::string_view arch) {
  static const Machine kMachines[] = {
      {"x86_64", "qemu-system-x86_64", {"-cpu", "max"}, "console=ttyS0 earlyprintk=serial"},
      {"i386", "qemu-system-i386", {"-cpu", "max"}, "console=ttyS0 earlyprintk=serial"},
      {"arm64", "qemu-system-aarch64", {"-M", "virt", "-cpu", "cortex-a57"}, "console=ttyAMA0 earlycon"},
      {"aarch64", "qemu-system-aarch64", {"-M", "virt", "-cpu", "cortex-a57"}, "console=ttyAMA0 earlycon"},
      {"arm", "qemu-system-arm", {"-M", "virt"}, "console=ttyAMA0 earlycon"},
      {"riscv64", "qemu-system-riscv64", {"-M", "virt"}, "console=ttyS0 earlycon"},
  };
  for (const auto& machine : kMachines) {
    if (machine.arch == arch) return &machine;
  }
  return nullptr;
}

void add_acceleration(const std::string& accel, std::vector<std::string>& out) {
  const auto add = [&](const char* text) { out.insert(out.end(), {"-accel", text}); };
  if (accel == "auto") {
    add("kvm");
    add("tcg,thread=multi");
  } else {
    add(accel == "tcg" ? "tcg,thread=multi" : accel.c_str());
  }
}

}  // namespace

std::vector<std::string> qemu_command(const QemuConfig& config, const std::filesystem::path& directory) {
  const Machine* machine = find_machine(config.arch);
  std::vector<std::string> out = {machine != nullptr ? std::string(machine->program) : "qemu-system-" + config.arch};
  add_acceleration(config.accel, out);
  if (machine != nullptr) out.insert(out.end(), machine->arguments.begin(), machine->arguments.end());
  const auto add = [&](std::initializer_list<std::string> arguments) { out.insert(out.end(), arguments); };
  add({"-smp", std::to_string(config.cpus), "-m", config.memory, "-nodefaults", "-display", "none", "-no-reboot"});
  add({"-chardev", "stdio,id=console,signal=off", "-serial", "chardev:console"});
  add({"-kernel", (directory / config.kernel).string()});
  if (!config.initrd.empty()) add({"-initrd", (directory / config.initrd).string()});
  if (!config.disk.empty()) {
    // Runs must not see what earlier ones wrote.
    add({"-drive", "file=" + (directory / config.disk).string() + ",if=virtio,snapshot=on"});
  }
  std::string append;
  if (machine != nullptr) append = std::string(machine->console) + " ";
  append += "panic=-1";  // reboot at once after a panic, which -no-reboot makes an end
  if (!config.append.empty()) append += " " + config.append;
  add({"-append", append});
  out.insert(out.end(), config.arguments.begin(), config.arguments.end());
  return out;
}

}  // namespace ktriage
