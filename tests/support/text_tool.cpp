// The kiosk's reading of texts, for a test of the page that compares: each line of standard input is a line
// of the chat channel or a knock, as JSON; each line of standard output says what became of it.
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

#include "protocol/messages.hpp"

using namespace sangdam::protocol;
using nlohmann::json;

namespace {

json reading_of(const std::string& line) {
  if (line.find("\"knock\"") != std::string::npos) {
    const auto message = decode_patient(line);
    if (!message) return {{"error", message.error().code}};
    return {{"name", std::get<Knock>(*message).name}};
  }
  const auto read = decode_chat(line);
  if (!read) return {{"error", read.error().code}};
  const auto* text = std::get_if<ChatText>(&*read);
  return text == nullptr ? json{{"error", "no text"}} : json{{"text", text->text}};
}

}  // namespace

int main() {
  for (std::string line; std::getline(std::cin, line);) std::cout << reading_of(line).dump() << '\n';
}
