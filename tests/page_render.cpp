// Reads clusters, one JSON object a line, from its standard input and writes the page to its standard output: for
// tests and for looking at the page with made-up clusters.

#include <iostream>
#include <string>

#include "triage/page/page.h"

int main() {
  ktriage::PageBuilder page;
  ktriage::PageFacts facts;
  facts.subject = "made-up clusters";
  for (std::string line; std::getline(std::cin, line);) {
    page.add(line);
    ++facts.logs;
  }
  std::cout << page.finish(facts);
}
