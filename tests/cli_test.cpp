// The command line as a user meets it: the real binary, run as a process.

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "tests/cli_process.h"
#include "tests/cli_samples.h"

namespace ktriage::test {
namespace {

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

TEST(CommandLine, HelpAndVersionAreAnswersToAQuestion) {
  for (const auto& arguments : std::vector<std::vector<std::string>>{{"--help"},
                                                                     {"--version"},
                                                                     {"parse", "--help"},
                                                                     {"watch", "--help"},
                                                                     {"symbolize", "--help"},
                                                                     {"bisect", "--help"},
                                                                     {"rules", "--help"},
                                                                     {"rules", "check", "--help"},
                                                                     {"rules", "list", "-h"},
                                                                     {"rules", "explain", "--help"}}) {
    const Ran ran = run_ktriage(arguments);
    EXPECT_EQ(ran.exit, 0) << arguments.front();
    EXPECT_TRUE(contains(ran.out, "ktriage")) << arguments.front();
    EXPECT_EQ(ran.err, "");
    EXPECT_TRUE(arguments.back() == "--version" || contains(ran.out, "Examples:")) << ran.out;
  }
}

TEST(CommandLine, TheManPageKnowsEveryOption) {
  std::ifstream in(KTRIAGE_SOURCE_DIR "/docs/ktriage.1");
  std::string manual{std::istreambuf_iterator<char>(in), {}};
  std::erase(manual, '\\');
  for (const auto& command : std::vector<std::vector<std::string>>{{"parse"},
                                                                   {"watch"},
                                                                   {"symbolize"},
                                                                   {"bisect"},
                                                                   {"rules", "check"},
                                                                   {"rules", "list"},
                                                                   {"rules", "explain"}}) {
    auto arguments = command;
    arguments.emplace_back("--help");
    std::istringstream words(run_ktriage(arguments).out);
    for (std::string word; words >> word;) {
      if (word.starts_with("--")) {
        EXPECT_TRUE(contains(manual, word.substr(0, word.find_first_not_of("-abcdefghijklmnopqrstuvwxyz"))))
            << word << " of " << command.front();
      }
    }
  }
}

TEST(CommandLine, MistakesExitWith2AndAHint) {
  struct Case {
    std::vector<std::string> arguments;
    std::string says;
  };
  for (const auto& [arguments, says] : std::vector<Case>{
           {{}, "--help"},
           {{"prase"}, "did you mean 'parse'?"},
           {{"watc"}, "did you mean 'watch'?"},
           {{"frobnicate"}, "no command 'frobnicate'"},
           {{"rules"}, "check, list, explain"},
           {{"rules", "chek"}, "did you mean 'check'?"},
           {{"parse", "--jsn"}, "did you mean '--json'?"},
           {{"parse", "--js"}, "no option '--js'"},
           {{"parse", "--color=alway"}, "did you mean 'always'?"},
           {{"parse", "--rules"}, "--rules"},
           {{"parse", "--json", "--explain"}, "--explain"},
           {{"parse", "--rules", "/nonexistent"}, "/nonexistent"},
           {{"rules", "check", "--rules", "/nonexistent"}, "/nonexistent"},
           {{"rules", "list", "operand"}, "options only"},
           {{"watch", "a", "b"}, "one FILE"},
           {{"watch", "--quiet-after", "soon"}, "quiet-after"},
           {{"watch", "--quiet-after", "-1"}, "quiet-after"},
       }) {
    const Ran ran = run_ktriage(arguments);
    EXPECT_EQ(ran.exit, 2) << says;
    EXPECT_TRUE(contains(ran.err, says)) << "wanted: " << says << "\ngot: " << ran.err;
    EXPECT_EQ(ran.out, "") << says;
  }
}

TEST(Parse, SaysWhetherThereIsACrash) {
  EXPECT_EQ(run_ktriage({"parse"}, clean_log()).exit, 0);
  EXPECT_EQ(run_ktriage({"parse"}, clean_log()).out, "");
  EXPECT_EQ(run_ktriage({"parse"}, "").exit, 0);
  const Ran ran = run_ktriage({"parse", "-"}, clean_log() + fault_log());
  EXPECT_EQ(ran.exit, 1);
  for (const auto* part :
       {"general protection fault in widget_poll\n", "stdin:5-23, 12.000001 s after boot",
        "6.12.3-widget, x86_64, Widget Works Model 9", "widgetd, pid 311, cpu 1",
        "widget_poll drivers/widget/core.c:120", "widget_lookup drivers/widget/core.c:88 (inline)"}) {
    EXPECT_TRUE(contains(ran.out, part)) << part << "\n" << ran.out;
  }
  EXPECT_FALSE(contains(ran.out, "widget_guess")) << "an unreliable frame";
  EXPECT_EQ(ran.err, "");
}

TEST(Parse, PrintsTheFirstCrashOrAll) {
  const std::string log = fault_log() + warning_log();
  const Ran first = run_ktriage({"parse"}, log);
  EXPECT_TRUE(contains(first.out, "widget_poll"));
  EXPECT_FALSE(contains(first.out, "gadget_put"));
  const Ran all = run_ktriage({"parse", "--all"}, log);
  EXPECT_LT(all.out.find("fault in widget_poll"), all.out.find("WARNING in gadget_put"));
  EXPECT_TRUE(contains(all.out, "WARNING in gadget_put"));
}

TEST(Parse, ReadsToTheEndForThePanic) {
  std::string log = fault_log();
  for (int i = 0; i < 1000; ++i) log += "[   13.000000][    T9] chatter\n";
  const std::string panic = "[   99.000000][   T42] Kernel panic - not syncing: hung_task: blocked tasks\n";
  EXPECT_TRUE(contains(run_ktriage({"parse", "--json"}, log + panic).out, R"("panicked":true)"));
  EXPECT_TRUE(contains(run_ktriage({"parse", "--json"}, log).out, R"("panicked":false)"));
}

TEST(Parse, GoesOnAfterABadFile) {
  const TemporaryDirectory directory;
  const auto good = directory.write("good.log", fault_log());
  const auto clean = directory.write("clean.log", clean_log());
  const Ran ran = run_ktriage({"parse", "/nonexistent/x.log", directory.path(), good, clean});
  EXPECT_EQ(ran.exit, 3);
  EXPECT_TRUE(contains(ran.out, "widget_poll"));
  EXPECT_TRUE(contains(ran.err, "/nonexistent/x.log: cannot read: No such file or directory; is the name right?"));
  EXPECT_TRUE(contains(ran.err, directory.path() + ": cannot read: Is a directory; name the logs in it"));
  EXPECT_TRUE(contains(ran.err, "4 logs: 1 with crashes, 1 without, 2 not read to the end")) << ran.err;
}

TEST(Parse, ExplainsOnRequest) {
  const Ran ran = run_ktriage({"parse", "--explain"}, fault_log());
  EXPECT_EQ(ran.exit, 1);
  EXPECT_TRUE(contains(ran.out, "rules/linux/faults.yaml:")) << ran.out;
  EXPECT_TRUE(contains(ran.out, "line 2 of the log")) << ran.out;
}

TEST(Parse, EscapesWhatALogHolds) {
  const std::string log =
      "Kernel panic - not syncing: evil \xc2\x9b"
      "31m \xff \xe2\x80\xae end\n"
      "CPU: 0 PID: 1 Comm: a\x07\x7f"
      "b\x1b[31m Not tainted 6.1.0 #1\n"
      "Call Trace:\n widget_x+0x1/0x2\n";
  for (const auto* format : {"--color=never", "--json"}) {
    const Ran ran = run_ktriage({"parse", format}, log);
    EXPECT_EQ(ran.exit, 1);
    EXPECT_TRUE(contains(ran.out, "kernel panic: evil ")) << ran.out;
    for (const char c : ran.out) EXPECT_TRUE(c == '\n' || (c >= 0x20 && c < 0x7f)) << ran.out;
  }
  const Ran unnamed = run_ktriage({"parse", "no\x1b[31m.log"});
  EXPECT_TRUE(contains(unnamed.err, "no\\x1B[31m.log")) << unnamed.err;
}

TEST(Parse, ColoursOnlyTerminals) {
  const auto coloured = [](const std::vector<std::string>& arguments, const Setting& setting) {
    return contains(run_ktriage(arguments, fault_log(), setting).out, "\x1b[");
  };
  Setting terminal;
  terminal.out_is_terminal = true;
  Setting no_color = terminal;
  no_color.environment = {{"NO_COLOR", "1"}};
  Setting empty_no_color = terminal;
  empty_no_color.environment = {{"NO_COLOR", ""}};
  Setting dumb = terminal;
  dumb.environment = {{"TERM", "dumb"}};
  EXPECT_TRUE(coloured({"parse"}, terminal));
  EXPECT_TRUE(coloured({"parse"}, empty_no_color));
  EXPECT_FALSE(coloured({"parse"}, no_color));
  EXPECT_FALSE(coloured({"parse"}, dumb));
  EXPECT_FALSE(coloured({"parse"}, {}));
  EXPECT_TRUE(coloured({"parse", "--color=always"}, {}));
  EXPECT_FALSE(coloured({"parse", "--color", "never"}, terminal));
  EXPECT_FALSE(coloured({"parse", "--json"}, terminal));
}

TEST(Parse, ShowsProgressOfLongWorkOnATerminalAndTakesItAway) {
  Setting setting;
  setting.err_is_terminal = true;
  Process process({"parse"}, setting);
  process.write(clean_log());
  // Feed it slowly until it has been at work for long enough.
  for (int i = 0; i < 600 && !contains(process.seen().err, "MB read"); ++i) {
    process.write("[    3.000000][    T1] widget: idle\n");
    process.pause(std::chrono::milliseconds(50));
  }
  const Ran ran = process.finish();
  EXPECT_TRUE(contains(ran.err, "MB read")) << ran.err;
  EXPECT_TRUE(ran.err.ends_with("\r\x1b[K")) << ran.err;
  EXPECT_EQ(ran.exit, 0);
}

TEST(Parse, ComplainsWhenTheOutputIsLost) {
  const TemporaryDirectory directory;
  const auto log = directory.write("good.log", fault_log());
  const std::string command = std::string(KTRIAGE_BINARY) + " parse " + log + " >/dev/full 2>&1";
  EXPECT_EQ(WEXITSTATUS(std::system(command.c_str())), 3);
}

}  // namespace
}  // namespace ktriage::test
