// What an encounter says and hears on the data channels: chat, and what either side is sending.
#include "base/random.hpp"
#include "base/text.hpp"
#include "consultation/encounter.hpp"
#include "consultation/live_peer.hpp"

namespace sangdam::consultation {
// --- Said ---

base::Result<> Encounter::send_chat(const std::string& text) {
  if (!has_the_room()) {
    return base::failure("chat-nobody", "Nobody is in the call to read it. Let the patient in first.");
  }
  const ChatText line{base::random_hex(16),
                      base::is_valid_utf8(text) ? base::multi_line(text, text.size()) : std::string()};
  if (line.text.empty()) return base::failure("chat-empty", "There is nothing in the message to send.");
  if (!text_refusal(line.text).empty()) {
    return base::failure("chat-long", "The message is too long. Send it in two or more parts.");
  }
  if (!m_chat.has_place_for_ours()) {
    return base::failure("chat-full",
                         "Too many messages wait to be delivered. This one was not sent: send it again once "
                         "the patient is connected.");
  }
  m_consultation.note("chat-sent", Actor::staff, {{"id", line.id}, {"text", line.text}}, [this, line] {
    m_chat.sent(line, m_parts.clock.now());
    if (m_current) m_current->send(Channel::chat, m_parts.codec.encode(line));
    m_parts.observer.on_event(*this, "chat", {{"from", "staff"}, {"id", line.id}});
    m_parts.observer.on_changed(*this);
  });
  return {};
}

void Encounter::set_sending(MediaState state, Actor actor) {
  if (state == m_sending) return;
  if (has_the_room() && actor == Actor::staff) {
    if (state.microphone != m_sending.microphone) {
      m_consultation.note(state.microphone ? "microphone-on" : "microphone-muted", Actor::staff, {});
    }
    if (state.camera != m_sending.camera) {
      m_consultation.note(state.camera ? "camera-on" : "camera-off", Actor::staff, {});
    }
  }
  m_sending = state;
  follow_picture();
  if (!m_current) return;
  m_current->send(Channel::control, m_parts.codec.encode(m_sending));
  m_parts.observer.on_changed(*this);
}

void Encounter::note_device(std::string_view part, bool works) {
  m_consultation.note(works ? "device-back" : "device-lost", Actor::system, {{"device", std::string(part)}});
}

MediaState Encounter::on_air() const {
  if (!m_current) return {.microphone = false, .camera = false};
  const MediaLevel level = m_current->media_level();
  return {.microphone = m_sending.microphone && level <= MediaLevel::voice,
          .camera = m_sending.camera && level <= MediaLevel::stills};
}

Encounter::MediaLevels Encounter::media_levels() const {
  return m_current ? MediaLevels{m_current->media_level(), m_report.level} : MediaLevels{};
}

bool Encounter::can_chat() const { return m_current && m_current->is_open(Channel::chat); }

// --- Heard ---

void Encounter::on_peer_channel_open(LivePeer& peer, Channel channel) {
  switch (channel) {
    case Channel::chat:
      for (const ChatText& text : m_chat.unacknowledged())
        peer.send(Channel::chat, m_parts.codec.encode(text));
      m_parts.observer.on_changed(*this);
      break;
    case Channel::control:
      peer.send(
          Channel::control,
          m_parts.codec.encode(Hello{
              .ignores_unknown = true, .reads_refusals = true, .reads_ended = true, .reads_levels = true}));
      peer.send(Channel::control, m_parts.codec.encode(m_sending));
      break;
  }
}

void Encounter::on_peer_text(LivePeer& peer, Channel channel, const std::string& text) {
  const std::optional<ChannelLine> line = m_parts.codec.decode(channel, text);
  const auto* unknown = line ? std::get_if<UnknownLine>(&*line) : nullptr;
  if (unknown != nullptr && peer.ignore(*unknown, m_parts.clock.moment())) return;
  const bool is_ours_to_say = line && std::holds_alternative<Ended>(*line);
  if (line && unknown == nullptr && !is_ours_to_say) return on_line(peer, *line);
  count_repeat(Inbound::line);
  if (peer.count_malformed()) {
    on_peer_failed(peer, PeerFailure::protocol_violation, "too many malformed lines on a data channel");
  }
}

void Encounter::on_line(LivePeer& peer, const ChannelLine& line) {
  if (const auto* hello = std::get_if<Hello>(&line)) return peer.agree(*hello);
  if (const auto* text = std::get_if<ChatText>(&line)) {
    on_patient_text(peer, *text);
  } else if (const auto* received = std::get_if<ChatReceived>(&line)) {
    if (!m_chat.acknowledged(received->id)) return;
    m_consultation.note("chat-delivered", Actor::system, {{"id", received->id}});
    m_parts.observer.on_event(*this, "chat-delivered", {{"id", received->id}});
    m_parts.observer.on_changed(*this);
  } else if (const auto* refused = std::get_if<ChatRefused>(&line)) {
    if (!m_chat.refused(refused->id)) return;
    m_consultation.note("chat-refused", Actor::system, {{"id", refused->id}, {"reason", refused->reason}});
    m_parts.observer.on_event(*this, "chat-refused", {{"id", refused->id}});
    m_parts.observer.on_changed(*this);
  }
  Report report = m_heard;
  if (const auto* media = std::get_if<MediaState>(&line)) report.media = *media;
  if (const auto* quality = std::get_if<QualityReport>(&line)) report.quality = quality->quality;
  if (const auto* view = std::get_if<ViewReport>(&line)) report.view = view->size;
  if (const auto* level = std::get_if<LevelReport>(&line)) report.level = level->level;
  hear(report);
}

void Encounter::on_patient_text(LivePeer& peer, const ChatText& text) {
  const base::Moment now = m_parts.clock.moment();
  switch (m_chat.judge(text)) {
    case Chat::Incoming::pending: return;
    case Chat::Incoming::repeated:
      if (!m_allowances.take(Inbound::chat_repeat, now)) return count_repeat(Inbound::chat_repeat);
      peer.send(Channel::chat, m_parts.codec.encode(ChatReceived{text.id}));
      return;
    case Chat::Incoming::unacceptable:
      if (!m_allowances.take(Inbound::chat_repeat, now)) return count_repeat(Inbound::chat_repeat);
      // Said by name, so that it is not sent again. A page that knows no refusal stops at "received", too: of
      // an empty text there is nothing to show, and one that is too long has not come from a page.
      peer.send(Channel::chat, peer.reads_refusals() ? m_parts.codec.encode(ChatRefused{
                                                           text.id, std::string(text_refusal(text.text))})
                                                     : m_parts.codec.encode(ChatReceived{text.id}));
      return;
    case Chat::Incoming::fresh: break;
  }
  // Not acknowledged, so the page sends it again later. What the log cannot keep is not shown either.
  if (!m_allowances.keeps_entries() || !m_allowances.take(Inbound::chat, now)) {
    return count_repeat(Inbound::chat);
  }
  if (m_allowances.keep_entry() == Allowances::Keep::last) {
    m_consultation.note("entries-not-kept", Actor::system, {});
  }
  m_chat.expect(text.id);
  const ChatText clean{text.id, base::multi_line(text.text, k_max_chat_code_points)};
  m_consultation.note("chat-received", Actor::patient, {{"id", clean.id}, {"text", clean.text}},
                      [this, clean] {
                        m_chat.received(clean, m_parts.clock.now());
                        // Acknowledged only now: it is in the log and about to be on the screen.
                        if (m_current)
                          m_current->send(Channel::chat, m_parts.codec.encode(ChatReceived{clean.id}));
                        m_parts.observer.on_event(
                            *this, "chat", {{"from", "patient"}, {"id", clean.id}, {"text", clean.text}});
                        m_parts.observer.on_changed(*this);
                      });
}

}  // namespace sangdam::consultation
