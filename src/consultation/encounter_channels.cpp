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
  if (m_current) m_current->send(Channel::control, m_parts.codec.encode(m_sending));
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
      peer.send(Channel::control,
                m_parts.codec.encode(Hello{.ignores_unknown = true, .reads_refusals = true}));
      peer.send(Channel::control, m_parts.codec.encode(m_sending));
      break;
  }
}

void Encounter::on_peer_text(LivePeer& peer, Channel channel, const std::string& text) {
  const std::optional<ChannelLine> line = m_parts.codec.decode(channel, text);
  const auto* unknown = line ? std::get_if<UnknownLine>(&*line) : nullptr;
  if (unknown != nullptr && peer.ignore(*unknown, m_parts.clock.moment())) return;
  if (line && unknown == nullptr) {
    on_line(peer, *line);
  } else if (peer.count_malformed()) {
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
  } else if (const auto* refused = std::get_if<ChatRefused>(&line)) {
    if (!m_chat.refused(refused->id)) return;
    m_consultation.note("chat-refused", Actor::system, {{"id", refused->id}, {"reason", refused->reason}});
    m_parts.observer.on_event(*this, "chat-refused", {{"id", refused->id}});
  } else if (const auto* media = std::get_if<MediaState>(&line)) {
    if (*media == m_patient_media) return;
    if (media->microphone != m_patient_media.microphone) {
      m_consultation.note(media->microphone ? "microphone-on" : "microphone-muted", Actor::patient, {});
    }
    if (media->camera != m_patient_media.camera) {
      m_consultation.note(media->camera ? "camera-on" : "camera-off", Actor::patient, {});
    }
    m_patient_media = *media;
    m_parts.observer.on_event(
        *this, "patient-media",
        {{"microphone", media->microphone ? "on" : "off"}, {"camera", media->camera ? "on" : "off"}});
  } else if (const auto* report = std::get_if<QualityReport>(&line)) {
    m_patient_quality = report->quality;
  }
  m_parts.observer.on_changed(*this);
}

void Encounter::on_patient_text(LivePeer& peer, const ChatText& text) {
  switch (m_chat.judge(text, m_parts.clock.moment())) {
    case Chat::Incoming::refused: return;
    case Chat::Incoming::repeated:
      peer.send(Channel::chat, m_parts.codec.encode(ChatReceived{text.id}));
      return;
    case Chat::Incoming::unacceptable:
      // Said by name, so that it is not sent again. A page that knows no refusal stops at "received", too: of
      // an empty text there is nothing to show, and one that is too long has not come from a page.
      peer.send(Channel::chat, peer.reads_refusals() ? m_parts.codec.encode(ChatRefused{
                                                           text.id, std::string(text_refusal(text.text))})
                                                     : m_parts.codec.encode(ChatReceived{text.id}));
      return;
    case Chat::Incoming::fresh: break;
  }
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
