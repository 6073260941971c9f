// SPDX-License-Identifier: GPL-3.0-or-later
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <array>

#include "core/base/digest.h"
#include "core/bundle/base64url.h"
#include "core/bundle/key.h"
#include "core/bundle/openssl_handles.h"

namespace lathe {

namespace {

using namespace openssl;

constexpr std::size_t kMaxPem = 64 * 1024;
constexpr std::size_t kMaxSignature = 1024;

/// SubjectPublicKeyInfo of an uncompressed point on the named curve P-256, up to the coordinates (RFC 5480).
constexpr std::array<unsigned char, 27> kP256Prefix{0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48,
                                                    0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48,
                                                    0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04};

[[noreturn]] void refuse(std::string_view where, const std::string& reason)
{
    throw Error(ErrorCode::keyInvalid, std::string(where), {{"reason", reason}});
}

std::string subjectPublicKeyInfo(EVP_PKEY* key)
{
    unsigned char* der = nullptr;
    const int size = i2d_PUBKEY(key, &der);
    if (size <= 0)
        return {};
    std::string bytes(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
    OPENSSL_free(der);
    return bytes;
}

/// True for the moduli of the flawed generator of CVE-2017-15361: they are powers of 65537 modulo each small
/// prime (Nemec et al., "The Return of Coppersmith's Attack", 2017, section 3).
bool hasRocaFingerprint(const BIGNUM* modulus)
{
    constexpr std::array<BN_ULONG, 17> primes{11, 13, 17,  19,  37,  53,  61,  71, 73,
                                              79, 97, 103, 107, 109, 127, 151, 157};
    for (const BN_ULONG prime : primes) {
        const BN_ULONG rest = BN_mod_word(modulus, prime);
        BN_ULONG power = 1;
        bool isPower = false;
        for (BN_ULONG i = 0; i < prime && !isPower; ++i) {
            isPower = power == rest;
            power = power * 65537 % prime;
        }
        if (!isPower)
            return false;
    }
    return true;
}

void checkRsa(EVP_PKEY* key, std::string_view where)
{
    const int bits = EVP_PKEY_get_bits(key);
    if (bits < 2048 || bits > 8192)
        refuse(where, "an RSA key must have 2048 to 8192 bits, not " + std::to_string(bits));
    BIGNUM* exponent = nullptr;
    BIGNUM* modulus = nullptr;
    EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &exponent);
    EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_N, &modulus);
    const Number exponentOwner(exponent), modulusOwner(modulus);
    if (!exponent || !modulus || !BN_is_odd(modulus))
        refuse(where, "its RSA numbers are not valid");
    if (!BN_is_odd(exponent) || BN_num_bits(exponent) < 2 || BN_num_bits(exponent) > 64)
        refuse(where, "its RSA exponent is not a usual one");
    if (hasRocaFingerprint(modulus))
        refuse(where, "it was made by a generator with a known flaw (CVE-2017-15361)");
}

SignatureAlgorithm defaultAlgorithm(EVP_PKEY* key, const std::string& spki, std::string_view where)
{
    switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_EC:
        if (spki.size() != kP256Prefix.size() + 64 ||
            !std::equal(kP256Prefix.begin(), kP256Prefix.end(),
                        reinterpret_cast<const unsigned char*>(spki.data())))
            refuse(where, "its curve is not P-256");
        return SignatureAlgorithm::es256;
    case EVP_PKEY_RSA:
        checkRsa(key, where);
        return SignatureAlgorithm::ps256;
    case EVP_PKEY_ED25519:
        return SignatureAlgorithm::edDsa;
    default:
        refuse(where, "its kind is not supported; use P-256, RSA or Ed25519");
    }
}

/// The DER form that the library checks, of r and s.
std::string derOfRawEcdsa(std::span<const std::byte> signature)
{
    Number r(BN_bin2bn(raw(signature.data()), 32, nullptr));
    Number s(BN_bin2bn(raw(signature.data()) + 32, 32, nullptr));
    const EcdsaSignature pair(ECDSA_SIG_new());
    expect(r && s && pair && ECDSA_SIG_set0(pair.get(), r.get(), s.get()) == 1, "no memory for a signature");
    static_cast<void>(r.release()); // now part of `pair`
    static_cast<void>(s.release());
    unsigned char* der = nullptr;
    const int size = i2d_ECDSA_SIG(pair.get(), &der);
    expect(size > 0, "a signature cannot be encoded");
    std::string bytes(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
    OPENSSL_free(der);
    return bytes;
}

bool setPadding(EVP_PKEY_CTX* context, SignatureAlgorithm algorithm)
{
    if (algorithm == SignatureAlgorithm::rs256)
        return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1;
    if (algorithm != SignatureAlgorithm::ps256)
        return true;
    return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1 &&
           EVP_PKEY_CTX_set_rsa_pss_saltlen(context, 32) == 1 &&
           EVP_PKEY_CTX_set_rsa_mgf1_md(context, EVP_sha256()) == 1;
}

} // namespace

