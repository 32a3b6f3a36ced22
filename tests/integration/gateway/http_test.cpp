#include "integration/gateway/client.hpp"

using namespace sangdam;
using namespace sangdam::tests;
using namespace std::chrono_literals;

namespace {

std::string url(const gateway::Server& server, const std::string& path) {
  return "https://127.0.0.1:" + std::to_string(server.port()) + path;
}
Answer get(const gateway::Server& server, const std::string& path) {
  return fetch(request("GET", url(server, path)));
}

}  // namespace

TEST_CASE("the page comes over TLS with exactly the headers that keep it safe", "[gateway][http]") {
  const Site site;
  gateway::Server server(site.config());
  REQUIRE(server.start());
  const Answer answer = get(server, "/");
  CHECK(answer.status == 200);
  CHECK(answer.body == "<!doctype html><title>Sangdam</title>");
  CHECK(answer.header("Content-Type") == "text/html; charset=utf-8");
  CHECK(answer.header("Content-Security-Policy") ==
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self' "
        "blob:; "
        "connect-src 'self' wss://127.0.0.1:" +
            std::to_string(server.port()) +
            "; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
  CHECK(answer.header("X-Content-Type-Options") == "nosniff");
  CHECK(answer.header("Referrer-Policy") == "no-referrer");
  CHECK(answer.header("Cross-Origin-Opener-Policy") == "same-origin");
  CHECK(answer.header("Cross-Origin-Resource-Policy") == "same-origin");
  CHECK(answer.header("Permissions-Policy") ==
        "camera=(self), microphone=(self), geolocation=(), payment=(), usb=()");
  CHECK(answer.header("Cache-Control") == "no-cache");
  CHECK(answer.header("Strict-Transport-Security").empty());
  CHECK(answer.header("Server").empty());
  CHECK(get(server, "/index.html").body == answer.body);
  CHECK(get(server, "/app.js").header("Content-Type") == "text/javascript; charset=utf-8");
}

TEST_CASE("a page that has not changed is not sent again", "[gateway][http]") {
  const Site site;
  gateway::Server server(site.config());
  REQUIRE(server.start());
  const std::string etag = get(server, "/app.js").header("ETag");
  REQUIRE(etag.size() > 10);
  const auto again = request("GET", url(server, "/app.js"));
  soup_message_headers_append(soup_message_get_request_headers(again.get()), "If-None-Match", etag.c_str());
  const Answer answer = fetch(again);
  CHECK(answer.status == 304);
  CHECK(answer.body.empty());
  CHECK(answer.header("ETag") == etag);
  CHECK(get(server, "/index.html").header("ETag") != etag);
}

TEST_CASE("only what is in the table is served, and only read", "[gateway][http]") {
  const Site site;
  gateway::Server server(site.config());
  REQUIRE(server.start());
  for (const char* path : {"/tls-key.pem", "/../tls-key.pem", "/%2e%2e/tls-key.pem", "/page/index.html",
                           "/app.js/", "//app.js", "/App.js", "/ws", "/ws/patient/x"}) {
    INFO(path);
    const unsigned status = get(server, path).status;
    CHECK((status == 404 || status == 400));
  }
  const Answer head = fetch(request("HEAD", url(server, "/app.js")));
  CHECK(head.status == 200);
  CHECK(head.body.empty());
  CHECK(head.header("Content-Length") == "13");
  const Answer post = fetch(request("POST", url(server, "/app.js")));
  CHECK(post.status == 405);
  CHECK(post.header("Allow") == "GET, HEAD");
  const auto range = request("GET", url(server, "/app.js"));
  soup_message_headers_append(soup_message_get_request_headers(range.get()), "Range", "bytes=0-3");
  CHECK(fetch(range).status == 200);
  CHECK(get(server, "/healthz").body == "ok\n");
}

TEST_CASE("HSTS is only sent with a certificate that browsers trust", "[gateway][http]") {
  const Site site;
  auto config = site.config();
  config.trusted_certificate = true;
  gateway::Server server(std::move(config));
  REQUIRE(server.start());
  CHECK(get(server, "/").header("Strict-Transport-Security") == "max-age=31536000");
}

TEST_CASE("a large upload ends its own connection and nothing else", "[gateway][http][hostile]") {
  const Site site;
  gateway::Server server(site.config());
  REQUIRE(server.start());
  const auto upload = request("POST", url(server, "/"));
  const std::string body(4 * 1024 * 1024, 'x');
  const auto bytes = base::Ref<GBytes>::adopt(g_bytes_new(body.data(), body.size()));
  soup_message_set_request_body_from_bytes(upload.get(), "text/plain", bytes.get());
  CHECK(fetch(upload).status != 200);
  CHECK(get(server, "/healthz").status == 200);
  CHECK(run_until([&] { return server.connections() <= 1; }));
}

TEST_CASE("a port in use, a bad address and plain HTTP to the world are refused in a sentence",
          "[gateway][start]") {
  const Site site;
  gateway::Server first(site.config());
  REQUIRE(first.start());
  const auto code = [&](auto change) {
    auto config = site.config();
    change(config);
    const auto started = gateway::Server(std::move(config)).start();
    if (!started) CHECK(started.error().message.size() > 30);
    return started ? "started" : started.error().code;
  };
  CHECK(code([&](auto& config) { config.port = first.port(); }) == "port-in-use");
  CHECK(code([](auto& config) { config.address = "kiosk"; }) == "address-invalid");
  CHECK(code([](auto& config) { config.address = "192.0.2.1"; }) == "address-unavailable");
  CHECK(code([](auto& config) {
          config.insecure_http = true;
          config.address = "0.0.0.0";
        }) == "insecure-address");
  CHECK(code([](auto& config) { config.tls_key = "/nowhere"; }) == "certificate-unreadable");
  // Would be read to an end that it does not have.
  CHECK(code([](auto& config) { config.tls_certificate = "/dev/zero"; }) == "certificate-unreadable");
  CHECK(code([](auto& config) { config.tls_key = "/dev/zero"; }) == "certificate-unreadable");
  CHECK(code([&](auto& config) { config.web_directory = "/nowhere"; }) == "page-unreadable");
  CHECK(code([&](auto& config) { config.web_directory.clear(); }) == "page-missing");
}

TEST_CASE("a renewed certificate is taken over without a restart", "[gateway][start]") {
  const Site site;
  gateway::Server server(site.config());
  REQUIRE(server.start());
  REQUIRE(get(server, "/healthz").status == 200);
  const auto first = server.certificate();
  REQUIRE(first);
  REQUIRE(gateway::ensure_self_signed(site.path(), {"localhost", "127.0.0.1", "192.0.2.9"},
                                      base::SystemClock().now()));
  CHECK(server.certificate() == first);  // the one in use, not the one on the disk
  REQUIRE(server.reload_certificate());
  const auto message = request("GET", url(server, "/healthz"));
  REQUIRE(fetch(message).status == 200);
  const auto identity = base::Ref<GSocketConnectable>::adopt(g_network_address_new("192.0.2.9", 1));
  GTlsCertificate* certificate = soup_message_get_tls_peer_certificate(message.get());
  REQUIRE(certificate != nullptr);
  CHECK(g_tls_certificate_is_same(certificate, server.certificate().get()) != FALSE);
  CHECK((g_tls_certificate_verify(certificate, identity.get(), nullptr) & G_TLS_CERTIFICATE_BAD_IDENTITY) ==
        0);
}

TEST_CASE("connections of one address and in total are limited; this host's own are not",
          "[gateway][http][hostile]") {
  const Site site;
  auto config = site.config();
  config.connections.per_address = 1;
  config.connections.total = 3;
  gateway::Server server(std::move(config));
  REQUIRE(server.start());
  Client a = Client::kiosk(server);
  Client b = Client::kiosk(server);
  Client c = Client::kiosk(server);
  CHECK(a.connected());
  CHECK(b.connected());
  CHECK(c.connected());
  CHECK_FALSE(Client::kiosk(server).connected());
  c.close();
  REQUIRE(c.closed());
  CHECK(run_until([&] { return server.connections() == 2; }));
  CHECK(Client::kiosk(server).connected());
}

TEST_CASE("the page is told whom to call, if there can be no doubt", "[gateway][http]") {
  const Site site;
  const std::string other_token(64, 'f');
  auto config = site.config();
  config.kiosk_tokens.push_back(other_token);
  gateway::Server server(std::move(config));
  REQUIRE(server.start());
  const auto registered = [&](const std::string& token, const protocol::Register& message) {
    Client kiosk = Client::kiosk(server, token);
    kiosk.send(protocol::KioskMessage(message));
    REQUIRE(std::holds_alternative<protocol::Registered>(kiosk.next_for_kiosk()));
    return kiosk;
  };
  const Client first = registered(k_kiosk_token, {"한빛의원", "02-1234-5678", {}});
  const Answer unknown = get(server, "/clinic.json");
  CHECK(unknown.status == 200);
  CHECK(unknown.body == "{}");  // another clinic's kiosk may yet come
  {
    const Client other = registered(other_token, {"다른의원", "", {}});
    CHECK(get(server, "/clinic.json").body == "{}");
  }
  const Client same = registered(other_token, {"한빛의원", "02-1234-5678", {}});
  const Answer known = get(server, "/clinic.json");
  CHECK(known.body == R"({"clinic":"한빛의원","phone":"02-1234-5678"})");
  CHECK(known.header("Content-Type") == "application/json");
  CHECK(known.header("Cache-Control") == "no-store");
  CHECK(known.header("Cross-Origin-Resource-Policy") == "same-origin");
  CHECK(fetch(request("POST", url(server, "/clinic.json"))).status == 405);
}
