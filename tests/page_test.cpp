#include "triage/page/page.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

namespace ktriage {
namespace {

nlohmann::json made_cluster(const std::string& name) {
  return {{"schema", "ktriage.cluster/1"}, {"name", name}, {"title", "BUG: " + name}, {"count", 3}};
}

std::string page_of(const std::vector<nlohmann::json>& clusters) {
  PageBuilder page;
  for (const auto& cluster : clusters) page.add(cluster.dump());
  return page.finish({});
}

TEST(Page, TheLeastAClusterSaysIsEnough) {
  const std::string page = page_of({made_cluster("abc")});
  EXPECT_NE(page.find("<h1>1 bug in 3 crashes</h1>"), std::string::npos);
  EXPECT_NE(page.find("<tr class=\"row\" id=\"abc\">"), std::string::npos);
  EXPECT_NE(page.find("No log says when"), std::string::npos);
}

TEST(Page, NothingFoundIsAPageToo) { EXPECT_NE(page_of({}).find("<h1>0 bugs in 0 crashes</h1>"), std::string::npos); }

TEST(Page, SameClustersSameBytes) {
  EXPECT_EQ(page_of({made_cluster("a"), made_cluster("b")}), page_of({made_cluster("a"), made_cluster("b")}));
}

TEST(Page, TextOfTheTemplateInALogStaysText) {
  const std::string page = page_of({made_cluster("{{script}}")});
  EXPECT_NE(page.find("<div class=\"title\">BUG: {{script}}</div>"), std::string::npos);
}

TEST(Page, BeyondItsBudgetCrashesAreLeftOutAndItSaysSo) {
  std::vector<nlohmann::json> clusters;
  for (int i = 0; i < 1200; ++i) {
    clusters.push_back(made_cluster(std::to_string(i)));
    clusters.back()["representative"] = {{"file", "x"}, {"crash", {{"report", std::string(70000, 'x') + "\n"}}}};
  }
  const std::string page = page_of(clusters);
  EXPECT_LT(page.size(), 70UL << 20);
  EXPECT_NE(page.find("crash's stacks and text are left out"), std::string::npos);
}

TEST(Page, StatusSaysWhatMattersMost) {
  auto cluster = made_cluster("a");
  cluster["status"] = "known";
  EXPECT_NE(page_of({cluster}).find("tag known"), std::string::npos);
  cluster["mark"] = {{"state", "ignore"}};
  EXPECT_NE(page_of({cluster}).find("tag ignored"), std::string::npos);
  cluster["mark"] = {{"state", "fixed"}};
  EXPECT_NE(page_of({cluster}).find("tag fixed"), std::string::npos);
  cluster["status"] = "returned";
  EXPECT_NE(page_of({cluster}).find("tag returned"), std::string::npos);
}

}  // namespace
}  // namespace ktriage
