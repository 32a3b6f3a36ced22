#include "pipelines/peer.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

#include "base/log.hpp"
#include "pipelines/ice_url.hpp"
#include "pipelines/repairs.hpp"

namespace sangdam::pipelines {

using consultation::Channel;
using consultation::PeerFailure;
using namespace std::chrono_literals;

namespace {

constexpr unsigned k_max_candidates =
    128;  // a phone sends about 20; a PC with 20 addresses and three TURN URLs 100 that are used here
constexpr unsigned k_max_hidden = 16;  // one for each interface and family
constexpr unsigned k_max_servers = 8;
constexpr double k_session_bandwidth = 2e6;

}  // namespace

/// What webrtcbin's and streaming threads touch. Lives as long as the last closure that holds it.
struct WebRtcPeer::Bridge {
  std::weak_ptr<WebRtcPeer> peer;

  template <class Work>
  void post(Work work) const {
    base::post_to_main(peer, std::move(work));
  }
  using Shared = std::shared_ptr<Bridge>;
  /// Connects with a closure that keeps the bridge alive.
  static void connect(gpointer instance, const char* signal, GCallback callback, const Shared& bridge) {
    g_signal_connect_data(instance, signal, callback, box<Shared>(bridge), free_box_closure<Shared>,
                          static_cast<GConnectFlags>(0));
  }
};

WebRtcPeer::WebRtcPeer(Parts parts, consultation::PeerListener& listener,
                       const std::vector<consultation::IceServer>& servers)
    : m_parts(std::move(parts)),
      m_listener(listener),
      m_bridge(std::make_shared<Bridge>()),
      m_receiver(
          m_parts.patient_view, m_parts.patient_sound,
          [bridge = m_bridge](int width, int height) {
            bridge->post([width, height](WebRtcPeer& self) {
              if (self.m_phase != Phase::failed) self.m_listener.on_first_frame(width, height);
            });
          },
          [bridge = m_bridge](VideoCodec codec) {
            bridge->post([codec](WebRtcPeer& self) { self.on_needed(codec); });
          }),
      m_channels(
          std::in_place,
          DataChannels::Listener{
              [this](Channel channel) { m_listener.on_channel_open(channel); },
              [this](Channel channel, const std::string& text) { m_listener.on_channel_text(channel, text); },
              [this](Channel channel, std::size_t texts) { m_listener.on_channel_overrun(channel, texts); }}),
      m_intake([bridge = m_bridge](const char* why) {
        bridge->post([why](WebRtcPeer& self) { self.fail(PeerFailure::protocol_violation, why); });
      }),
      m_born(std::chrono::steady_clock::now()),
      m_counted(m_born) {
  base::assert_main_thread();
  m_bridge->peer = m_anchor.weak();  // here, not above: the anchor is the last member to be made
  if (const auto built = build(servers); !built) {
    // Told later, not from inside create_peer().
    base::post_to_main(m_anchor.weak(), [detail = built.error().message](WebRtcPeer& self) {
      self.fail(PeerFailure::offer_failed, detail);
    });
    return;
  }
  // webrtcbin has no state change that blocks on the outside; starting it here saves the hop to a worker and
  // back.
  if (gst_element_set_state(m_pipeline->get(), GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE) {
    base::post_to_main(m_anchor.weak(),
                       [](WebRtcPeer& self) { self.fail(PeerFailure::offer_failed, "cannot start"); });
    return;
  }
  if (const auto created = m_channels->create(m_webrtc.get()); !created) {
    base::post_to_main(m_anchor.weak(), [detail = created.error().message](WebRtcPeer& self) {
      self.fail(PeerFailure::offer_failed, detail);
    });
    return;
  }
  create_offer();
}

WebRtcPeer::~WebRtcPeer() {
  base::assert_main_thread();
  end();
  if (m_parts.gone) m_parts.gone(*this);
}

base::Result<> WebRtcPeer::build(const std::vector<consultation::IceServer>& servers) {
  m_pipeline = std::make_unique<Pipeline>("peer", m_parts.timeline, m_parts.workers,
                                          [this](GstMessage& message) { on_bus(message); });
  // webrtcbin's sending half waits for each packet's time plus the latency of all its inputs; a packet that
  // is ready shall leave. What arrives is played in time by the playback, not here.
  m_pipeline->skip_latency();
  m_webrtc = Ref<GstElement>::sink(gst_element_factory_make("webrtcbin", "webrtc"));
  if (!m_webrtc) return base::failure("element-missing", "webrtcbin");
  g_object_set(
      m_webrtc.get(), "bundle-policy", GST_WEBRTC_BUNDLE_POLICY_MAX_BUNDLE, "latency", k_jitter_buffer_ms,
      "ice-transport-policy",
      m_parts.relay_only ? GST_WEBRTC_ICE_TRANSPORT_POLICY_RELAY : GST_WEBRTC_ICE_TRANSPORT_POLICY_ALL,
      nullptr);
  bool has_stun = false;
  for (const auto& server : servers) {
    if (&server - servers.data() >= static_cast<std::ptrdiff_t>(k_max_servers)) break;
    const auto url = to_webrtcbin_url(server);
    if (!url) {
      base::log_warning("media", "{}", url.error().message);
      continue;
    }
    gboolean taken = TRUE;
    switch (url->kind) {
      case IceUrlKind::stun:  // webrtcbin has room for one
        if (!std::exchange(has_stun, true))
          g_object_set(m_webrtc.get(), "stun-server", url->url.c_str(), nullptr);
        break;
      case IceUrlKind::turn:
        g_signal_emit_by_name(m_webrtc.get(), "add-turn-server", url->url.c_str(), &taken);
        break;
    }
    if (!taken) base::log_warning("media", "webrtcbin does not take an ICE server");
  }
  m_pipeline->add(m_webrtc);
  connect_signals();
  if (const auto rtpbin = m_pipeline->find("rtpbin")) {
    m_jitter_buffers.watch(rtpbin.get());
    // Sender reports tell when something was captured. When it was sent is not known without the latency that
    // skip_latency() keeps away: the reports' time then ran at twice the speed, and no browser could tell a
    // picture's age.
    g_object_set(rtpbin.get(), "rtcp-sync-send-time", FALSE, nullptr);
  }
  if (auto built = m_sender.build(*m_pipeline, m_webrtc); !built) return built;
  if (auto built = m_receiver.build(*m_pipeline, m_webrtc.get(), m_intake); !built) return built;

  Ref<GstWebRTCRTPTransceiver> video;
  g_signal_emit_by_name(m_webrtc.get(), "get-transceiver", 1,
                        static_cast<GstWebRTCRTPTransceiver**>(base::out(video)));
  if (!video) return base::failure("link-failed", "webrtcbin made no transceiver");
  // Retransmission both ways. Forward error correction costs its share of the link, so none is sent until it
  // is of use (CorrectionShare). Its type is not said: offer_video_formats() offers it.
  g_object_set(video.get(), "do-nack", TRUE, "fec-type", GST_WEBRTC_FEC_TYPE_NONE, "fec-percentage", 0U,
               nullptr);
  m_video = std::move(video);
  return {};
}

void WebRtcPeer::connect_signals() {
  using Shared = Bridge::Shared;
  Bridge::connect(m_webrtc.get(), "on-ice-candidate",
                  G_CALLBACK(+[](GstElement*, guint mline, const char* candidate, gpointer data) noexcept {
                    unbox<Shared>(data)->post([mline, text = std::string(candidate)](WebRtcPeer& self) {
                      if (self.m_phase != Phase::failed) self.m_listener.on_candidate(mline, text);
                    });
                  }),
                  m_bridge);
  for (const char* state : {"notify::connection-state", "notify::ice-connection-state"}) {
    Bridge::connect(m_webrtc.get(), state, G_CALLBACK(+[](GObject*, GParamSpec*, gpointer data) noexcept {
                      unbox<Shared>(data)->post([](WebRtcPeer& self) { self.on_transport_state(); });
                    }),
                    m_bridge);
  }
  m_intake.watch(m_webrtc.get());
  repair_pictures(m_webrtc.get());
}

void WebRtcPeer::create_offer() {
  m_offering = PendingPromise(gst_promise_new_with_change_func(
      [](GstPromise* reply, gpointer data) noexcept {
        std::shared_ptr<GstWebRTCSessionDescription> offer;
        if (gst_promise_wait(reply) == GST_PROMISE_RESULT_REPLIED) {
          GstWebRTCSessionDescription* raw = nullptr;
          const GstStructure* answer = gst_promise_get_reply(reply);
          if (answer != nullptr)
            gst_structure_get(answer, "offer", GST_TYPE_WEBRTC_SESSION_DESCRIPTION, &raw, nullptr);
          if (raw != nullptr) offer.reset(raw, gst_webrtc_session_description_free);
        }
        unbox<Bridge::Shared>(data)->post([offer](WebRtcPeer& self) { self.on_offer_made(offer); });
      },
      box<Bridge::Shared>(m_bridge), free_box<Bridge::Shared>));
  g_signal_emit_by_name(m_webrtc.get(), "create-offer", nullptr, m_offering.get());
}

void WebRtcPeer::on_offer_made(std::shared_ptr<GstWebRTCSessionDescription> offer) {
  if (m_phase != Phase::offering) return;
  if (!offer) {
    fail(PeerFailure::offer_failed, "webrtcbin made no offer");
    return;
  }
  m_offer = std::move(offer);
  m_phase = Phase::offered;
  const std::vector<VideoFormat> formats = m_parts.codecs->formats();
  offer_video_formats(*m_offer->sdp, formats);
  // Gathering begins with this, so every candidate comes after the offer.
  g_signal_emit_by_name(m_webrtc.get(), "set-local-description", m_offer.get(), nullptr);
  m_pipeline->dump("offered");
  const base::CharPtr text(gst_sdp_message_as_text(m_offer->sdp));
  m_listener.on_offer(with_hints(text.get(), BitrateHint{}));
}

void WebRtcPeer::set_answer(const std::string& sdp) {
  base::assert_main_thread();
  if (m_phase != Phase::offered) {
    base::log_info("media", "an answer that nobody waits for is ignored");
    return;
  }
  auto checked = check_answer(sdp, *m_offer->sdp);
  if (!checked) {
    base::post_to_main(m_anchor.weak(), [detail = checked.error().message](WebRtcPeer& self) {
      self.fail(PeerFailure::answer_invalid, detail);
    });
    return;
  }
  m_expected = std::move(checked->fingerprints);
  m_phase = Phase::connecting;
  accept_video_formats(*checked->sdp, m_parts.codecs->formats());
  m_intake.set_formats(*checked->sdp);
  m_intake.set_patient_is_dtls_client(checked->is_dtls_client);
  const SessionDescriptionPtr answer(
      gst_webrtc_session_description_new(GST_WEBRTC_SDP_TYPE_ANSWER, checked->sdp.release()));
  m_answering = PendingPromise(gst_promise_new_with_change_func(
      [](GstPromise* reply, gpointer data) noexcept {
        if (gst_promise_wait(reply) != GST_PROMISE_RESULT_REPLIED) return;
        const GstStructure* structure = gst_promise_get_reply(reply);
        if (structure == nullptr || !gst_structure_has_field(structure, "error")) return;
        unbox<Bridge::Shared>(data)->post(
            [](WebRtcPeer& self) { self.fail(PeerFailure::answer_invalid, "webrtcbin does not accept it"); });
      },
      box<Bridge::Shared>(m_bridge), free_box<Bridge::Shared>));
  g_signal_emit_by_name(m_webrtc.get(), "set-remote-description", answer.get(), m_answering.get());
  for (const auto& [mline, candidate] : std::exchange(m_early_candidates, {})) {
    g_signal_emit_by_name(m_webrtc.get(), "add-ice-candidate", mline, candidate.c_str());
  }
  m_deadline.start_once(m_parts.connect_timeout,
                        [this] { fail(PeerFailure::connect_timeout, "no path in time"); });
  // While webrtcbin looks for a path: nobody waits for it.
  // H.264 says nowhere whether a packet of pictures or of repairs is missing: a browser asks for both again.
  m_may_correct = checked->corrects_errors && checked->video.front().codec != VideoCodec::h264;
  if (auto chosen = choose_codec(checked->video); !chosen) {
    base::post_to_main(m_anchor.weak(), [detail = chosen.error().message](WebRtcPeer& self) {
      self.fail(PeerFailure::pipeline_error, detail);
    });
  }
}

void WebRtcPeer::add_candidate(unsigned mline_index, const std::string& candidate) {
  base::assert_main_thread();
  if (m_phase == Phase::failed || m_phase == Phase::offering) return;
  switch (judge_candidate(candidate)) {
    case CandidateVerdict::ignore: return;
    case CandidateVerdict::malformed:
      if (m_malformed_candidates++ == 0) base::log_info("media", "a malformed candidate is ignored");
      return;
    case CandidateVerdict::hidden:
      if (!m_parts.local_names || ++m_hidden_candidates > k_max_hidden) return;
      m_parts.local_names->look_up(
          std::string(address_of(candidate)),
          [peer = m_anchor.weak(), mline_index, candidate](const std::string& address) {
            if (const auto self = peer.lock())
              self->add_candidate(mline_index, with_address(candidate, address));
          });
      return;
    case CandidateVerdict::use: break;
  }
  if (mline_index >= gst_sdp_message_medias_len(m_offer->sdp) || ++m_candidates > k_max_candidates) return;
  if (m_phase == Phase::offered) {
    m_early_candidates.emplace_back(mline_index, candidate);
  } else {
    g_signal_emit_by_name(m_webrtc.get(), "add-ice-candidate", mline_index, candidate.c_str());
  }
}

bool WebRtcPeer::send(Channel channel, const std::string& text) {
  base::assert_main_thread();
  return is_up() && m_channels->send(channel, text);
}

void WebRtcPeer::present() {
  base::assert_main_thread();
  if (m_parts.present) m_parts.present(*this);
}

void WebRtcPeer::limit_picture(base::PictureSize size) {
  base::assert_main_thread();
  m_controller.set_view(size.width, size.height);
  apply_quality();
}

void WebRtcPeer::set_presented(bool presented) {
  m_receiver.set_presented(presented && m_phase != Phase::failed);
}

void WebRtcPeer::on_transport_state() {
  if (m_phase == Phase::failed || m_phase == Phase::offering || m_phase == Phase::offered) return;
  GstWebRTCPeerConnectionState state{};
  g_object_get(m_webrtc.get(), "connection-state", &state, nullptr);
  switch (state) {
    case GST_WEBRTC_PEER_CONNECTION_STATE_CONNECTED:
      if (m_phase == Phase::connecting) verify();
      break;
    case GST_WEBRTC_PEER_CONNECTION_STATE_FAILED:
    case GST_WEBRTC_PEER_CONNECTION_STATE_CLOSED:
      // Before the connection libnice gives up as soon as it has tried the candidates it knows; more may
      // trickle in, so until then only the deadline ends the peer.
      if (is_up()) fail(PeerFailure::connection_lost, "the transport ended");
      break;
    case GST_WEBRTC_PEER_CONNECTION_STATE_DISCONNECTED:  // watch_silence() decides, by what really arrives
    case GST_WEBRTC_PEER_CONNECTION_STATE_CONNECTING:
    case GST_WEBRTC_PEER_CONNECTION_STATE_NEW: break;
  }
}

void WebRtcPeer::verify() {
  Ref<GstWebRTCRTPTransceiver> transceiver;
  g_signal_emit_by_name(m_webrtc.get(), "get-transceiver", 0,
                        static_cast<GstWebRTCRTPTransceiver**>(base::out(transceiver)));
  Ref<GstWebRTCRTPSender> sender;
  Ref<GstWebRTCDTLSTransport> transport;
  base::CharPtr pem;
  if (transceiver)
    g_object_get(transceiver.get(), "sender", static_cast<GstWebRTCRTPSender**>(base::out(sender)), nullptr);
  if (sender) {
    g_object_get(sender.get(), "transport", static_cast<GstWebRTCDTLSTransport**>(base::out(transport)),
                 nullptr);
  }
  if (transport)
    g_object_get(transport.get(), "remote-certificate", static_cast<char**>(base::out(pem)), nullptr);
  const auto der = der_of_pem(pem ? pem.get() : "");
  if (!der || !certificate_matches(*der, m_expected)) {
    fail(PeerFailure::fingerprint_mismatch,
         der ? "the certificate is not the one of the answer" : der.error().message);
    return;
  }
  m_deadline.stop();
  m_phase = Phase::connected;
  m_intake.end_silence();
  m_counters = PeerCounters{};  // nothing flowed before: the first second counts from here
  m_counters.bytes_received = m_intake.bytes();
  m_counted = std::chrono::steady_clock::now();
  // A browser that closes its connection says so in DTLS at once.
  Bridge::connect(transport.get(), "notify::state",
                  G_CALLBACK(+[](GObject* object, GParamSpec*, gpointer data) noexcept {
                    GstWebRTCDTLSTransportState state{};
                    g_object_get(object, "state", &state, nullptr);
                    if (state != GST_WEBRTC_DTLS_TRANSPORT_STATE_CLOSED &&
                        state != GST_WEBRTC_DTLS_TRANSPORT_STATE_FAILED)
                      return;
                    unbox<Bridge::Shared>(data)->post([](WebRtcPeer& self) {
                      if (self.is_up()) self.fail(PeerFailure::connection_lost, "the other side closed");
                    });
                  }),
                  m_bridge);
  if (const auto rtpbin = m_pipeline->find("rtpbin")) {
    g_signal_emit_by_name(rtpbin.get(), "get-session", 0, static_cast<GstElement**>(base::out(m_session)));
  }
  if (m_session) {
    g_object_set(m_session.get(), "bandwidth", k_session_bandwidth, nullptr);
    // Otherwise it is sent at the end of each picture: a browser that sends few would hear too seldom to send
    // more.
    set_feedback_interval(k_feedback_interval);
    const auto outgoing = Ref<GstPad>::adopt(gst_element_get_static_pad(m_session.get(), "send_rtp_sink"));
    if (outgoing) {
      gst_pad_add_probe(
          outgoing.get(), GST_PAD_PROBE_TYPE_EVENT_UPSTREAM,
          [](GstPad*, GstPadProbeInfo* info, gpointer data) noexcept -> GstPadProbeReturn {
            const GstStructure* event = gst_event_get_structure(GST_PAD_PROBE_INFO_EVENT(info));
            if (event == nullptr || !gst_structure_has_name(event, "RTPTWCCPackets")) return GST_PAD_PROBE_OK;
            if (auto packets = read_feedback(*event); !packets.empty()) {
              unbox<Bridge::Shared>(data)->post(
                  [news = std::move(packets)](WebRtcPeer& self) { self.on_feedback(news); });
            }
            return GST_PAD_PROBE_OK;
          },
          box<Bridge::Shared>(m_bridge), free_box<Bridge::Shared>);
    }
  }
  m_pipeline->dump("connected");
  m_sender.start(m_parts.camera, m_parts.microphone);
  m_receiver.allow();
  m_second.start_repeating(1s, [this] { on_second(); });
  m_silence.start_repeating(250ms, [this] { watch_silence(); });
  // The listener hears of the connection before it hears anything through it.
  base::post_to_main(m_anchor.weak(), [](WebRtcPeer& self) {
    if (self.is_up()) self.m_channels->allow();
  });
  m_listener.on_connected();  // last: it may destroy this peer
}

void WebRtcPeer::set_feedback_interval(GstClockTime interval) {
  if (!m_session) return;
  Ref<GObject> session;
  g_object_get(m_session.get(), "internal-session", static_cast<GObject**>(base::out(session)), nullptr);
  if (session) {
    g_object_set(session.get(), "twcc-feedback-interval", interval, "rtcp-min-interval", k_report_interval,
                 nullptr);
  }
}

void WebRtcPeer::on_bus(GstMessage& message) {
  if (GST_MESSAGE_TYPE(&message) == GST_MESSAGE_ERROR) {
    if (go_on_without(GST_MESSAGE_SRC(&message))) return;
    base::ErrorPtr error;
    gst_message_parse_error(&message, base::out(error), nullptr);
    fail(PeerFailure::pipeline_error, base::message_of(error));
    return;
  }
  if (GST_MESSAGE_TYPE(&message) != GST_MESSAGE_ELEMENT) return;
  const GstStructure* structure = gst_message_get_structure(&message);
  if (structure == nullptr || !gst_structure_has_name(structure, "level")) return;
  const GValue* rms = gst_structure_get_value(structure, "rms");
  if (rms == nullptr || !G_VALUE_HOLDS_BOXED(rms)) return;
  G_GNUC_BEGIN_IGNORE_DEPRECATIONS  // `level` still reports in a GValueArray
      const auto* channels = static_cast<const GValueArray*>(g_value_get_boxed(rms));
  if (channels == nullptr || channels->n_values == 0) return;
  const double level = g_value_get_double(&channels->values[0]);
  G_GNUC_END_IGNORE_DEPRECATIONS
  m_level_db = std::isfinite(level) ? std::max(level, -100.0) : -100.0;
}

void WebRtcPeer::on_second() {
  if (GstObject* stuck = m_sender.stuck_encoder()) go_on_without(stuck);
  m_counting = PendingPromise(gst_promise_new_with_change_func(
      [](GstPromise* reply, gpointer data) noexcept {
        if (gst_promise_wait(reply) != GST_PROMISE_RESULT_REPLIED) return;
        const GstStructure* stats = gst_promise_get_reply(reply);
        if (stats == nullptr) return;
        unbox<Bridge::Shared>(data)->post(
            [counters = read_counters(*stats)](WebRtcPeer& self) { self.on_counters(counters); });
      },
      box<Bridge::Shared>(m_bridge), free_box<Bridge::Shared>));
  g_signal_emit_by_name(m_webrtc.get(), "get-stats", nullptr, m_counting.get());
}

void WebRtcPeer::fail(PeerFailure failure, const std::string& detail) {
  if (m_phase == Phase::failed) return;
  base::log_warning("media", "peer failed: {} ({})", consultation::name_of(failure), detail);
  close();
  m_listener.on_failed(failure, detail);
}

void WebRtcPeer::close() {
  base::assert_main_thread();
  end();
  m_pipeline.reset();
}

void WebRtcPeer::close_with(const std::string& farewell) {
  base::assert_main_thread();
  const bool sent = send(Channel::control, farewell);
  end();
  if (!sent || !m_parts.linger) return m_pipeline.reset();
  m_pipeline->detach();
  m_parts.linger(std::move(m_pipeline));
}

void WebRtcPeer::end() {
  if (m_phase == Phase::failed) return;
  m_phase = Phase::failed;
  m_deadline.stop();
  m_second.stop();
  m_silence.stop();
  m_sender.stop();
  m_receiver.set_presented(false);
  // Stops sending and listening now, not when the listener gets round to destroying the peer.
  m_channels.reset();
  for (PendingPromise* promise : {&m_offering, &m_answering}) *promise = {};
  if (m_pipeline) {
    m_pipeline->before_stop([counting = m_counting.release(), webrtc = m_webrtc] {
      if (webrtc) DataChannels::cut_off(*webrtc.get());
      // Before 1.22.3 rtpsession clears its sources without its lock when it stops, also while they are
      // counted (fixed upstream by 5ef2ce69ff1f).
      if (counting) gst_promise_wait(counting.get());
    });
  }
  m_session.reset();
  m_video.reset();
  m_webrtc.reset();
}

std::chrono::milliseconds WebRtcPeer::age() const {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - m_born);
}

}  // namespace sangdam::pipelines
