#include "base/settings.hpp"

#include <glib/gstdio.h>

#include <fstream>
#include <utility>

#include "base/handles.hpp"
#include "base/web_address.hpp"
#include "support/catch.hpp"

using namespace sangdam::base;

namespace {

struct Options {
  std::string clinic = "built in", address = "none";
  std::vector<std::string> urls;
  bool walk_in = false;
};

std::vector<Setting> table_for(Options& options) {
  return {text("clinic", "NAME", "A name", options.clinic),
          parsed("address", "URL", "An address", options.address, parse_public_address),
          list("url", "URL", "Addresses", options.urls, parse_public_address, 3),
          flag("walk-in", "A flag", options.walk_in)};
}

/// A file of the test's, gone with it.
class File {
 public:
  explicit File(const std::string& content) { std::ofstream(m_path, std::ios::binary) << content; }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    g_remove(m_path.c_str());
    g_rmdir(m_directory.c_str());
  }
  [[nodiscard]] const std::string& path() const { return m_path; }

 private:
  std::string m_directory = CharPtr(g_dir_make_tmp("sangdam-settings-XXXXXX", nullptr)).get();
  std::string m_path = m_directory + "/settings.conf";
};

Result<Options> read(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "program");
  std::vector<char*> argv;
  for (std::string& each : arguments) argv.push_back(each.data());
  argv.push_back(nullptr);
  Options options;
  auto result = read_settings({"program", "a test", "kiosk", "1"}, table_for(options),
                              static_cast<int>(arguments.size()), argv.data());
  if (!result) return tl::unexpected<Failure>(std::move(result).error());
  return options;
}
Result<Options> read_file(const std::string& content, const std::vector<std::string>& further = {}) {
  const File file(content);
  std::vector<std::string> arguments{"--config", file.path()};
  arguments.insert(arguments.end(), further.begin(), further.end());
  auto result = read(arguments);
  if (!result) {
    // Every sentence names the file; once is enough to check it here.
    INFO(result.error().message);
    CHECK(result.error().code == "usage");
    CHECK(result.error().message.find(file.path()) != std::string::npos);
  }
  return result;
}

}  // namespace

TEST_CASE("a file of settings means the same whichever editor wrote it", "[settings]") {
  const std::string plain =
      "# comment\n\n[kiosk]\nclinic=서울의원\nwalk-in=true\nurl=https://a.example;https://b.example\n";
  std::string crlf;
  for (const char c : plain) crlf += c == '\n' ? "\r\n" : std::string(1, c);
  const std::string blanks =
      "\t# comment\n [kiosk] \n  clinic =\t서울의원  \n walk-in\t= true\xC2\xA0\nurl = https://a.example/ ; "
      "https://b.example:443 ;\xE2\x80\x8B\n\n";
  for (const std::string& content : {plain, crlf, "\xEF\xBB\xBF" + plain, "\xEF\xBB\xBF" + crlf, blanks,
                                     plain.substr(0, plain.size() - 1)}) {
    INFO(content);
    const auto options = read_file(content);
    REQUIRE(options);
    CHECK(options->clinic == "서울의원");
    CHECK(options->walk_in);
    CHECK(options->urls == std::vector<std::string>{"https://a.example", "https://b.example"});
    CHECK(options->address == "none");
  }
}

TEST_CASE("a file that only looks like settings is fine when it has none", "[settings]") {
  for (const char* content : {"", "\n\n", "# only\n# comments", "[kiosk]\n", "\xEF\xBB\xBF[kiosk]"}) {
    const auto options = read_file(content);
    REQUIRE(options);
    CHECK(options->clinic == "built in");
  }
}

