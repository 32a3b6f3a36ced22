// What a kiosk does when it is started to try the hardware's codecs, without the kiosk.
#include <string>
#include <vector>

#include "pipelines/hardware_probe.hpp"

int main(int argc, char** argv) {
  return sangdam::pipelines::run_video_probe(std::vector<std::string>(argv + 1, argv + argc));
}
