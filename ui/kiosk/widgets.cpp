#include "ui/kiosk/widgets.hpp"

#include <algorithm>
#include <utility>

#include "ui/kiosk/icon.hpp"
#include "ui/kiosk/localisation.hpp"
#include "ui/kiosk/press.hpp"

namespace sangdam::ui {

Ui::Ui(const char* file) : m_builder(base::Ref<GtkBuilder>::adopt(gtk_builder_new())) {
  register_icon_type();
  base::ErrorPtr error;
  const std::string path = std::string(k_resource_path) + file;
  const auto bytes = base::Ref<GBytes>::adopt(
      g_resources_lookup_data(path.c_str(), G_RESOURCE_LOOKUP_FLAGS_NONE, base::out(error)));
  if (!bytes) g_error("%s: %s", file, base::message_of(error).c_str());
  gsize size = 0;
  const auto* data = static_cast<const char*>(g_bytes_get_data(bytes.get(), &size));
  const std::string xml = translated_ui({data, size});
  if (!gtk_builder_add_from_string(m_builder.get(), xml.data(), static_cast<gssize>(xml.size()),
                                   base::out(error))) {
    g_error("%s: %s", file, base::message_of(error).c_str());
  }
  GSList* objects = gtk_builder_get_objects(m_builder.get());
  for (GSList* each = objects; each != nullptr; each = each->next) {
    if (GTK_IS_LABEL(each->data) && gtk_label_get_wrap(GTK_LABEL(each->data)))
      keep_words(GTK_LABEL(each->data));
  }
  g_slist_free(objects);
}

GObject* Ui::object(const char* id, GType type) const {
  GObject* found = gtk_builder_get_object(m_builder.get(), id);
  if (found == nullptr || !g_type_is_a(G_OBJECT_TYPE(found), type)) {
    g_error("a .ui file lacks the %s '%s'", g_type_name(type), id);
  }
  return found;
}

void Signals::connect(gpointer instance, const char* signal, std::function<void()> work,
                      GConnectFlags flags) {
  auto slot = std::make_unique<Slot>();
  slot->work = std::move(work);
  // Swapped, so that the slot is the first argument whatever the signal's own arguments are.
  const gulong id = g_signal_connect_data(
      instance, signal, G_CALLBACK(+[](gpointer data) noexcept { static_cast<Slot*>(data)->work(); }),
      slot.get(), nullptr, flags);
  slot->connection = base::SignalConnection(instance, id);
  m_slots.push_back(std::move(slot));
}

GtkWidget* new_label(const std::string& text, std::initializer_list<const char*> classes) {
  GtkWidget* label = gtk_label_new(text.c_str());
  gtk_label_set_xalign(GTK_LABEL(label), 0);
  for (const char* name : classes) gtk_widget_add_css_class(label, name);
  return label;
}

namespace {

constexpr glong k_longest_word = 16;  // code points; a longer run may break, or it would widen its column

void forbid_breaks_in_words(GtkLabel* label) {
  const char* text = gtk_label_get_text(label);
  PangoAttrList* attributes = pango_attr_list_new();
  const auto forbid = [&](const char* from, const char* to) {
    if (to - from < 2 || g_utf8_strlen(from, to - from) > k_longest_word) return;
    PangoAttribute* whole = pango_attr_allow_breaks_new(FALSE);
    whole->start_index = static_cast<guint>(from - text);
    whole->end_index = static_cast<guint>(to - text);
    pango_attr_list_insert(attributes, whole);  // takes it over
  };
  const char* word = text;
  const char* at = text;
  for (; *at != '\0'; at = g_utf8_next_char(at)) {
    if (!g_unichar_isspace(g_utf8_get_char(at))) continue;
    forbid(word, at);
    word = g_utf8_next_char(at);
  }
  forbid(word, at);
  gtk_label_set_attributes(label, attributes);
  pango_attr_list_unref(attributes);
}

}  // namespace

void keep_words(GtkLabel* label) {
  forbid_breaks_in_words(label);
  // Without data, for as long as the label lives: there is no owner whose end it would have to watch.
  g_signal_connect(label, "notify::label",
                   G_CALLBACK(+[](GtkLabel* changed) noexcept { forbid_breaks_in_words(changed); }), nullptr);
}

void fit_in_two_lines(GtkLabel* label) {
  gtk_label_set_wrap(label, TRUE);
  gtk_label_set_wrap_mode(label, PANGO_WRAP_WORD_CHAR);
  gtk_label_set_lines(label, 2);
  gtk_label_set_ellipsize(label, PANGO_ELLIPSIZE_END);
}

GtkWidget* new_paragraph(const std::string& text, std::initializer_list<const char*> classes) {
  GtkWidget* label = new_label(text, classes);
  gtk_label_set_wrap(GTK_LABEL(label), TRUE);
  gtk_label_set_wrap_mode(GTK_LABEL(label), PANGO_WRAP_WORD_CHAR);
  keep_words(GTK_LABEL(label));
  return label;
}

GtkWidget* new_box(GtkOrientation orientation, int spacing, std::initializer_list<const char*> classes) {
  GtkWidget* box = gtk_box_new(orientation, spacing);
  for (const char* name : classes) gtk_widget_add_css_class(box, name);
  return box;
}

GtkWidget* new_icon(const char* name) {
  GtkWidget* image = gtk_image_new_from_paintable(make_icon(name).get());
  // No name for readers: the word beside it, or the button's name, says the same.
  // Centred: GtkImage stretches a paintable over all the room it has.
  gtk_widget_set_halign(image, GTK_ALIGN_CENTER);
  gtk_widget_set_valign(image, GTK_ALIGN_CENTER);
  return image;
}

void set_text(GtkLabel* label, const std::string& text) {
  if (text != gtk_label_get_text(label)) gtk_label_set_text(label, text.c_str());
}

void set_icon(GtkImage* image, const char* name) {
  const char* now = icon_name(gtk_image_get_paintable(image));
  if (now == nullptr || std::string_view(now) != name)
    gtk_image_set_from_paintable(image, make_icon(name).get());
}

void set_class(GtkWidget* widget, const char* name, bool on) {
  if (on) {
    gtk_widget_add_css_class(widget, name);
  } else {
    gtk_widget_remove_css_class(widget, name);
  }
}

void set_tone(GtkWidget* widget, Tone tone) {
  for (const Tone each : {Tone::neutral, Tone::primary, Tone::good, Tone::warning, Tone::danger}) {
    set_class(widget, css_class(each), each == tone);
  }
}

void set_visible(gpointer widget, bool visible) { gtk_widget_set_visible(GTK_WIDGET(widget), visible); }

void set_accessible_name(gpointer widget, const std::string& name) {
  gtk_accessible_update_property(GTK_ACCESSIBLE(widget), GTK_ACCESSIBLE_PROPERTY_LABEL, name.c_str(), -1);
}

void show_page(GtkStack* stack, const char* name) {
  GtkWidget* page = gtk_stack_get_child_by_name(stack, name);
  gtk_widget_set_visible(page, TRUE);
  gtk_stack_set_visible_child(stack, page);
  for (GtkWidget* each = gtk_widget_get_first_child(GTK_WIDGET(stack)); each != nullptr;
       each = gtk_widget_get_next_sibling(each)) {
    gtk_widget_set_visible(each, each == page);
  }
}

void set_margins(GtkWidget* widget, int pixels) {
  for (const auto set : {gtk_widget_set_margin_start, gtk_widget_set_margin_end, gtk_widget_set_margin_top,
                         gtk_widget_set_margin_bottom}) {
    set(widget, pixels);
  }
}

void remove_children(GtkWidget* container) {
  while (GtkWidget* child = gtk_widget_get_first_child(container)) gtk_box_remove(GTK_BOX(container), child);
}

ChipView::ChipView()
    : m_box(new_box(GTK_ORIENTATION_HORIZONTAL, 8, {"chip"})),
      m_icon(GTK_IMAGE(new_icon("sd-dot-symbolic"))),
      m_text(GTK_LABEL(new_label(""))) {
  gtk_widget_set_valign(m_box, GTK_ALIGN_CENTER);
  gtk_widget_set_halign(m_box, GTK_ALIGN_START);
  gtk_box_append(GTK_BOX(m_box), GTK_WIDGET(m_icon));
  gtk_box_append(GTK_BOX(m_box), GTK_WIDGET(m_text));
}

void ChipView::set(const Chip& chip) {
  if (m_chip == chip) return;
  m_chip = chip;
  set_icon(m_icon, chip.icon);
  set_text(m_text, chip.text);
  set_tone(m_box, chip.tone);
}

ActionButton::ActionButton(GtkButton* button, bool upright) : m_button(button) {
  GtkWidget* box = new_box(upright ? GTK_ORIENTATION_VERTICAL : GTK_ORIENTATION_HORIZONTAL, upright ? 4 : 12);
  gtk_widget_set_halign(box, GTK_ALIGN_CENTER);
  gtk_widget_set_valign(box, GTK_ALIGN_CENTER);
  m_icon = GTK_IMAGE(new_icon("sd-dot-symbolic"));
  m_text = GTK_LABEL(new_label(""));
  gtk_label_set_xalign(m_text, 0.5F);
  gtk_label_set_justify(m_text, GTK_JUSTIFY_CENTER);
  // In one line where there is room for it.
  gtk_label_set_natural_wrap_mode(m_text, GTK_NATURAL_WRAP_NONE);
  keep_words(m_text);
  gtk_box_append(GTK_BOX(box), GTK_WIDGET(m_icon));
  gtk_box_append(GTK_BOX(box), GTK_WIDGET(m_text));
  m_content = GTK_BOX(box);
  // A row of widgets with baselines and words that wrap gets its height wrong in GTK 4.8, and complains; a
  // stack has no baseline.
  GtkWidget* stack = gtk_stack_new();
  gtk_stack_add_child(GTK_STACK(stack), box);
  gtk_button_set_child(m_button, stack);
  gtk_widget_add_css_class(widget(), "sd");
}

void ActionButton::set(const char* icon, const std::string& text, const std::string& name) {
  set_icon(m_icon, icon);
  set_text(m_text, text);
  int widest = -1;
  for (const std::string& each : m_texts) {
    const auto layout =
        base::Ref<PangoLayout>::adopt(gtk_widget_create_pango_layout(GTK_WIDGET(m_text), each.c_str()));
    int width = 0;
    pango_layout_get_pixel_size(layout.get(), &width, nullptr);
    widest = std::max(widest, width);
  }
  gtk_widget_set_size_request(GTK_WIDGET(m_text), widest, -1);
  set_accessible_name(m_button, name.empty() ? text : name);
  if (text.empty()) gtk_widget_set_tooltip_text(widget(), name.c_str());
  set_compact(m_compact);
}

void ActionButton::set_compact(bool compact) {
  m_compact = compact;
  const bool has_text = *gtk_label_get_text(m_text) != '\0';
  set_visible(m_text, has_text && !compact);
  // In as much room as there is. Not without a word: a box beside an entry would get its height wrong.
  gtk_label_set_wrap(m_text, has_text && !compact);
  set_class(widget(), "round", !has_text || compact);
}

void ActionButton::append(GtkWidget* widget) { gtk_box_append(m_content, widget); }

void ActionButton::set_badge(std::size_t count) {
  if (m_badge == nullptr) {
    if (count == 0) return;
    m_badge = GTK_LABEL(new_label("", {"badge", "tabular"}));
    gtk_label_set_xalign(m_badge, 0.5F);
    gtk_widget_set_valign(GTK_WIDGET(m_badge), GTK_ALIGN_CENTER);
    gtk_box_append(m_content, GTK_WIDGET(m_badge));
  }
  set_visible(m_badge, count > 0);
  set_text(m_badge, std::to_string(count));
}

void ActionButton::bind(const char* action) {
  if (m_action == action && m_target.empty()) return;
  unbind();
  m_action = action;
  gtk_actionable_set_action_name(GTK_ACTIONABLE(m_button), in_app(action).c_str());
}

void ActionButton::bind(const char* action, const std::string& target) {
  if (m_action == action && m_target == target) return;
  // The old action would be asked about the new target's type in between.
  unbind();
  m_action = action;
  m_target = target;
  gtk_actionable_set_action_target(GTK_ACTIONABLE(m_button), "s", target.c_str());
  gtk_actionable_set_action_name(GTK_ACTIONABLE(m_button), in_app(action).c_str());
}

void ActionButton::bind(const char* action, const std::string& target, const std::string& second) {
  if (m_action == action && m_target == target && m_second == second) return;
  unbind();
  m_action = action;
  m_target = target;
  m_second = second;
  gtk_actionable_set_action_target(GTK_ACTIONABLE(m_button), "(ss)", target.c_str(), second.c_str());
  gtk_actionable_set_action_name(GTK_ACTIONABLE(m_button), in_app(action).c_str());
}

void ActionButton::unbind() {
  if (m_action.empty()) return;
  gtk_actionable_set_action_name(GTK_ACTIONABLE(m_button), nullptr);
  gtk_actionable_set_action_target_value(GTK_ACTIONABLE(m_button), nullptr);
  m_action.clear();
  m_target.clear();
  m_second.clear();
  gtk_widget_set_sensitive(widget(), TRUE);
}

ActionButton new_button(const char* icon, const std::string& text, std::initializer_list<const char*> classes,
                        const std::string& name) {
  ActionButton button(GTK_BUTTON(gtk_button_new()));
  for (const char* each : classes) gtk_widget_add_css_class(button.widget(), each);
  button.set(icon, text, name);
  return button;
}

void draw_box(ActionButton& button, bool ticked, const std::string& text) {
  button.set(ticked ? "sd-box-ticked-symbolic" : "sd-box-symbolic", text);
}

std::string in_app(const char* action) { return std::string("app.") + action; }

bool activate(gpointer widget, const char* action, const std::string& target) {
  note_press(GTK_WIDGET(widget));
  return gtk_widget_activate_action(GTK_WIDGET(widget), in_app(action).c_str(), "s", target.c_str()) != FALSE;
}

bool activate(gpointer widget, const char* action, int target) {
  return gtk_widget_activate_action(GTK_WIDGET(widget), in_app(action).c_str(), "i", target) != FALSE;
}

}  // namespace sangdam::ui
