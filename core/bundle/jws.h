// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.h"
#include "core/bundle/key.h"

namespace lathe {

/// JSON Web Signatures (RFC 7515) over bytes that are kept elsewhere: general JSON serialization, detached
/// payload.

/// What a protected header must say besides "alg" and "kid".
struct JwsProfile
{
    std::string contentType; ///< "cty"
    std::string type;        ///< "typ"
};

/// One signature as it was read; nothing in it can be trusted before checkJwsSignature().
struct JwsSignature
{
    std::string protectedText; ///< base64url, as signed
    Json header;
    Bytes signature;

    /// The header "kid". Throws Error{signatureInvalid} when there is none.
    std::string keyId() const;
};

/// At most this many signatures are read.
inline constexpr std::size_t maxJwsSignatures = 8;

/// Signs `payload` with every key, in order.
std::string writeJws(std::span<const std::byte> payload, std::span<const SigningKey* const> keys,
                     const JwsProfile& profile);

/// Reads the one canonical spelling (sorted keys, no white space, no members but "protected" and
/// "signature"). Throws Error{signatureInvalid}.
std::vector<JwsSignature> readJws(std::string_view text);

/// Checks one signature with one key. The algorithm is the key's and the header must name it; headers that
/// bring keys or change the meaning ("jwk", "jku", "x5u", "x5c", "crit", "b64" ...) are refused. Throws
/// Error{signatureInvalid}.
void checkJwsSignature(const JwsSignature& signature, std::span<const std::byte> payload,
                       const PublicKey& key);

/// The key ids of `trusted` keys that signed `payload`, each once. A header must be {alg, cty, kid, typ}
/// after `profile` and nothing else. Signatures by unknown keys do not count; a wrong one by a trusted key
/// refuses everything. Throws Error{signatureInvalid}, also when fewer than `threshold` trusted keys signed.
std::vector<std::string> verifyJws(std::string_view text, std::span<const std::byte> payload,
                                   const JwsProfile& profile, std::span<const PublicKey> trusted,
                                   std::size_t threshold = 1);

} // namespace lathe
