#include "symbolizer/cross_tools.h"

#include <elf.h>

#include <cstdlib>

namespace ktriage {
namespace {

/// What Debian and others put before the name of a cross tool.
std::vector<std::string> prefixes_of(uint16_t machine) {
  switch (machine) {
    case EM_X86_64:
      return {"x86_64-linux-gnu-"};
    case EM_386:
      return {"i686-linux-gnu-", "x86_64-linux-gnu-"};
    case EM_AARCH64:
      return {"aarch64-linux-gnu-"};
    case EM_ARM:
      return {"arm-linux-gnueabihf-", "arm-linux-gnueabi-"};
    case EM_RISCV:
      return {"riscv64-linux-gnu-"};
    case EM_PPC64:
      return {"powerpc64le-linux-gnu-", "powerpc64-linux-gnu-"};
    case EM_PPC:
      return {"powerpc-linux-gnu-"};
    case EM_S390:
      return {"s390x-linux-gnu-"};
    case EM_MIPS:
      return {"mips64el-linux-gnuabi64-", "mipsel-linux-gnu-"};
    default:
      return {};
  }
}

constexpr uint16_t own_machine() {
#if defined(__x86_64__)
  return EM_X86_64;
#elif defined(__aarch64__)
  return EM_AARCH64;
#elif defined(__riscv)
  return EM_RISCV;
#elif defined(__powerpc64__)
  return EM_PPC64;
#elif defined(__s390x__)
  return EM_S390;
#else
  return EM_NONE;
#endif
}

}  // namespace

std::vector<std::string> cross_tool_names(uint16_t machine, std::string_view tool) {
  std::vector<std::string> names;
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing sets it
  if (const char* prefix = std::getenv("CROSS_COMPILE")) names.push_back(std::string(prefix).append(tool));
  for (const auto& prefix : prefixes_of(machine)) names.push_back(prefix + std::string(tool));
  if (machine == own_machine()) names.emplace_back(tool);
  return names;
}

}  // namespace ktriage
