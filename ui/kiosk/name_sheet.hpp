// The sheet that names a visit without appointment: optional, so that several of them can be told apart.
#pragma once

#include <string>

#include "ui/kiosk/sheet.hpp"

namespace sangdam::ui {

void open_name_sheet(Sheets& sheets, const std::string& consultation, const std::string& name);

}  // namespace sangdam::ui