std::string_view algorithmName(SignatureAlgorithm algorithm)
{
    switch (algorithm) {
    case SignatureAlgorithm::es256:
        return "ES256";
    case SignatureAlgorithm::ps256:
        return "PS256";
    case SignatureAlgorithm::edDsa:
        return "EdDSA";
    case SignatureAlgorithm::rs256:
        return "RS256";
    }
    return "";
}

PublicKey::PublicKey(std::shared_ptr<evp_pkey_st> key, std::string_view where)
    : m_key(std::move(key))
{
    const ErrorGuard guard;
    const std::string spki = subjectPublicKeyInfo(m_key.get());
    m_algorithm = defaultAlgorithm(m_key.get(), spki, where);
    const Digest digest = sha256(spki);
    m_kid = encodeBase64Url(std::as_bytes(std::span(digest.bytes)));
}

PublicKey PublicKey::fromPem(std::string_view pem, std::string_view where)
{
    const ErrorGuard guard;
    if (pem.size() > kMaxPem)
        refuse(where, "the file is too large for a key");
    if (pem.find("PRIVATE KEY-----") != std::string_view::npos)
        refuse(where, "this is a private key; give the public one");
    const Bio bio = reader(pem);
    expect(bio != nullptr, "no memory for a key");
    std::shared_ptr<EVP_PKEY> key(PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr), EVP_PKEY_free);
    if (!key)
        refuse(where, "this is not a public key in PEM form");
    return PublicKey(std::move(key), where);
}

PublicKey PublicKey::read(const Fs& fs, const Path& path)
{
    return fromPem(fs.readText(path, kMaxPem), path.string());
}

PublicKey PublicKey::accepting(SignatureAlgorithm algorithm) const
{
    const bool isRsa = EVP_PKEY_get_base_id(m_key.get()) == EVP_PKEY_RSA;
    const bool wantsRsa = algorithm == SignatureAlgorithm::ps256 || algorithm == SignatureAlgorithm::rs256;
    if (algorithm != m_algorithm && !(isRsa && wantsRsa))
        refuse("", "it cannot be used for " + std::string(algorithmName(algorithm)));
    PublicKey result = *this;
    result.m_algorithm = algorithm;
    return result;
}

std::string PublicKey::pem() const
{
    const Bio bio(BIO_new(BIO_s_mem()));
    expect(bio && PEM_write_bio_PUBKEY(bio.get(), m_key.get()) == 1, "a public key cannot be written");
    return written(bio.get());
}

bool PublicKey::verify(std::span<const std::byte> message, std::span<const std::byte> signature) const
{
    const ErrorGuard guard;
    const bool isRsa = m_algorithm == SignatureAlgorithm::ps256 || m_algorithm == SignatureAlgorithm::rs256;
    const std::size_t expected = isRsa ? static_cast<std::size_t>(EVP_PKEY_get_size(m_key.get())) : 64;
    if (signature.size() != expected || signature.size() > kMaxSignature)
        return false;
    const std::string der =
        m_algorithm == SignatureAlgorithm::es256 ? derOfRawEcdsa(signature) : std::string(asText(signature));
    const DigestContext context(EVP_MD_CTX_new());
    EVP_PKEY_CTX* keyContext = nullptr;
    const EVP_MD* digest = m_algorithm == SignatureAlgorithm::edDsa ? nullptr : EVP_sha256();
    expect(context && EVP_DigestVerifyInit(context.get(), &keyContext, digest, nullptr, m_key.get()) == 1 &&
               setPadding(keyContext, m_algorithm),
           "signatures cannot be checked");
    return EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(der.data()), der.size(),
                            raw(message.data()), message.size()) == 1;
}

} // namespace lathe
