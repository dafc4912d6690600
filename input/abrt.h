#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "input/directory_layout.h"
#include "input/unit_reader.h"

namespace ktriage {

/// What of an ABRT problem directory is needed: a file per element, each named as the element.
struct AbrtProblem {
  std::string type;                    ///< "Kerneloops", "vmcore", "CCpp" …
  std::optional<int64_t> last_seen_s;  ///< last_occurrence, else time
  uint64_t count = 1;
};

/// Whether a name is that of an element which is read: the type, the times, the count, or what holds the crash.
bool is_abrt_element(std::string_view name);

/// The elements that hold the crash, best first: the backtrace is this crash alone, dmesg may hold earlier ones.
inline constexpr std::string_view kAbrtLogs[] = {"backtrace", "vmcore-dmesg.txt", "dmesg"};

/// Takes the problem of a directory that has the element `type` (or, of old versions, `analyzer`) in one word, `time`,
/// and a log. A kernel's becomes a group; of any other program's the whole directory is passed over.
void apply_abrt_layout(DirectoryContent& content);

/// Fills in what the element `name` with this content says; others are passed over.
void add_abrt_element(AbrtProblem& problem, std::string_view name, std::string_view content);

/// Whether the problem is one of the kernel's.
bool is_kernel_problem(const AbrtProblem& problem);

}  // namespace ktriage
