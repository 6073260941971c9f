// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "core/base/fs.h"

struct evp_pkey_st;

namespace lathe {

/// Algorithms of RFC 7518 and RFC 8037. rs256 is for verifying old signatures only and never chosen by
/// itself.
enum class SignatureAlgorithm
{
    es256,
    ps256,
    edDsa,
    rs256
};

/// "ES256", "PS256", "EdDSA", "RS256".
std::string_view algorithmName(SignatureAlgorithm algorithm);

/// A secret text in memory that is locked where the system allows it, and wiped when it goes.
class Passphrase
{
public:
    static constexpr std::size_t maxLength = 1024;

    /// Throws Error{invalidArgument} for an empty or too long text.
    explicit Passphrase(std::string_view text);
    /// The first line of a file.
    static Passphrase fromFile(const Fs& fs, const Path& path);
    ~Passphrase();
    Passphrase(Passphrase&&) noexcept = default;
    Passphrase& operator=(Passphrase&&) = delete;

    std::string_view text() const;

private:
    struct Buffer;
    std::unique_ptr<Buffer> m_buffer;
};

/// A key that signatures are checked with: P-256, RSA from 2048 bits, or Ed25519. The algorithm belongs to
/// the key; what a signature says about itself never chooses it.
class PublicKey
{
public:
    /// "PUBLIC KEY" PEM. RSA keys verify PS256. Throws Error{keyInvalid}.
    static PublicKey fromPem(std::string_view pem, std::string_view where);
    static PublicKey read(const Fs& fs, const Path& path);
    /// The same key for another algorithm that fits its type. Throws Error{keyInvalid}.
    PublicKey accepting(SignatureAlgorithm algorithm) const;

    SignatureAlgorithm algorithm() const { return m_algorithm; }
    /// base64url(SHA-256(SubjectPublicKeyInfo)).
    const std::string& kid() const { return m_kid; }
    std::string pem() const;
    /// `signature` in its JOSE form: 64 bytes r and s for ES256.
    bool verify(std::span<const std::byte> message, std::span<const std::byte> signature) const;

private:
    friend class SigningKey;
    PublicKey(std::shared_ptr<evp_pkey_st> key, std::string_view where);

    std::shared_ptr<evp_pkey_st> m_key;
    SignatureAlgorithm m_algorithm = SignatureAlgorithm::es256;
    std::string m_kid;
};

/// A P-256 private key. It leaves memory only encrypted.
class SigningKey
{
public:
    static SigningKey generate();
    /// Throws Error{keyInvalid} for a file that others may read, that is not encrypted or holds another kind
    /// of key, and Error{passphraseWrong}.
    static SigningKey read(const Fs& fs, const Path& path, const Passphrase& passphrase);
    static SigningKey fromPem(std::string_view pem, const Passphrase& passphrase, std::string_view where);

    /// Encrypted PKCS#8: PBES2 with AES-256-CBC and PBKDF2-HMAC-SHA256, 600 000 rounds. Throws
    /// Error{invalidArgument} for a passphrase shorter than 8 bytes.
    std::string encryptedPem(const Passphrase& passphrase) const;
    /// Writes encryptedPem() for the owner only; an existing file is never replaced. Throws
    /// Error{fileNotWritable}.
    void save(Fs& fs, const Path& path, const Passphrase& passphrase) const;

    PublicKey publicKey() const;
    /// ES256: 64 bytes, r and s.
    Bytes sign(std::span<const std::byte> message) const;

private:
    explicit SigningKey(std::shared_ptr<evp_pkey_st> key)
        : m_key(std::move(key))
    {
    }

    std::shared_ptr<evp_pkey_st> m_key;
};

} // namespace lathe
