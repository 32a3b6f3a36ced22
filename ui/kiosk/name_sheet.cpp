#include "ui/kiosk/name_sheet.hpp"

#include <memory>

#include "base/main_thread.hpp"
#include "ui/kiosk/localisation.hpp"
#include "ui/kiosk/models.hpp"
#include "ui/kiosk/press.hpp"

namespace sangdam::ui {
namespace {

constexpr int k_name_length = 60;  // code points, as the protocol limits names

/// Lives as long as its sheet is open.
struct NameSheet {
  NameSheet(Sheets& over, std::string visit, const std::string& name)
      : sheets(over),
        consultation(std::move(visit)),
        box(new_box(GTK_ORIENTATION_VERTICAL, 16)),
        row(new_box(GTK_ORIENTATION_HORIZONTAL, 16)),
        entry(gtk_entry_new()),
        back(new_button("sd-back-symbolic", tr("Back"), {})),
        save(new_button("sd-check-symbolic", tr("Save"), {"primary"}, tr("Save the name"))) {
    gtk_widget_add_css_class(entry, "sd");
    gtk_entry_set_max_length(GTK_ENTRY(entry), k_name_length);
    set_accessible_name(entry, tr("Patient's name"));
    gtk_editable_set_text(GTK_EDITABLE(entry), name.c_str());
    gtk_box_set_homogeneous(GTK_BOX(row), TRUE);
    for (const ActionButton* button : {&back, &save}) gtk_box_append(GTK_BOX(row), button->widget());
    GtkWidget* title = new_paragraph(tr("Who is this visit for?"), {"heading"});
    GtkWidget* text = new_paragraph(
        tr("The name tells it from other visits in the list. The patient does not see it."), {"secondary"});
    for (GtkWidget* each : {title, text, entry}) gtk_box_append(GTK_BOX(box), each);
    signals.on(back.widget(), "clicked", [this] { sheets.close(); });
    signals.on(save.widget(), "clicked", [this] { ask(); });
    signals.on(entry, "activate", [this] { ask(); });
  }

  void ask() {
    note_press(save.widget());  // Enter asks for the same
    gtk_widget_activate_action(save.widget(), in_app(action::k_name_visit).c_str(), "(ss)",
                               consultation.c_str(), gtk_editable_get_text(GTK_EDITABLE(entry)));
    sheets.close_if_done();
  }

  Sheets& sheets;
  std::string consultation;
  GtkWidget *box, *row, *entry;
  ActionButton back, save;
  Signals signals;
};

}  // namespace

void open_name_sheet(Sheets& sheets, const std::string& consultation, const std::string& name) {
  const auto sheet = std::make_shared<NameSheet>(sheets, consultation, name);
  sheets.open(sheet->box, sheet->row, tr("Who is this visit for?"), sheet->entry,
              // The button that closed it is still in its handler.
              [sheet] { base::post_to_main([sheet] {}); });
}

}  // namespace sangdam::ui
