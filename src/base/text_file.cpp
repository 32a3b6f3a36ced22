#include "base/text_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <glib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "base/text.hpp"

namespace sangdam::base {
namespace {

constexpr std::string_view k_byte_order_mark = "\xEF\xBB\xBF";

/// Closes with its scope.
class Descriptor {
 public:
  explicit Descriptor(int number) : m_number(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (m_number >= 0) ::close(m_number);
  }
  [[nodiscard]] int get() const { return m_number; }

 private:
  int m_number;
};

tl::unexpected<Failure> unreadable(const std::string& path, const char* why) {
  return failure("file-unreadable",
                 fmt::format("Cannot read {}: {}. Check the path, and that this program's user may read it.",
                             path, why));
}

tl::unexpected<Failure> invalid(const std::string& name, const std::string& why) {
  return failure("file-invalid", fmt::format("{} {}", name, why));
}

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\t') || byte == 0x7F;
}

}  // namespace

std::string_view without_blanks(std::string_view text) noexcept {
  // Space, tab, and in UTF-8: no-break, figure, narrow no-break, ideographic and zero-width spaces.
  constexpr std::array<std::string_view, 8> k_blanks{
      " ", "\t", "\xC2\xA0", "\xE2\x80\x87", "\xE2\x80\xAF", "\xE3\x80\x80", "\xE2\x80\x8B", "\xEF\xBB\xBF"};
  const auto strip = [&](auto has, auto remove) {
    bool again = true;
    while (again) {
      again = false;
      for (const std::string_view blank : k_blanks) {
        if (!has(blank)) continue;
        remove(blank.size());
        again = true;
      }
    }
  };
  strip([&](std::string_view blank) { return text.starts_with(blank); },
        [&](std::size_t size) { text.remove_prefix(size); });
  strip([&](std::string_view blank) { return text.ends_with(blank); },
        [&](std::size_t size) { text.remove_suffix(size); });
  return text;
}

Result<std::vector<std::string>> text_lines(std::string_view text, const std::string& name) {
  if (text.size() > k_max_text_file_bytes) {
    return invalid(name, fmt::format("is larger than {} bytes: it is not a file of settings or secrets.",
                                     k_max_text_file_bytes));
  }
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF"))
    return invalid(name, "is in UTF-16. Save it as UTF-8.");
  if (!is_valid_utf8(text)) return invalid(name, "is not UTF-8 text. Save it as UTF-8.");
  if (text.starts_with(k_byte_order_mark)) text.remove_prefix(k_byte_order_mark.size());
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (std::any_of(line.begin(), line.end(), is_control)) {
      return invalid(
          name, fmt::format("has a control character in line {}. Write that line anew.", lines.size() + 1));
    }
    lines.emplace_back(without_blanks(line));
  }
  return lines;
}

Result<std::string> read_text(const std::string& path) {
  // Non-blocking: opening a pipe nobody writes to would wait for ever.
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (file.get() < 0) return unreadable(path, g_strerror(errno));
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return unreadable(path, g_strerror(errno));
  if (!S_ISREG(status.st_mode)) return unreadable(path, "it is not a regular file");
  std::string content(k_max_text_file_bytes + 1, '\0');
  std::size_t size = 0;
  while (size < content.size()) {
    const ssize_t got = ::read(file.get(), content.data() + size, content.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return unreadable(path, g_strerror(errno));
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  content.resize(size);
  return content;
}

}  // namespace sangdam::base
