# Writes OUTPUT, a C++ file that holds the rule files FILES (relative to ROOT) as raw strings. Run with cmake -P.
set(code "#include \"rules/pack_loader.h\"\n\nnamespace ktriage {\nnamespace {\nconstexpr RuleSource kSources[] = {\n")
foreach(file IN LISTS FILES)
  file(READ "${ROOT}/${file}" text)
  string(APPEND code "{\"${file}\", R\"ktriage-rule(${text})ktriage-rule\"},\n")
endforeach()
string(APPEND code "};\n}  // namespace\n\nstd::span<const RuleSource> default_rule_sources() { return kSources; }\n}  // namespace ktriage\n")
file(WRITE "${OUTPUT}" "${code}")
