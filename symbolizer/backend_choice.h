#pragma once

#include "symbolizer/kernel_binary.h"
#include "symbolizer/symbolizer.h"

namespace ktriage {

/// Opens for each binary the backend that the options ask for. Keeps no reference to `options`.
BackendFactory make_backend_factory(const SymbolizerOptions& options);

}  // namespace ktriage
