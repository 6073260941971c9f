// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <string>
#include <string_view>

#include "core/base/error.h"

namespace lathe::openssl {

template <auto Free>
struct Deleter
{
    template <typename T>
    void operator()(T* pointer) const
    {
        Free(pointer);
    }
};

template <typename T, auto Free>
using Handle = std::unique_ptr<T, Deleter<Free>>;

using Bio = Handle<BIO, BIO_free>;
using Number = Handle<BIGNUM, BN_free>;
using EcdsaSignature = Handle<ECDSA_SIG, ECDSA_SIG_free>;
using DigestContext = Handle<EVP_MD_CTX, EVP_MD_CTX_free>;
using Algorithm = Handle<X509_ALGOR, X509_ALGOR_free>;
using EncryptedKey = Handle<X509_SIG, X509_SIG_free>;
using PrivateKeyInfo = Handle<PKCS8_PRIV_KEY_INFO, PKCS8_PRIV_KEY_INFO_free>;

/// The library keeps its errors per thread; ours must not be found by the next caller.
struct ErrorGuard
{
    ErrorGuard() = default;
    ~ErrorGuard() { ERR_clear_error(); }
    ErrorGuard(const ErrorGuard&) = delete;
    ErrorGuard& operator=(const ErrorGuard&) = delete;
};

inline Bio reader(std::string_view text)
{
    return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

inline std::string written(BIO* bio)
{
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio, &data);
    return std::string(data, static_cast<std::size_t>(size));
}

/// For calls that only fail when memory or randomness does.
inline void expect(bool done, const char* what)
{
    if (!done)
        throw Error(ErrorCode::internal, "", {{"what", what}});
}

inline const unsigned char* raw(const std::byte* bytes)
{
    return reinterpret_cast<const unsigned char*>(bytes);
}

} // namespace lathe::openssl
