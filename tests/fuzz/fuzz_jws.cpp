// SPDX-License-Identifier: GPL-3.0-or-later
#include <cstdint>
#include <cstdlib>

#include "core/base/error.h"
#include "core/bundle/base64url.h"
#include "core/bundle/jws.h"

/// Without trusted keys nothing verifies, and what is read was spelt canonically.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    try {
        for (const lathe::JwsSignature& signature : lathe::readJws(text))
            if (text.find(lathe::encodeBase64Url(signature.signature)) == std::string_view::npos)
                std::abort();
        lathe::verifyJws(text, {}, {"application/ld+json", "tensorlathe-manifest+jws"}, {});
        std::abort();
    } catch (const lathe::Error&) {
        return 0;
    }
    return 0;
}
