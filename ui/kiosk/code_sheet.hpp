// The code while a call goes on: to read out to whoever lost the page, and to renew. Main thread.
#pragma once

#include <memory>
#include <string>

#include "ui/kiosk/models.hpp"
#include "ui/kiosk/qr_view.hpp"
#include "ui/kiosk/room.hpp"
#include "ui/kiosk/sheet.hpp"

namespace sangdam::ui {

/// The sentence that staff read out, as markup; the address in it is escaped.
[[nodiscard]] std::string say_where_to_go(const std::string& address);
/// The code's accessible name: read digit by digit, not as a number of hundreds of millions.
[[nodiscard]] std::string spelled_code(const std::string& code);

/// Sets a code's letters as large as fit into `width`, up to `most` pixels. A code is never cut off.
void fit_code(GtkLabel* label, int width, int most);

class CodeSheet {
 public:
  explicit CodeSheet(Sheets& sheets) : m_sheets(sheets) {}
  CodeSheet(const CodeSheet&) = delete;
  CodeSheet& operator=(const CodeSheet&) = delete;
  ~CodeSheet() = default;

  void open(const CallModel& model);
  void set_room(const Room& room) { m_room = room; }
  /// Another code, or one that is good only now: an open sheet follows.
  void set(const CallModel& model);

 private:
  struct Content;
  Sheets& m_sheets;
  Room m_room;
  std::shared_ptr<Content> m_content;  // while it is open
};

}  // namespace sangdam::ui
