#include "ui/kiosk/code_sheet.hpp"

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
        say(GTK_LABEL(new_paragraph("", {"say"}))),
        code(GTK_LABEL(new_label("", {"code"}))),
        qr(k_qr_pixels),
        renew(new_button("sd-key-symbolic", tr("New code"), {},
                         tr("New code: the old one stops working, whoever is here stays"))),
        close(new_button("sd-back-symbolic", tr("Back to the call"), {"primary"})) {
    gtk_label_set_use_markup(say, TRUE);
    gtk_label_set_max_width_chars(say, 40);
    gtk_widget_set_halign(qr.widget(), GTK_ALIGN_CENTER);
    gtk_widget_set_halign(GTK_WIDGET(code), GTK_ALIGN_CENTER);
    set_accessible_name(qr.widget(), tr("QR code that opens the visit"));
    GtkWidget* row = new_box(GTK_ORIENTATION_HORIZONTAL, 16);
    gtk_box_set_homogeneous(GTK_BOX(row), TRUE);
    for (const ActionButton* button : {&renew, &close}) gtk_box_append(GTK_BOX(row), button->widget());
    for (GtkWidget* each : {GTK_WIDGET(say), GTK_WIDGET(code), qr.widget(), row}) {
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

  GtkWidget* box;
  GtkLabel *say, *code;
  QrView qr;
  ActionButton renew, close;
  Signals signals;
};

void CodeSheet::open(const CallModel& model) {
  m_content = std::make_shared<Content>();
  m_content->draw(model);
  m_content->signals.on(m_content->close.widget(), "clicked", [this] { m_sheets.close(); });
  const auto content = m_content;
  m_sheets.open(content->box, tr("The code of this visit"), content->close.widget(), [this, content] {
    if (m_content == content) m_content.reset();
    base::post_to_main([content] {});  // the button that closed it is still in its handler
  });
}

void CodeSheet::set(const CallModel& model) {
  if (m_content) m_content->draw(model);
}

}  // namespace sangdam::ui
