#pragma once

#include <string_view>

namespace ktriage {

// The parts of the page, page.html, page.css and page.js, compiled into the binary by embed.cmake.
extern const std::string_view kPage_html;
extern const std::string_view kPage_css;
extern const std::string_view kPage_js;

}  // namespace ktriage
