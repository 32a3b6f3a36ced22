#include "base/settings.hpp"

#include <fmt/format.h>
#include <glib.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <iostream>
#include <utility>

#include "base/handles.hpp"
#include "base/text.hpp"
#include "base/text_file.hpp"

namespace sangdam::base {
namespace {

constexpr std::size_t k_shown = 60;  // code points of what somebody wrote, in a sentence about it

tl::unexpected<Failure> usage(std::string message) { return failure("usage", std::move(message)); }

const Setting* find(const std::vector<Setting>& table, std::string_view name) {
  const auto found =
      std::find_if(table.begin(), table.end(), [&](const Setting& each) { return each.name == name; });
  return found == table.end() ? nullptr : &*found;
}

/// In quotes of any kind, which would be part of the value.
bool is_quoted(std::string_view value) {
  using Pair = std::pair<std::string_view, std::string_view>;
  constexpr std::array k_quotes{Pair{"\"", "\""},
                                Pair{"'", "'"},
                                Pair{"\xE2\x80\x9C", "\xE2\x80\x9D"},
                                Pair{"\xE2\x80\x98", "\xE2\x80\x99"},
                                Pair{"\xE2\x80\x9E", "\xE2\x80\x9C"},
                                Pair{"\xC2\xAB", "\xC2\xBB"}};
  return std::any_of(k_quotes.begin(), k_quotes.end(), [&](const Pair& quotes) {
    return value.size() >= quotes.first.size() + quotes.second.size() && value.starts_with(quotes.first) &&
           value.ends_with(quotes.second);
  });
}

/// What no value may be, whatever the setting. Empty: nothing.
std::string flaw_of(std::string_view value, bool in_file) {
  if (value.empty())
    return in_file ? "it is empty; put # in front of the line to leave it out" : "it is empty";
  if (!is_valid_utf8(value)) return "it is not UTF-8 text";
  if (std::any_of(value.begin(), value.end(),
                  [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7F; })) {
    return "it has a control character in it";
  }
  if (in_file && is_quoted(value))
    return "it is in quotes, which would be part of the value; write it without";
  return {};
}

Result<std::vector<std::string>> split_value(const Setting& setting, std::string_view value,
                                             const std::string& place) {
  std::vector<std::string> texts;
  const auto add = [&](std::string_view each) -> Result<> {
    each = without_blanks(each);
    if (const std::string flaw = flaw_of(each, true); !flaw.empty())
      return usage(fmt::format("{} cannot take that value: {}.", place, flaw));
    texts.emplace_back(each);
    return {};
  };
  if (setting.repeatable) {
    for (std::size_t end = value.find(';'); end != std::string_view::npos; end = value.find(';')) {
      if (auto added = add(value.substr(0, end)); !added) return tl::unexpected<Failure>(added.error());
      value.remove_prefix(end + 1);
      if (without_blanks(value).empty()) return texts;  // a semicolon at the end
    }
  }
  if (auto added = add(value); !added) return tl::unexpected<Failure>(added.error());
  return texts;
}

/// What GOption fills in for one setting.
struct Given {
  gboolean set = FALSE;
  char** values = nullptr;
};

struct CommandLine {
  std::map<std::string, std::vector<std::string>> by_name;
  std::string config;
  bool has_config = false;
};

Result<CommandLine> parse_command_line(const ProgramName& program, const std::vector<Setting>& table,
                                       int argc, char** argv) {
  std::vector<Given> given(table.size());
  std::vector<GOptionEntry> entries;
  for (std::size_t i = 0; i < table.size(); ++i) {
    const Setting& each = table[i];
    const bool is_flag = each.argument.empty();
    // File names: taken as the bytes they are, whatever the locale; they must be UTF-8 all the same.
    entries.push_back(
        {each.name.c_str(), 0, 0, is_flag ? G_OPTION_ARG_NONE : G_OPTION_ARG_FILENAME_ARRAY,
         is_flag ? static_cast<gpointer>(&given[i].set) : static_cast<gpointer>(&given[i].values),
         each.help.c_str(), is_flag ? nullptr : each.argument.c_str()});
  }
  char* config_raw = nullptr;
  gboolean version = FALSE;
  const std::string config_help = fmt::format("File of settings, group [{}]", program.group);
  entries.push_back({"config", 0, 0, G_OPTION_ARG_FILENAME, &config_raw, config_help.c_str(), "FILE"});
  entries.push_back({"version", 0, 0, G_OPTION_ARG_NONE, &version, "Print the version and leave", nullptr});
  entries.push_back({});

  const FreePtr<GOptionContext, g_option_context_free> context(
      g_option_context_new(("- " + program.purpose).c_str()));
  g_option_context_add_main_entries(context.get(), entries.data(), nullptr);
  ErrorPtr error;
  const bool good = g_option_context_parse(context.get(), &argc, &argv, out(error)) != FALSE;
  const CharPtr config(config_raw);
  CommandLine line;
  for (std::size_t i = 0; i < table.size(); ++i) {
    const StrvPtr values(given[i].values);
    if (given[i].set != FALSE) line.by_name[table[i].name] = {"true"};
    for (char** value = values.get(); value != nullptr && *value != nullptr; ++value)
      line.by_name[table[i].name].emplace_back(*value);
  }
  if (!good) return usage(fmt::format("{}. Run {} --help for the options.", message_of(error), program.name));
  if (version != FALSE) {
    std::cout << program.name << ' ' << program.version << '\n';
    std::exit(EXIT_SUCCESS);  // NOLINT(concurrency-mt-unsafe): nothing has been started yet
  }
  if (argc > 1) {
    return usage(fmt::format("Unknown argument: {}. Run {} --help for the options.", argv[1], program.name));
  }
  line.has_config = static_cast<bool>(config);
  if (config) line.config = config.get();
  return line;
}

/// The value for a sentence; nothing where it may hold credentials or is too long to be read.
std::string quoted(const std::string& value) {
  constexpr std::size_t k_longest = 200;
  const bool fit = value.size() <= k_longest && value.find('@') == std::string::npos;
  return fit ? fmt::format("\"{}\"", value) : "that value";
}

Result<> apply(const Setting& setting, const std::vector<std::string>& values, const std::string& place) {
  if (setting.clear) setting.clear();
  for (const std::string& value : values) {
    if (const auto set = setting.set(value); !set)
      return usage(fmt::format("{} cannot take {}: {}.", place, quoted(value), set.error().message));
  }
  return {};
}

}  // namespace

Setting flag(std::string name, std::string help, bool& target) {
  return {std::move(name),
          "",
          std::move(help),
          [&target](const std::string& value) -> Result<> {
            if (value != "true" && value != "false") return usage("it is neither true nor false");
            target = value == "true";
            return {};
          },
          false,
          {}};
}

Result<FileValues> parse_settings(std::string_view content, const std::string& name, const std::string& group,
                                  const std::vector<Setting>& table) {
  const auto lines = text_lines(content, name);
  if (!lines) return usage(lines.error().message);
  FileValues values;
  bool in_group = false;
  for (std::size_t i = 0; i < lines->size(); ++i) {
    const std::string& line = (*lines)[i];
    const std::string where = fmt::format("{}, line {}", name, i + 1);
    if (line.empty() || line.front() == '#') continue;
    if (line.front() == '[') {
      if (line != "[" + group + "]") {
        return usage(
            fmt::format("{}: the group {} is not known here, so what stands in it would have no effect. "
                        "All settings of this program stand in one group, [{}].",
                        where, single_line(line, k_shown), group));
      }
      if (in_group) return usage(fmt::format("{}: the group [{}] begins a second time.", where, group));
      in_group = true;
      continue;
    }
    const std::size_t equals = line.find('=');
    if (equals == std::string::npos) {
      return usage(fmt::format("{}: this is neither KEY=VALUE nor [{}] nor a comment, which begins with #.",
                               where, group));
    }
    const std::string key(without_blanks(std::string_view(line).substr(0, equals)));
    if (!in_group) {
      return usage(
          fmt::format("{}: the key {} stands before [{}].", where, single_line(key, k_shown), group));
    }
    const Setting* setting = find(table, key);
    if (setting == nullptr) {
      return usage(
          fmt::format("{}, [{}]: unknown key: {}. The program does not start, because a setting that "
                      "somebody relies on would have no effect. Correct the key or remove it; --help "
                      "lists the known ones.",
                      where, group, single_line(key, k_shown)));
    }
    const std::string place = fmt::format("{}, [{}]: {}", where, group, key);
    if (values.by_key.contains(key)) {
      return usage(
          fmt::format("{} is there a second time.{}", place,
                      setting->repeatable ? " Write several values in one line, with ; between them." : ""));
    }
    auto texts = split_value(*setting, std::string_view(line).substr(equals + 1), place);
    if (!texts) return tl::unexpected<Failure>(std::move(texts).error());
    values.by_key[key] = {*std::move(texts), place};
  }
  return values;
}

Result<> read_settings(const ProgramName& program, const std::vector<Setting>& table, int argc, char** argv) {
  const auto line = parse_command_line(program, table, argc, argv);
  if (!line) return tl::unexpected<Failure>(line.error());
  if (line->has_config) {
    const auto content = read_text(line->config);
    if (!content) return usage("The settings cannot be read. " + content.error().message);
    const auto file = parse_settings(*content, line->config, program.group, table);
    if (!file) return tl::unexpected<Failure>(file.error());
    for (const auto& [key, value] : file->by_key) {
      if (line->by_name.contains(key)) continue;  // the command line wins
      if (auto applied = apply(*find(table, key), value.texts, value.place); !applied) return applied;
    }
  }
  for (const auto& [key, values] : line->by_name) {
    const Setting& setting = *find(table, key);
    const std::string place = "--" + key;
    for (const std::string& value : values) {
      if (const std::string flaw = flaw_of(value, false); !flaw.empty())
        return usage(fmt::format("{} cannot take that value: {}.", place, flaw));
    }
    // Given again, the last one counts, so that a script can put its defaults in front.
    const auto counted = setting.repeatable ? values : std::vector<std::string>{values.back()};
    if (auto applied = apply(setting, counted, place); !applied) return applied;
  }
  return {};
}

}  // namespace sangdam::base
