// SPDX-License-Identifier: GPL-3.0-or-later
// The main of a fuzzer in builds without libFuzzer: every corpus file, its prefixes and its single-byte changes.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using Bytes = std::vector<std::uint8_t>;

/// How many prefixes and how many changed bytes a file is tried with; spread evenly over longer files.
constexpr std::size_t variants = 256;

Bytes read(const std::filesystem::path& file)
{
    std::ifstream stream(file, std::ios::binary);
    return Bytes(std::istreambuf_iterator<char>(stream), {});
}

std::size_t runOne(const Bytes& bytes)
{
    // A copy of the exact size lets the sanitizer see every read beyond the end.
    const Bytes exact(bytes);
    LLVMFuzzerTestOneInput(exact.data(), exact.size());
    return 1;
}

std::size_t runVariants(const Bytes& bytes)
{
    std::size_t count = runOne(bytes);
    const std::size_t step = std::max<std::size_t>(1, bytes.size() / variants);
    for (std::size_t at = 0; at < bytes.size(); at += step) {
        count += runOne(Bytes(bytes.begin(), bytes.begin() + std::ptrdiff_t(at)));
        for (const unsigned change : {0x01u, 0x80u, 0xffu}) {
            Bytes changed = bytes;
            changed[at] = std::uint8_t(changed[at] ^ change);
            count += runOne(changed);
        }
    }
    return count;
}

}

int main(int argc, char* argv[])
{
    if (argc != 2 || !std::filesystem::is_directory(argv[1])) {
        std::cerr << "usage: " << argv[0] << " CORPUS-FOLDER\n";
        return 2;
    }
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(argv[1]))
        if (entry.is_regular_file())
            files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    if (files.empty()) {
        std::cerr << "The corpus " << argv[1] << " is empty.\n";
        return 1;
    }
    std::size_t count = runOne({});
    for (const auto& file : files)
        count += runVariants(read(file));
    std::cout << count << " inputs from " << files.size() << " files\n";
    return 0;
}
