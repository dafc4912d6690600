#pragma once

#include "input/unit_reader.h"

namespace ktriage {

/// Read the units that are groups of files. Parts that are gone or cannot be read are damage.
ContentEnd read_pstore_group(const InputUnit& unit, ReadContext& context);
ContentEnd read_abrt_group(const InputUnit& unit, const Interrupt& interrupt, ReadContext& context);

}  // namespace ktriage
