// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/bundle/jws.h"

#include <algorithm>
#include <array>

#include "core/base/error.h"
#include "core/bundle/base64url.h"

namespace lathe {

namespace {

constexpr JsonLimits kJwsLimits{.maxBytes = 64 * 1024, .maxDepth = 4, .allowReals = false};

[[noreturn]] void refuse(const std::string& reason)
{
    throw Error(ErrorCode::signatureInvalid, "", {{"reason", reason}});
}

/// JSON mistakes of a signature are mistakes of the signature.
Json parseSignatureJson(std::string_view text)
{
    try {
        return parseJson(text, "", kJwsLimits);
    } catch (const Error& error) {
        refuse("it cannot be read (" + error.message() + ")");
    }
}

std::string textMember(const Json& object, const char* name)
{
    const auto found = object.find(name);
    if (found == object.end() || !found->is_string())
        refuse("the header \"" + std::string(name) + "\" is missing");
    return found->get<std::string>();
}

std::string signingInput(std::string_view protectedText, std::span<const std::byte> payload)
{
    return std::string(protectedText) + "." + encodeBase64Url(payload);
}

Json memberOf(const std::string& protectedText, const std::string& signature)
{
    return {{"protected", protectedText}, {"signature", signature}};
}

JwsSignature readSignature(const Json& member)
{
    if (!member.is_object() || member.size() != 2 || !member.contains("protected") ||
        !member.contains("signature") || !member["protected"].is_string() || !member["signature"].is_string())
        refuse("it has members that do not belong there, or lacks some");
    JwsSignature result;
    result.protectedText = member["protected"].get<std::string>();
    const auto header = decodeBase64Url(result.protectedText);
    auto signature = decodeBase64Url(member["signature"].get<std::string>());
    if (!header || !signature)
        refuse("it is not proper base64url");
    result.header = parseSignatureJson(asText(*header));
    if (!result.header.is_object())
        refuse("its header is not an object");
    result.signature = std::move(*signature);
    return result;
}

/// Exactly the four headers, with the profile's values.
void checkProfile(const JwsSignature& signature, const JwsProfile& profile)
{
    constexpr std::array<std::string_view, 4> known{"alg", "cty", "kid", "typ"};
    for (const auto& item : signature.header.items())
        if (std::find(known.begin(), known.end(), item.key()) == known.end())
            refuse("the header \"" + item.key() + "\" is not allowed");
    if (textMember(signature.header, "typ") != profile.type ||
        textMember(signature.header, "cty") != profile.contentType)
        refuse("it was made for another kind of document");
}

} // namespace

std::string JwsSignature::keyId() const
{
    return textMember(header, "kid");
}

std::string writeJws(std::span<const std::byte> payload, std::span<const SigningKey* const> keys,
                     const JwsProfile& profile)
{
    Json signatures = Json::array();
    for (const SigningKey* key : keys) {
        const PublicKey publicKey = key->publicKey();
        const Json header{{"alg", std::string(algorithmName(publicKey.algorithm()))},
                          {"cty", profile.contentType},
                          {"kid", publicKey.kid()},
                          {"typ", profile.type}};
        const std::string protectedText = encodeBase64Url(asBytes(dumpJson(header)));
        const Bytes signature = key->sign(asBytes(signingInput(protectedText, payload)));
        signatures.push_back(memberOf(protectedText, encodeBase64Url(signature)));
    }
    return dumpJson({{"signatures", signatures}});
}

std::vector<JwsSignature> readJws(std::string_view text)
{
    const Json root = parseSignatureJson(text);
    if (!root.is_object() || root.size() != 1 || !root.contains("signatures") ||
        !root["signatures"].is_array())
        refuse("it is not a detached signature in general JSON form");
    if (dumpJson(root) != text)
        refuse("it is not in canonical form");
    const Json& members = root["signatures"];
    if (members.empty())
        refuse("there is none");
    if (members.size() > maxJwsSignatures)
        refuse("there are more than " + std::to_string(maxJwsSignatures));
    std::vector<JwsSignature> result;
    for (const Json& member : members)
        result.push_back(readSignature(member));
    return result;
}

void checkJwsSignature(const JwsSignature& signature, std::span<const std::byte> payload,
                       const PublicKey& key)
{
    constexpr std::array<const char*, 9> dangerous{"crit", "jwk",      "jku", "x5u", "x5c",
                                                   "x5t",  "x5t#S256", "b64", "zip"};
    for (const char* name : dangerous)
        if (signature.header.contains(name))
            refuse("the header \"" + std::string(name) + "\" is not allowed");
    if (textMember(signature.header, "alg") != algorithmName(key.algorithm()))
        refuse("its algorithm is not that of the key, " + std::string(algorithmName(key.algorithm())));
    if (!key.verify(asBytes(signingInput(signature.protectedText, payload)), signature.signature))
        refuse("the content or the signature was changed");
}

std::vector<std::string> verifyJws(std::string_view text, std::span<const std::byte> payload,
                                   const JwsProfile& profile, std::span<const PublicKey> trusted,
                                   std::size_t threshold)
{
    std::vector<std::string> seen;
    std::vector<std::string> signers;
    for (const JwsSignature& signature : readJws(text)) {
        checkProfile(signature, profile);
        const std::string kid = signature.keyId();
        if (std::find(seen.begin(), seen.end(), kid) != seen.end())
            refuse("one key signed twice");
        seen.push_back(kid);
        const auto key =
            std::find_if(trusted.begin(), trusted.end(), [&](const PublicKey& k) { return k.kid() == kid; });
        if (key == trusted.end())
            continue;
        checkJwsSignature(signature, payload, *key);
        signers.push_back(kid);
    }
    if (signers.size() < std::max<std::size_t>(threshold, 1))
        refuse(signers.empty() ? "none of the keys given signed it" : "too few of the keys given signed it");
    return signers;
}

} // namespace lathe
