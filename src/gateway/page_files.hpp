// The patient page's files: an exact table from URL path to content, made once. No path of a request is ever
// joined to a directory. Main thread after construction.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

#include "base/handles.hpp"
#include "base/result.hpp"

namespace sangdam::gateway {

/// Where ui/patient puts its files in the program's resources.
inline constexpr const char* k_page_resource_prefix = "/kr/sangdam/patient/";

struct PageFile {
  base::Ref<GBytes> content;
  std::string mime_type;
  std::string etag;  // quoted, from the content's hash
};

class PageFiles {
 public:
  /// Everything below the resource prefix. "page-missing" if there is no index.html.
  [[nodiscard]] static base::Result<PageFiles> from_resources();
  /// Development: everything below a directory, as it is now. "page-missing", "page-unreadable".
  [[nodiscard]] static base::Result<PageFiles> from_directory(const std::string& directory);

  /// Null if there is no such file. "/" is "/index.html".
  [[nodiscard]] const PageFile* find(std::string_view path) const;

 private:
  void add(std::string path, base::Ref<GBytes> content);
  void add_resources(const std::string& prefix, const std::string& path);
  [[nodiscard]] base::Result<> add_directory(const std::string& directory, const std::string& path,
                                             int depth);
  [[nodiscard]] base::Result<PageFiles> checked() &&;

  std::unordered_map<std::string, PageFile> m_files;
};

}  // namespace sangdam::gateway
