#pragma once

#include <memory>

#include "symbolizer/backend.h"
#include "symbolizer/elf_file.h"

namespace ktriage {

/// Asks elfutils' libdw, which walks the unit's entries anew for every address: slow, but nothing of it is ours, so it
/// checks what is. `file` must outlive the backend.
Result<std::unique_ptr<Backend>> open_libdw_backend(const ElfFile& file);

}  // namespace ktriage
