// SPDX-License-Identifier: GPL-3.0-or-later
#include <cstdint>
#include <cstdlib>

#include "core/base/error.h"
#include "core/bundle/bundle.h"

namespace {

/// Of nobody: its private half was thrown away, so a bundle that verifies is one that the corpus holds,
/// unchanged.
constexpr std::string_view publicKey = "-----BEGIN PUBLIC KEY-----\n"
                                       "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEnjbnh/94wPgYSwdmaNYhagaQPw+5\n"
                                       "7VyWOlVQIGP4Y4+Rd/bWYBBJF/AphmkjxOl/IMV4cvH77JzZVJv6SQeATA==\n"
                                       "-----END PUBLIC KEY-----\n";

const std::vector<lathe::PublicKey>& trusted()
{
    static const std::vector<lathe::PublicKey> keys{lathe::PublicKey::fromPem(publicKey, "fuzz")};
    return keys;
}

}

/// What verifies must be the one bundle that was signed; what can be shown must have readable contents.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto* bytes = reinterpret_cast<const std::byte*>(data);
    const auto storage = lathe::ownedBytes(lathe::Bytes(bytes, bytes + size));
    try {
        const lathe::BundleContents shown = lathe::showBundle(storage, "fuzz");
        if (shown.file(shown.manifest.artifact.file).size() > size)
            std::abort();
        const lathe::VerifiedBundle bundle = lathe::verifyBundle(storage, "fuzz", trusted());
        if (bundle.contents().identity.hex() !=
            "230a8a217ab1dad1dc0667f373fcded58512efb997d5b5d266eab7af760564b6")
            std::abort();
    } catch (const lathe::Error&) {
        return 0;
    }
    return 0;
}
