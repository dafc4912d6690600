#include "input/directory_layout.h"

#include <algorithm>

#include "input/abrt.h"
#include "input/pstore.h"
#include "input/source_name.h"
#include "input/syzkaller_layout.h"

namespace ktriage {

void take_group(DirectoryContent& content, InputUnit::Format format, const std::vector<std::string>& parts) {
  InputUnit unit{format, content.path, content.shown, {}, 0, 0};
  std::erase_if(content.files, [&](const DirectoryFile& file) {
    if (!std::binary_search(parts.begin(), parts.end(), file.name)) return false;
    unit.parts.push_back(file.name);
    unit.size += file.size;
    unit.mtime_ns = std::max(unit.mtime_ns, file.mtime_ns);
    return true;
  });
  content.groups.push_back(std::move(unit));
}

void apply_layouts(DirectoryContent& content) {
  apply_syzkaller_layout(content);
  apply_pstore_layout(content);
  apply_abrt_layout(content);
  pass_over_if(content, is_source_name);  // last: what a layout knows by name is no source
}

}  // namespace ktriage
