// SPDX-License-Identifier: GPL-3.0-or-later
#include <openssl/ecdsa.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>

#include <array>

#include "core/bundle/key.h"
#include "core/bundle/openssl_handles.h"

namespace lathe {

namespace {

using namespace openssl;

constexpr std::size_t kMaxPem = 64 * 1024;
constexpr std::size_t kMinPassphrase = 8;
constexpr int kRounds = 600'000;

[[noreturn]] void refuse(std::string_view where, const std::string& reason)
{
    throw Error(ErrorCode::keyInvalid, std::string(where), {{"reason", reason}});
}

/// Others must not be able to read or replace the key.
void checkPermissions(const Path& path)
{
    std::error_code failed;
    const auto permissions = std::filesystem::status(path, failed).permissions();
    const auto others = std::filesystem::perms::group_all | std::filesystem::perms::others_all;
    if (!failed && (permissions & others) != std::filesystem::perms::none)
        refuse(path.string(), "others may read its file; allow only yourself (chmod 600)");
}

} // namespace

SigningKey SigningKey::generate()
{
    std::shared_ptr<EVP_PKEY> key(EVP_EC_gen("P-256"), EVP_PKEY_free);
    expect(key != nullptr, "a key cannot be generated");
    return SigningKey(std::move(key));
}

SigningKey SigningKey::read(const Fs& fs, const Path& path, const Passphrase& passphrase)
{
    const std::string pem = fs.readText(path, kMaxPem);
    checkPermissions(path);
    return fromPem(pem, passphrase, path.string());
}

SigningKey SigningKey::fromPem(std::string_view pem, const Passphrase& passphrase, std::string_view where)
{
    const ErrorGuard guard;
    if (pem.find("-----BEGIN PRIVATE KEY-----") != std::string_view::npos ||
        pem.find("-----BEGIN EC PRIVATE KEY-----") != std::string_view::npos)
        refuse(where, "it is not encrypted; treat it as lost and generate a new one");
    const Bio bio = reader(pem);
    expect(bio != nullptr, "no memory for a key");
    const EncryptedKey encrypted(PEM_read_bio_PKCS8(bio.get(), nullptr, nullptr, nullptr));
    if (!encrypted)
        refuse(where, "this is not an encrypted private key in PEM form");
    const std::string_view secret = passphrase.text();
    const PrivateKeyInfo info(PKCS8_decrypt(encrypted.get(), secret.data(), static_cast<int>(secret.size())));
    if (!info)
        throw Error(ErrorCode::passphraseWrong, std::string(where));
    std::shared_ptr<EVP_PKEY> key(EVP_PKCS82PKEY(info.get()), EVP_PKEY_free);
    if (!key)
        refuse(where, "its contents are not a key");
    SigningKey result(std::move(key));
    if (PublicKey(result.m_key, where).algorithm() != SignatureAlgorithm::es256)
        refuse(where, "bundles are signed with P-256 keys");
    return result;
}

std::string SigningKey::encryptedPem(const Passphrase& passphrase) const
{
    const ErrorGuard guard;
    const std::string_view secret = passphrase.text();
    if (secret.size() < kMinPassphrase)
        throw Error(ErrorCode::invalidArgument, "",
                    {{"what", "The passphrase must have at least " + std::to_string(kMinPassphrase) +
                                  " characters."}});
    const PrivateKeyInfo info(EVP_PKEY2PKCS8(m_key.get()));
    Algorithm scheme(PKCS5_pbe2_set_iv(EVP_aes_256_cbc(), kRounds, nullptr, 16, nullptr, NID_hmacWithSHA256));
    expect(info && scheme, "a key cannot be encrypted");
    const EncryptedKey encrypted(
        PKCS8_set0_pbe(secret.data(), static_cast<int>(secret.size()), info.get(), scheme.get()));
    expect(encrypted != nullptr, "a key cannot be encrypted");
    static_cast<void>(scheme.release()); // now part of `encrypted`
    const Bio bio(BIO_new(BIO_s_mem()));
    expect(bio && PEM_write_bio_PKCS8(bio.get(), encrypted.get()) == 1, "a key cannot be written");
    return written(bio.get());
}

void SigningKey::save(Fs& fs, const Path& path, const Passphrase& passphrase) const
{
    std::error_code failed;
    if (std::filesystem::exists(std::filesystem::symlink_status(path, failed)))
        throw Error(ErrorCode::fileNotWritable, path.string(),
                    {{"reason", "it exists already, and a key is never overwritten"}});
    fs.writeWhole(path, encryptedPem(passphrase), 0600);
}

PublicKey SigningKey::publicKey() const
{
    // Through the public form, so that the copy holds nothing secret.
    const Bio bio(BIO_new(BIO_s_mem()));
    expect(bio && PEM_write_bio_PUBKEY(bio.get(), m_key.get()) == 1, "a public key cannot be written");
    return PublicKey::fromPem(written(bio.get()), "");
}

Bytes SigningKey::sign(std::span<const std::byte> message) const
{
    const ErrorGuard guard;
    const DigestContext context(EVP_MD_CTX_new());
    std::array<unsigned char, 128> der{};
    std::size_t size = der.size();
    expect(context && EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, m_key.get()) == 1 &&
               EVP_DigestSign(context.get(), der.data(), &size, raw(message.data()), message.size()) == 1,
           "signing failed");
    const unsigned char* at = der.data();
    const EcdsaSignature pair(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(size)));
    Bytes signature(64);
    auto* out = reinterpret_cast<unsigned char*>(signature.data());
    expect(pair && BN_bn2binpad(ECDSA_SIG_get0_r(pair.get()), out, 32) == 32 &&
               BN_bn2binpad(ECDSA_SIG_get0_s(pair.get()), out + 32, 32) == 32,
           "a signature cannot be encoded");
    return signature;
}

} // namespace lathe
