// Where binaries and their debug information lie: trees, links, servers. Never one of another build.

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <thread>

#include "symbolizer/binary_finder.h"
#include "tests/cli_process.h"
#include "tests/symbolizer_fixture.h"

namespace ktriage::test {
namespace {

namespace fs = std::filesystem;

class Finding : public testing::Test {
 protected:
  void SetUp() override { SKIP_WITHOUT_KERNEL(); }

  /// Whether `finder` gives a file with debug information for the stripped vmlinux in `directory_`.
  bool finds_debug_info(const SearchPlaces& places) {
    auto file = ElfFile::open(stripped());
    return BinaryFinder(places, stripped()).with_debug_info(std::move(file.value())).has_debug_info();
  }
  std::string stripped() {
    std::string path = directory_ / "boot/vmlinux";
    if (!fs::exists(path)) write_file(path, read_file(kernel_file("vmlinux-no-debug")));
    return path;
  }

  TemporaryDirectory directory_;
};

TEST_F(Finding, DebugInformationByBuildId) {
  SearchPlaces places;
  places.debug_root = directory_ / "debug";
  EXPECT_FALSE(finds_debug_info(places));
  const std::string id = ElfFile::open(stripped())->build_id();
  ASSERT_EQ(id.size(), 40U);
  const std::string path = places.debug_root + "/.build-id/" + id.substr(0, 2) + "/" + id.substr(2) + ".debug";
  write_file(path, "not a debug file");
  EXPECT_FALSE(finds_debug_info(places));
  write_file(path, read_file(kernel_file("vmlinux.debug")));
  EXPECT_TRUE(finds_debug_info(places));
  // Symbols come from there as well; code and the banner do not.
  SymbolizerOptions options;
  options.places = places;
  const auto symbolizer = open_symbolizer(stripped(), options);
  ASSERT_NE(symbolizer, nullptr);
  const auto symbol = symbolizer->vmlinux().symbols().find("use_nested");
  ASSERT_EQ(symbol.size(), 1U);
  EXPECT_FALSE(symbolizer->resolve(symbol.front().address, CodeName::Kind::Exact).chains.empty());
}

TEST_F(Finding, DebugInformationOfAnotherBuildIsNotTaken) {
  SearchPlaces places;
  places.debug_root = directory_ / "debug";
  write_file(places.debug_root + stripped(), read_file(kernel_file("vmlinux-dwarf4")));
  EXPECT_FALSE(finds_debug_info(places));
  write_file(places.debug_root + stripped(), read_file(kernel_file("vmlinux.debug")));
  EXPECT_TRUE(finds_debug_info(places));
}

TEST_F(Finding, ModulesByNameCompressedOrNot) {
  for (const char* command : {"", "xz -q", "zstd -q", "gzip"}) {
    const TemporaryDirectory modules;
    const std::string path = modules / "kernel/drivers/some-widget.ko";
    write_file(path, read_file(kernel_file("widget.ko")));
    if (*command != 0 && std::system((std::string(command) + " '" + path + "'").c_str()) != 0) {
      ADD_FAILURE() << command << " is not installed";
      continue;
    }
    fs::remove(path);
    if (*command == 0) write_file(path, read_file(kernel_file("widget.ko")));
    SearchPlaces places;
    places.module_directories = {modules.path()};
    BinaryFinder finder(places, kernel_file("vmlinux"));
    const auto file = finder.find_module("some_widget", {});
    ASSERT_TRUE(file.ok()) << command;
    EXPECT_TRUE(file->has_debug_info()) << command;
    EXPECT_FALSE(finder.find_module("other", {}).ok());
  }
}

TEST_F(Finding, TheModuleOfTheRightBuildIsPreferred) {
  write_file(directory_ / "a/widget.ko", read_file(kernel_file("vmlinux-no-debug")));  // some other file of that name
  write_file(directory_ / "b/widget.ko", read_file(kernel_file("widget.ko")));
  const std::string id = ElfFile::open(kernel_file("widget.ko"))->build_id();
  SearchPlaces places;
  places.module_directories = {directory_ / "a", directory_ / "b"};
  BinaryFinder finder(places, kernel_file("vmlinux"));
  EXPECT_EQ(finder.find_module("widget", id)->build_id(), id);
}

TEST_F(Finding, DebugInformationOfModulesThatAreInstalledCompressed) {
  // Debian: /lib/modules/R/kernel/widget.ko.xz, and /usr/lib/debug/lib/modules/R/kernel/widget.ko.
  const std::string installed = directory_ / "lib/modules/6.99.0-pretend/kernel/widget.ko";
  write_file(installed, read_file(kernel_file("widget.ko")));
  ASSERT_EQ(std::system(("objcopy --strip-debug '" + installed + "' && xz -q '" + installed + "'").c_str()), 0);
  SearchPlaces places;
  places.module_directories = {directory_ / "lib/modules/6.99.0-pretend"};
  places.debug_root = directory_ / "debug";
  EXPECT_FALSE(BinaryFinder(places, {}).find_module("widget", {})->has_debug_info());
  for (const std::string& place :
       {std::string("/lib/modules"), std::string("/usr/lib/modules"), directory_ / "lib/modules"}) {
    const std::string debug = places.debug_root + place + "/6.99.0-pretend/kernel/widget.ko";
    write_file(debug, read_file(kernel_file("widget.ko")));
    EXPECT_TRUE(BinaryFinder(places, {}).find_module("widget", {})->has_debug_info()) << place;
    fs::remove(debug);
  }
}

TEST_F(Finding, ModulesByTheBuildIdInTheLog) {
  const std::string id = ElfFile::open(kernel_file("widget.ko"))->build_id();
  SearchPlaces places;
  places.debug_root = directory_ / "debug";
  places.module_directories = {directory_ / "modules"};
  EXPECT_FALSE(BinaryFinder(places, {}).find_module("widget", id).ok());
  write_file(places.debug_root + "/.build-id/" + id.substr(0, 2) + "/" + id.substr(2) + ".debug",
             read_file(kernel_file("widget.ko")));
  write_file(directory_ / "modules/widget.ko", read_file(kernel_file("vmlinux-no-debug")));  // of another build
  EXPECT_EQ(BinaryFinder(places, {}).find_module("widget", id)->build_id(), id);
  EXPECT_NE(BinaryFinder(places, {}).find_module("widget", {})->build_id(), id);
}

TEST_F(Finding, ModulesOfABuildTreeByItsList) {
  write_file(directory_ / "drivers/widget.ko", read_file(kernel_file("widget.ko")));
  write_file(directory_ / "modules.order", "drivers/widget.o\ndrivers/missing.o\n");
  BinaryFinder finder({}, directory_ / "vmlinux");
  EXPECT_TRUE(finder.find_module("widget", {}).ok());
}

TEST_F(Finding, DebugInformationByDebugLink) {
  const std::string linked = directory_ / "boot/vmlinux";
  const std::string debug = directory_ / "boot/vmlinux.debug";
  write_file(debug, read_file(kernel_file("vmlinux.debug")));
  write_file(linked, read_file(kernel_file("vmlinux-no-debug")));
  const std::string command = "objcopy --add-gnu-debuglink='" + debug + "' '" + linked + "'";
  ASSERT_EQ(std::system(command.c_str()), 0);
  ASSERT_EQ(ElfFile::open(linked)->debug_link(), "vmlinux.debug");
  SearchPlaces places;
  places.debug_root = directory_ / "debug";
  for (const std::string& place : {std::string("boot/vmlinux.debug"), std::string("boot/.debug/vmlinux.debug"),
                                   "debug" + directory_.path() + "/boot/vmlinux.debug"}) {
    if (directory_ / place != debug) {
      fs::create_directories(fs::path(directory_ / place).parent_path());
      fs::rename(debug, directory_ / place);
    }
    EXPECT_TRUE(finds_debug_info(places)) << place;
    fs::rename(directory_ / place, debug);
  }
  write_file(debug, read_file(kernel_file("vmlinux-dwarf4")));
  EXPECT_FALSE(finds_debug_info(places)) << "of another build";
}

TEST_F(Finding, VmlinuxByTheRelease) {
  const std::string root = directory_ / "debug";
  EXPECT_TRUE(BinaryFinder::vmlinux_candidates("6.99.0-pretend", root).empty());
  for (const char* place : {"/usr/lib/modules/6.99.0-pretend/vmlinux", "/lib/modules/6.99.0-pretend/vmlinux",
                            "/boot/vmlinux-6.99.0-pretend.debug", "/boot/vmlinux-6.99.0-pretend"}) {
    write_file(root + place, read_file(kernel_file("vmlinux")));
    const auto found = BinaryFinder::vmlinux_candidates("6.99.0-pretend", root);
    ASSERT_FALSE(found.empty()) << place;
    EXPECT_EQ(found.front(), root + place);
  }
  for (const char* release : {"", "6.99.0", "../../boot/vmlinux-6.99.0-pretend"}) {
    EXPECT_TRUE(BinaryFinder::vmlinux_candidates(release, root).empty()) << release;
  }
}

TEST_F(Finding, VmlinuxByTheReleaseThatTheLogNames) {
  const std::string image = directory_ / "debug/boot/vmlinux-6.99.0-pretend";
  write_file(image, read_file(kernel_file("vmlinux")));
  const std::string frame = " " + mention_of(open_symbolizer("vmlinux")->vmlinux(), "after_sink");
  const std::string place = " " + at("init/main.c", "start_sink");
  const std::vector<std::string> arguments = {"symbolize", "--no-cache", "--debug-dir", directory_ / "debug"};
  for (const std::string start :
       {"Linux version 6.99.0-pretend (x) #1\n", "CPU: 0 PID: 1 Comm: init Not tainted 6.99.0-pretend #1\n"}) {
    const std::string log = start + frame;
    const Ran ran = run_ktriage(arguments, log);
    EXPECT_EQ(ran.exit, 0) << ran.err;
    EXPECT_EQ(ran.out, log + place);
  }
  const std::string other = "Linux version 6.98.0-other (x) #1\n" + frame + "\n";
  const Ran ran = run_ktriage(arguments, other);
  EXPECT_EQ(ran.exit, 3);
  EXPECT_EQ(ran.out, other);
  EXPECT_NE(ran.err.find("6.98.0-other"), std::string::npos) << ran.err;
}

/// Answers one GET after another with a file, on a port of its own: all that debuginfod's client needs.
class FileServer {
 public:
  FileServer(std::string path, std::string content) : path_(std::move(path)), content_(std::move(content)) {
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    auto* any = reinterpret_cast<sockaddr*>(&address);
    if (bind(listener_, any, size) != 0 || listen(listener_, 8) != 0 || getsockname(listener_, any, &size) != 0) {
      ADD_FAILURE() << "cannot listen on the loopback";
    }
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  FileServer(const FileServer&) = delete;
  FileServer& operator=(const FileServer&) = delete;
  ~FileServer() {
    shutdown(listener_, SHUT_RDWR);
    thread_.join();
    close(listener_);
  }

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  int requests() const { return requests_; }

 private:
  void serve() {
    for (int client = accept(listener_, nullptr, nullptr); client >= 0; client = accept(listener_, nullptr, nullptr)) {
      std::string request;
      std::array<char, 4096> block{};
      while (request.find("\r\n\r\n") == std::string::npos) {
        const ssize_t got = recv(client, block.data(), block.size(), 0);
        if (got <= 0) break;
        request.append(block.data(), static_cast<size_t>(got));
      }
      ++requests_;
      const bool known = request.starts_with("GET " + path_ + " ");
      const std::string body = known ? content_ : "not here";
      std::string answer = known ? "HTTP/1.1 200 OK\r\n" : "HTTP/1.1 404 Not Found\r\n";
      answer += "Content-Length: " + std::to_string(body.size()) + "\r\nConnection: close\r\n\r\n" + body;
      for (std::string_view rest = answer; !rest.empty();) {
        const ssize_t sent = send(client, rest.data(), rest.size(), MSG_NOSIGNAL);
        if (sent <= 0) break;
        rest.remove_prefix(static_cast<size_t>(sent));
      }
      close(client);
    }
  }

  std::string path_;
  std::string content_;
  int listener_ = -1;
  uint16_t port_ = 0;
  std::atomic<int> requests_{0};
  std::thread thread_;
};

TEST_F(Finding, DebugInformationFromDebuginfod) {
  if (std::system("debuginfod-find --version >/dev/null 2>&1") != 0) {
    GTEST_SKIP() << "debuginfod-find is not installed (debuginfod)";
  }
  const std::string id = ElfFile::open(stripped())->build_id();
  const std::string frame = " " + mention_of(open_symbolizer("vmlinux")->vmlinux(), "after_sink") + "\n";
  const std::vector<std::string> arguments = {"symbolize", "--no-cache",  "--vmlinux",
                                              stripped(),  "--debug-dir", directory_ / "debug"};
  FileServer server("/buildid/" + id + "/debuginfo", read_file(kernel_file("vmlinux.debug")));
  Setting setting;
  setting.environment = {{"DEBUGINFOD_CACHE_PATH", directory_ / "client"}, {"DEBUGINFOD_URLS", ""}};
  const Ran off = run_ktriage(arguments, frame, setting);
  EXPECT_EQ(server.requests(), 0) << "nobody is asked unless DEBUGINFOD_URLS is set";
  EXPECT_EQ(off.exit, 3);
  EXPECT_EQ(off.out, frame);

  setting.environment.back().second = server.url();
  const Ran on = run_ktriage(arguments, frame, setting);
  EXPECT_EQ(on.exit, 0) << on.err;
  EXPECT_NE(on.out.find(at("init/main.c", "start_sink")), std::string::npos);
  EXPECT_GT(server.requests(), 0);
}

TEST_F(Finding, ADebuginfodThatLacksItOrLiesIsNoHarm) {
  if (std::system("debuginfod-find --version >/dev/null 2>&1") != 0) {
    GTEST_SKIP() << "debuginfod-find is not installed (debuginfod)";
  }
  const std::string id = ElfFile::open(stripped())->build_id();
  const std::string frame = " " + mention_of(open_symbolizer("vmlinux")->vmlinux(), "after_sink") + "\n";
  for (const auto& [path, file] : std::vector<std::pair<std::string, std::string>>{
           {"/buildid/0123/debuginfo", "vmlinux.debug"}, {"/buildid/" + id + "/debuginfo", "vmlinux-dwarf4"}}) {
    FileServer server(path, read_file(kernel_file(file)));
    const TemporaryDirectory client;
    Setting setting;
    setting.environment = {{"DEBUGINFOD_CACHE_PATH", client.path()}, {"DEBUGINFOD_URLS", server.url()}};
    const Ran ran = run_ktriage(
        {"symbolize", "--no-cache", "--vmlinux", stripped(), "--debug-dir", directory_ / "debug"}, frame, setting);
    EXPECT_EQ(ran.exit, 3) << file;
    EXPECT_EQ(ran.out, frame);
    EXPECT_NE(ran.err.find("no debug information"), std::string::npos) << ran.err;
    EXPECT_GT(server.requests(), 0);
  }
}

}  // namespace
}  // namespace ktriage::test
