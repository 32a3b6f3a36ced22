#include "ui/kiosk/code_sheet.hpp"

#include <algorithm>

#include "base/main_thread.hpp"
#include "consultation/session_code.hpp"
#include "ui/kiosk/localisation.hpp"

namespace sangdam::ui {
namespace {

constexpr int k_qr_pixels = 200;

}  // namespace

std::string say_where_to_go(const std::string& address) {
  // The sentence is ours and may hold markup; the address is not.
  const std::string escaped = base::CharPtr(g_markup_escape_text(address.c_str(), -1)).get();
  return fill(tr("“On your phone or computer, go to {address} and type:”"),
              fmt::arg("address", R"(<span weight="bold" foreground="#0B6B62">)" + escaped + "</span>"));
}

std::string spelled_code(const std::string& code) {
  std::string digits;
  for (const char digit : code) digits += std::string(digits.empty() ? "" : " ") + digit;
  return fill(tr("Code: {digits}"), fmt::arg("digits", digits));
}

struct CodeSheet::Content {
  Content()
      : box(new_box(GTK_ORIENTATION_VERTICAL, 16)),
        row(new_box(GTK_ORIENTATION_HORIZONTAL, 16)),
        say(GTK_LABEL(new_paragraph("", {"say"}))),
        code(GTK_LABEL(new_label("", {"code"}))),
        qr(k_qr_pixels),
        renew(new_button("sd-key-symbolic", tr("New code"), {},
                         tr("New code: the old one stops working, whoever is here stays"))),
        close(new_button("sd-back-symbolic", tr("Back to the call"), {"primary"})) {
    gtk_label_set_use_markup(say, TRUE);
    gtk_label_set_max_width_chars(say, 36);
    gtk_widget_set_halign(qr.widget(), GTK_ALIGN_CENTER);
    gtk_widget_set_halign(GTK_WIDGET(code), GTK_ALIGN_CENTER);
    set_accessible_name(qr.widget(), tr("QR code that opens the visit"));
    gtk_box_set_homogeneous(GTK_BOX(row), TRUE);
    for (const ActionButton* button : {&renew, &close}) gtk_box_append(GTK_BOX(row), button->widget());
    for (GtkWidget* each : {GTK_WIDGET(say), GTK_WIDGET(code), qr.widget()}) {
      gtk_box_append(GTK_BOX(box), each);
    }
  }

  void draw(const CallModel& model) {
    gtk_label_set_markup(say, model.code_ready ? say_where_to_go(model.address).c_str()
                                               : tr("The code does not work just now, because the kiosk is "
                                                    "still connecting. It changes by itself."));
    set_text(code, consultation::code_for_people(model.code));
    set_accessible_name(code, spelled_code(model.code));
    set_class(GTK_WIDGET(code), "not-ready", !model.code_ready);
    qr.set(model.code_ready ? model.link : std::string());
    renew.bind(action::k_renew_code, model.consultation);
  }

  GtkWidget *box, *row;
  GtkLabel *say, *code;
  QrView qr;
  ActionButton renew, close;
  Signals signals;
};

void fit_code(GtkLabel* label, int width, int most) {
  // Digits are as wide as each other, so any code will do.
  constexpr int k_sample = 100;  // px
  const auto layout =
      base::Ref<PangoLayout>::adopt(gtk_widget_create_pango_layout(GTK_WIDGET(label), "000 000 000"));
  const auto bold_of = [](int pixels) {
    PangoAttrList* attributes = pango_attr_list_new();
    pango_attr_list_insert(attributes, pango_attr_size_new_absolute(pixels * PANGO_SCALE));  // takes it over
    pango_attr_list_insert(attributes, pango_attr_weight_new(PANGO_WEIGHT_BOLD));
    return attributes;
  };
  PangoAttrList* sample = bold_of(k_sample);
  pango_layout_set_attributes(layout.get(), sample);
  pango_attr_list_unref(sample);
  int needed = 0;
  pango_layout_get_pixel_size(layout.get(), &needed, nullptr);
  constexpr int k_least = 40;
  const int pixels = std::clamp(width * k_sample / std::max(needed, 1), k_least, most);
  PangoAttrList* attributes = bold_of(pixels);
  gtk_label_set_attributes(label, attributes);
  pango_attr_list_unref(attributes);
}

void CodeSheet::open(const CallModel& model) {
  m_content = std::make_shared<Content>();
  constexpr int k_around = 96;  // the sheet's padding, and some of the screen
  fit_code(m_content->code, m_room.width - k_around, m_room.low ? 96 : 128);
  m_content->qr.resize(m_room.low ? 144 : k_qr_pixels);
  m_content->draw(model);
  m_content->signals.on(m_content->close.widget(), "clicked", [this] { m_sheets.close(); });
  const auto content = m_content;
  m_sheets.open(content->box, content->row, tr("The code of this visit"), content->close.widget(),
                [this, content] {
                  if (m_content == content) m_content.reset();
                  base::post_to_main([content] {});  // the button that closed it is still in its handler
                });
}

void CodeSheet::set(const CallModel& model) {
  if (m_content) m_content->draw(model);
}

}  // namespace sangdam::ui
