#include "gateway/page_files.hpp"

#include <gio/gio.h>

#include <array>

#include "base/random.hpp"

namespace sangdam::gateway {
namespace {

constexpr int k_max_depth = 8;
constexpr std::size_t k_max_file_bytes = 16UL * 1024 * 1024;

// By table, never by looking into the content: what is not listed is served as bytes, and "nosniff" keeps a
// browser from guessing.
std::string mime_type_of(std::string_view path) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 14> k_types{{
      {".html", "text/html; charset=utf-8"},
      {".js", "text/javascript; charset=utf-8"},
      {".mjs", "text/javascript; charset=utf-8"},
      {".css", "text/css; charset=utf-8"},
      {".json", "application/json"},
      {".webmanifest", "application/manifest+json"},
      {".svg", "image/svg+xml"},
      {".png", "image/png"},
      {".jpg", "image/jpeg"},
      {".ico", "image/x-icon"},
      {".woff2", "font/woff2"},
      {".ogg", "audio/ogg"},
      {".mp3", "audio/mpeg"},
      {".wav", "audio/wav"},
  }};
  for (const auto& [suffix, type] : k_types) {
    if (path.ends_with(suffix)) return std::string(type);
  }
  return "application/octet-stream";
}

}  // namespace

base::Result<PageFiles> PageFiles::from_resources() {
  PageFiles files;
  files.add_resources(k_page_resource_prefix, "/");
  return std::move(files).checked();
}

base::Result<PageFiles> PageFiles::from_directory(const std::string& directory) {
  PageFiles files;
  if (const auto read = files.add_directory(directory, "/", 0); !read) {
    return tl::unexpected<base::Failure>(read.error());
  }
  return std::move(files).checked();
}

const PageFile* PageFiles::find(std::string_view path) const {
  const auto found = m_files.find(std::string(path == "/" ? "/index.html" : path));
  return found == m_files.end() ? nullptr : &found->second;
}

void PageFiles::add(std::string path, base::Ref<GBytes> content) {
  gsize size = 0;
  const void* data = g_bytes_get_data(content.get(), &size);
  const std::string hash = base::sha256_hex({static_cast<const char*>(data), size});
  PageFile file{
      .content = std::move(content), .mime_type = mime_type_of(path), .etag = '"' + hash.substr(0, 32) + '"'};
  m_files.insert_or_assign(std::move(path), std::move(file));
}

// NOLINTNEXTLINE(misc-no-recursion): as deep as our own resource
void PageFiles::add_resources(const std::string& prefix, const std::string& path) {
  const base::StrvPtr children(
      g_resources_enumerate_children(prefix.c_str(), G_RESOURCE_LOOKUP_FLAGS_NONE, nullptr));
  if (!children) return;
  for (char** child = children.get(); *child != nullptr; ++child) {
    const std::string name = *child;
    if (name.ends_with('/')) {
      add_resources(prefix + name, path + name);
      continue;
    }
    auto content = base::Ref<GBytes>::adopt(
        g_resources_lookup_data((prefix + name).c_str(), G_RESOURCE_LOOKUP_FLAGS_NONE, nullptr));
    if (content) add(path + name, std::move(content));
  }
}

// NOLINTNEXTLINE(misc-no-recursion): k_max_depth bounds it
base::Result<> PageFiles::add_directory(const std::string& directory, const std::string& path, int depth) {
  base::ErrorPtr error;
  const base::FreePtr<GDir, g_dir_close> dir(g_dir_open(directory.c_str(), 0, base::out(error)));
  if (!dir) {
    return base::failure("page-unreadable",
                         "Cannot read the page's directory: " + base::message_of(error) + ".");
  }
  while (const char* name = g_dir_read_name(dir.get())) {
    const std::string file = directory + "/" + name;
    if (name[0] == '.') continue;
    if (g_file_test(file.c_str(), G_FILE_TEST_IS_DIR)) {
      if (depth >= k_max_depth) continue;
      if (auto read = add_directory(file, path + name + "/", depth + 1); !read) return read;
      continue;
    }
    base::CharPtr text;
    gsize size = 0;
    if (!g_file_get_contents(file.c_str(), base::out(text), &size, base::out(error))) {
      return base::failure("page-unreadable",
                           "Cannot read a file of the page: " + base::message_of(error) + ".");
    }
    if (size > k_max_file_bytes) continue;
    add(path + name, base::Ref<GBytes>::adopt(g_bytes_new_take(text.release(), size)));
  }
  return {};
}

base::Result<PageFiles> PageFiles::checked() && {
  if (find("/") == nullptr) {
    return base::failure(
        "page-missing",
        "The patient page is missing (no index.html), so no patient could join. Reinstall the program, "
        "or correct --web-dir.");
  }
  return std::move(*this);
}

}  // namespace sangdam::gateway
