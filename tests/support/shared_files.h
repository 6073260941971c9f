// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string_view>

namespace lathe::test {

/// A file of the large test assets, for example sharedFile("assets/models/x.onnx"). It may be missing.
std::filesystem::path sharedFile(std::string_view relative);

/// A file of the product's resources, for example resourceFile("sample/model.onnx").
std::filesystem::path resourceFile(std::string_view relative);

/// A file of the source tree.
std::filesystem::path sourceFile(std::string_view relative);

}

/// Skips the running test function, naming the file, where the large test assets are absent.
#define LATHE_REQUIRE_SHARED(relative)                                                                                 \
    do {                                                                                                               \
        if (!std::filesystem::exists(lathe::test::sharedFile(relative)))                                               \
            QSKIP(("missing test asset: " + lathe::test::sharedFile(relative).string()).c_str());                      \
    } while (false)