TEST_CASE("what would be without effect, or mean something else, is refused by its line and key",
          "[settings]") {
  const std::vector<std::pair<std::string, std::string>> bad{
      {"[kiosk]\nclinik=x\n", "line 2, [kiosk]: unknown key: clinik"},
      {"[kiosk]\nClinic=x\n", "unknown key: Clinic"},
      {"[kiosk]\nclinic[ko]=x\n", "unknown key: clinic[ko]"},
      {"[kiosk]\n;clinic=x\n", "unknown key: ;clinic"},
      {"[kiosk]\n=x\n", "unknown key: "},
      {"[gateway]\nclinic=x\n", "line 1: the group [gateway] is not known"},
      {"[kiosk]\nclinic=x\n[other]\n", "line 3: the group [other] is not known"},
      {"[Kiosk]\n", "the group [Kiosk] is not known"},
      {"[kiosk] # here\n", "is not known"},
      {"[kiosk]\n[kiosk]\n", "line 2: the group [kiosk] begins a second time"},
      {"clinic=x\n", "line 1: the key clinic stands before [kiosk]"},
      {"[kiosk]\nclinic=x\nclinic=y\n", "line 3, [kiosk]: clinic is there a second time"},
      {"[kiosk]\nurl=https://a.example\nurl=https://b.example\n", "with ; between them"},
      {"[kiosk]\nclinic\n", "line 2: this is neither KEY=VALUE"},
      {"[kiosk]\nclinic: x\n", "line 2: this is neither KEY=VALUE"},
      {"[kiosk]\nclinic=\n", "it is empty"},
      {"[kiosk]\nclinic= \xC2\xA0 \n", "it is empty"},
      {"[kiosk]\nurl=https://a.example;;https://b.example\n", "it is empty"},
      {"[kiosk]\nurl=;\n", "it is empty"},
      {"[kiosk]\nclinic=\"Harbour\"\n", "it is in quotes"},
      {"[kiosk]\nclinic='Harbour'\n", "it is in quotes"},
      {"[kiosk]\nclinic=\xE2\x80\x9CHarbour\xE2\x80\x9D\n", "it is in quotes"},
      {"[kiosk]\nwalk-in=yes\n", "[kiosk]: walk-in cannot take \"yes\": it is neither true nor false"},
      {"[kiosk]\nwalk-in=True\n", "neither true nor false"},
      {"[kiosk]\nwalk-in=true # always\n", "neither true nor false"},
      {"[kiosk]\naddress=http://a.example\n", "line 2, [kiosk]: address cannot take \"http://a.example\""},
      {"[kiosk]\naddress=https://user:pw@a.example\n", "address cannot take that value"},
      {"[kiosk]\naddress=https://a.example https://b.example\n", "blank"},
      {"[kiosk]\nurl=https://a.example;https://b.example;https://c.example;https://d.example\n",
       "more than 3"},
      {std::string("[kiosk]\nclinic=a\0b\n", 19), "not UTF-8 text"},
      {"[kiosk]\nclinic=a\rwalk-in=true\n", "control character in line 2"},
      {"[kiosk]\nclinic=a\x1B[2J\n", "control character"},
      {"[kiosk]\nclinic=\xFF\n", "not UTF-8"},
      {std::string("\xFF\xFE[\0k\0", 6), "UTF-16"},
      {std::string("[kiosk]\n") + std::string(70000, '#'), "larger than"},
  };
  for (const auto& [content, words] : bad) {
    INFO(content);
    const auto options = read_file(content);
    REQUIRE_FALSE(options.has_value());
    INFO(options.error().message);
    CHECK(options.error().message.find(words) != std::string::npos);
    CHECK(options.error().message.find("pw") == std::string::npos);
  }
}

TEST_CASE("the command line wins, its last word counts, and a list there replaces the file's", "[settings]") {
  const std::string file = "[kiosk]\nclinic=file\naddress=nonsense\nurl=https://file.example\n";
  const auto options =
      read_file(file, {"--clinic", "first", "--clinic=last", "--address", "https://a.example/", "--url",
                       "https://b.example", "--url", "https://c.example"});
  REQUIRE(options);
  CHECK(options->clinic == "last");
  CHECK(options->address == "https://a.example");
  CHECK(options->urls == std::vector<std::string>{"https://b.example", "https://c.example"});
  CHECK_FALSE(options->walk_in);
  CHECK(read({"--walk-in"})->walk_in);
  CHECK(read({"--clinic", "서울"})->clinic == "서울");
}

TEST_CASE("the command line is refused for the same reasons as a file", "[settings]") {
  const std::vector<std::pair<std::vector<std::string>, std::string>> bad{
      {{"--nonsense"}, "program --help"},
      {{"stray"}, "Unknown argument: stray"},
      {{"--clinic"}, "--help"},
      {{"--clinic", ""}, "--clinic cannot take that value: it is empty"},
      {{"--clinic", "\xFF"}, "not UTF-8"},
      {{"--clinic", "a\nb"}, "control character"},
      {{"--address", "hello"}, "--address cannot take \"hello\""},
      {{"--url", "https://a.example", "--url", "hello"}, "--url cannot take \"hello\""},
      {{"--config", "/nowhere/settings.conf"}, "/nowhere/settings.conf"},
      {{"--config", "/"}, "not a regular file"},
      {{"--config", "/dev/zero"}, "not a regular file"},
      {{"--config", ""}, "Cannot read"},
  };
  for (const auto& [arguments, words] : bad) {
    const auto options = read(arguments);
    REQUIRE_FALSE(options.has_value());
    INFO(options.error().message);
    CHECK(options.error().code == "usage");
    CHECK(options.error().message.find(words) != std::string::npos);
  }
}
