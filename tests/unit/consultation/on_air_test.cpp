// What the kiosk says it sends is what it sends: from the moment a peer is connected to the moment it is
// closed.
#include "encounter_fixture.hpp"

using namespace sangdam::consultation;
using namespace sangdam::tests;

namespace {

constexpr MediaState k_both{.microphone = true, .camera = true};
constexpr MediaState k_sound{.microphone = true, .camera = false};
constexpr MediaState k_nothing{.microphone = false, .camera = false};

struct Fixture : EncounterFixture {
  void admit() {
    open_and_wait();
    REQUIRE(encounter.admit());
    encounter.on_answer("s1", 1, "answer");
  }
};

}  // namespace

TEST_CASE("The kiosk is on air from the connection on, not from the admission", "[on-air]") {
  Fixture f;
  f.admit();
  CHECK(f.encounter.on_air() == k_nothing);
  f.media.newest()->listener.on_connected();
  CHECK(f.encounter.on_air() == k_both);
}

TEST_CASE("A slow disk delays neither the sign nor its end", "[on-air]") {
  Fixture f;
  f.admit();
  f.log.hold();
  const int before = f.observer.changes;
  f.media.newest()->listener.on_connected();
  CHECK(f.encounter.on_air() == k_both);
  CHECK(f.observer.changes > before);  // the screens are told
  const int connected = f.observer.changes;
  CHECK(f.encounter.end());
  CHECK(f.encounter.on_air() == k_nothing);
  CHECK(f.media.open_peers() == 0);
  CHECK(f.observer.changes > connected);
}

TEST_CASE("The sign follows camera and microphone at once", "[on-air]") {
  Fixture f;
  f.admit();
  f.media.newest()->listener.on_connected();
  const int before = f.observer.changes;
  f.encounter.set_sending(k_sound, Actor::staff);
  CHECK(f.encounter.on_air() == k_sound);
  CHECK(f.observer.changes > before);
  f.encounter.set_sending(k_nothing, Actor::staff);
  CHECK(f.encounter.on_air() == k_nothing);
}

TEST_CASE("A connection that is interrupted may still carry the picture: the sign stays", "[on-air]") {
  Fixture f;
  f.admit();
  f.media.newest()->listener.on_connected();
  f.media.peers.front()->listener.on_interrupted();
  CHECK(f.encounter.state() == State::reconnecting);
  CHECK(f.encounter.on_air() == k_both);
  f.encounter.on_leave("s1");
  CHECK(f.encounter.on_air() == k_nothing);
  CHECK(f.media.open_peers() == 0);
}

TEST_CASE("A call that was restored is on air when its patient connects again", "[on-air][restart]") {
  Fixture f;
  f.admit();
  f.media.newest()->listener.on_connected();
  Fixture again;
  Encounter restored(
      f.log.records.at(f.encounter.record().id),
      {again.log, again.clock, again.media, again.gateway, again.codec, again.observer, Limits{}});
  restored.restore({f.log.entries, 0});
  CHECK(restored.has_the_room());
  CHECK(restored.on_air() == k_nothing);
  restored.on_returned("s1", "ko", 0);
  again.media.newest()->listener.on_offer("sdp");
  restored.on_answer("s1", 1, "answer");
  again.media.newest()->listener.on_connected();
  CHECK(restored.on_air() == k_both);
}

TEST_CASE("What the line does not carry is not on air", "[on-air][media-level]") {
  Fixture f;
  f.talk();
  auto& listener = f.media.newest()->listener;
  listener.on_media_level(MediaLevel::stills);
  CHECK(f.encounter.on_air() == k_both);
  listener.on_media_level(MediaLevel::voice);
  CHECK(f.encounter.on_air() == k_sound);
  listener.on_media_level(MediaLevel::text);
  CHECK(f.encounter.on_air() == k_nothing);
  listener.on_media_level(MediaLevel::video);
  CHECK(f.encounter.on_air() == k_both);
}
