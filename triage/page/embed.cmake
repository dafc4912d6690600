# Writes OUTPUT, a C++ file that holds the parts of the page (in DIRECTORY) as raw strings. Run with cmake -P.
set(code "#include \"triage/page/page_files.h\"\n\nnamespace ktriage {\n")
foreach(part html css js)
  file(READ "${DIRECTORY}/page.${part}" text)
  string(APPEND code "const std::string_view kPage_${part} = R\"ktriage-page(${text})ktriage-page\";\n")
endforeach()
string(APPEND code "}  // namespace ktriage\n")
file(WRITE "${OUTPUT}" "${code}")
