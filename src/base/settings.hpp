// What a program is started with: built-in defaults, then a file of settings, then the command line. Both
// programs declare their settings in one table and are read by this one reader.
//
//   int main(int argc, char** argv) {
//     Options options;
//     const std::vector<base::Setting> table{
//         base::text("clinic", "NAME", "The clinic's name", options.clinic),
//         base::flag("walk-in", "Open a session at start", options.walk_in)};
//     const auto read = base::read_settings({"sangdam-kiosk", "a kiosk", "kiosk", "0.1"}, table, argc, argv);
//
// The file has one group, [kiosk], whose keys are the long options without dashes. It is UTF-8; a byte order
// mark, CRLF, blanks around names and values, empty lines and lines that begin with # are as good as not
// there. Values stand as they are: no quotes, no escapes. A setting that may be repeated takes several values
// with semicolons between them. Everything else is refused, with a sentence that names the file, the line and
// the key: a setting that somebody relies on must not be without effect.
//
// The command line wins; for a repeatable setting it replaces the file's list. Secrets are never values:
// settings name files that hold them (secret_file.hpp).
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace sangdam::base {

struct Setting {
  std::string name;
  std::string argument;  // "FILE"; empty: a flag, which is "true" or "false" in the file
  std::string help;
  /// Takes one value. A failure's message says what is wrong with it and shows a right one: "it has no host.
  /// Write it like https://visit.example.org".
  std::function<Result<>(const std::string&)> set;
  bool repeatable = false;
  std::function<void()> clear;  // for a repeatable setting: forgets the values so far
};

/// The usual kinds. `target` outlives the table.
[[nodiscard]] Setting flag(std::string name, std::string help, bool& target);
template <class Text>  // a string or a path
[[nodiscard]] Setting text(std::string name, std::string argument, std::string help, Text& target) {
  return {std::move(name),
          std::move(argument),
          std::move(help),
          [&target](const std::string& value) {
            target = value;
            return Result<>();
          },
          false,
          {}};
}
/// A value that is parsed into one form, kept in `target`: `parse` gives a Result<T>.
template <class Target, class Parse>
[[nodiscard]] Setting parsed(std::string name, std::string argument, std::string help, Target& target,
                             Parse parse) {
  return {std::move(name),
          std::move(argument),
          std::move(help),
          [&target, parse](const std::string& value) -> Result<> {
            auto result = parse(value);
            if (!result) return tl::unexpected<Failure>(std::move(result).error());
            target = *std::move(result);
            return {};
          },
          false,
          {}};
}
/// Several parsed values, at most `most`.
template <class Target, class Parse>
[[nodiscard]] Setting list(std::string name, std::string argument, std::string help,
                           std::vector<Target>& target, Parse parse, std::size_t most) {
  return {std::move(name),
          std::move(argument),
          std::move(help),
          [&target, parse, most](const std::string& value) -> Result<> {
            if (target.size() >= most)
              return failure("usage", "there are more than " + std::to_string(most) + " of them");
            auto result = parse(value);
            if (!result) return tl::unexpected<Failure>(std::move(result).error());
            target.push_back(*std::move(result));
            return {};
          },
          true,
          [&target] { target.clear(); }};
}

struct ProgramName {
  std::string name;     // "sangdam-kiosk"
  std::string purpose;  // "a telemedicine kiosk for a small clinic"
  std::string group;    // "kiosk"
  std::string version;
};

/// Reads the command line and the file that its --config names. --help and --version print and end the
/// program. The only code is "usage".
[[nodiscard]] Result<> read_settings(const ProgramName& program, const std::vector<Setting>& table, int argc,
                                     char** argv);

/// The values of a file's text, by key; repeatable settings may have several. `name` stands in the sentences.
/// Pure.
struct FileValues {
  struct Value {
    std::vector<std::string> texts;
    std::string place;  // for sentences
  };
  std::map<std::string, Value> by_key;
};
[[nodiscard]] Result<FileValues> parse_settings(std::string_view content, const std::string& name,
                                                const std::string& group, const std::vector<Setting>& table);

}  // namespace sangdam::base
