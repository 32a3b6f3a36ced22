#include "base/secret_file.hpp"

#include <glib/gstdio.h>

#include <fstream>
#include <utility>

#include "base/handles.hpp"
#include "support/catch.hpp"

using namespace sangdam::base;

namespace {

const std::string k_a(32, 'a');
const std::string k_b(32, 'b');

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
  std::string m_directory = CharPtr(g_dir_make_tmp("sangdam-secret-XXXXXX", nullptr)).get();
  std::string m_path = m_directory + "/secret";
};

}  // namespace

TEST_CASE("a secret is the same whichever editor wrote its file", "[secret]") {
  for (const std::string& content :
       {k_a, k_a + "\n", k_a + "\r\n", k_a + "\r\n\r\n", "\xEF\xBB\xBF" + k_a + "\r\n", " \t" + k_a + " \t\n",
        k_a + "\xC2\xA0\n", k_a + "\xE2\x80\x8B\n", "# of turn.example.org\r\n" + k_a + "\r\n",
        "\n\n" + k_a}) {
    INFO(content);
    const File file(content);
    CHECK(read_secret(file.path()).value_or("refused") == k_a);
    CHECK(read_secrets(file.path()).value_or(std::vector<std::string>{}) == std::vector<std::string>{k_a});
  }
}

TEST_CASE("many secrets are one a line, and a file of one has just one", "[secret]") {
  const File file("# entrance\r\n" + k_a + "\r\n\r\n# ward 3\r\n" + k_b + " \r\n");
  CHECK(*read_secrets(file.path()) == std::vector<std::string>{k_a, k_b});
  const auto one = read_secret(file.path());
  REQUIRE_FALSE(one.has_value());
  CHECK(one.error().code == "secret-invalid");
  CHECK(one.error().message.find("2 secrets") != std::string::npos);
}

TEST_CASE("a secret that could not be right is refused, and never quoted", "[secret]") {
  const std::vector<std::pair<std::string, std::string>> bad{
      {"", "has no secret"},
      {"\xEF\xBB\xBF\r\n", "has no secret"},
      {"#" + k_a + "\n", "has no secret"},
      {"short\n", "fewer than 16"},
      {"\"" + k_a + "\"\n", "in quotes"},
      {"'" + k_a + "'\n", "in quotes"},
      {"\xE2\x80\x9C" + k_a + "\xE2\x80\x9D\n", "plain ASCII"},
      {"aaaaaaaaaaaaaaaa aaaaaaaaaaaaaaaa\n", "blank in its middle"},
      {"aaaaaaaaaaaaaaaa\taaaaaaaaaaaaaaaa\n", "blank in its middle"},
      {"aaaaaaaaaaaaaaaa\xC2\xA0"
       "aaaaaaaaaaaaaaaa\n",
       "plain ASCII"},
      {"aaaaaaaaaaaaaaaa\xEF\xBC\x81"
       "aaaaaaaaaaaaaaaa\n",
       "plain ASCII"},
      {"static-auth-secret=" + k_a + "\n", "coturn's settings"},
      {k_a + "\n" + k_a + "\n", "Line 2"},
      {std::string("aaaaaaaaaaaaaaaa\0aaaaaaaaaaaaaaaa\n", 34), "not UTF-8 text"},
      {"aaaaaaaaaaaaaaaa\raaaaaaaaaaaaaaaa\n", "control character"},
      {std::string("\xFF\xFE"
                   "a\0a\0a\0",
                   8),
       "UTF-16"},
      {std::string(70000, 'a'), "larger than"},
  };
  for (const auto& [content, words] : bad) {
    const File file(content);
    const auto secrets = read_secrets(file.path());
    REQUIRE_FALSE(secrets.has_value());
    INFO(secrets.error().message);
    CHECK(secrets.error().code == "secret-invalid");
    CHECK(secrets.error().message.find(words) != std::string::npos);
    CHECK(secrets.error().message.find(file.path()) != std::string::npos);
    CHECK(secrets.error().message.find("aaaa") == std::string::npos);
  }
}

TEST_CASE("what is no file, or nobody writes to, is not waited for", "[secret]") {
  const std::string directory = CharPtr(g_dir_make_tmp("sangdam-secret-XXXXXX", nullptr)).get();
  const std::string pipe = directory + "/pipe";
  REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
  for (const std::string& path :
       {std::string("/nowhere/secret"), directory, pipe, std::string("/dev/zero")}) {
    const auto secret = read_secret(path);
    REQUIRE_FALSE(secret.has_value());
    CHECK(secret.error().code == "secret-unreadable");
    CHECK(secret.error().message.find(path) != std::string::npos);
  }
  g_remove(pipe.c_str());
  g_rmdir(directory.c_str());
}
