// SPDX-License-Identifier: GPL-3.0-or-later
// Wycheproof's vectors (https://github.com/C2SP/wycheproof): every valid signature of our profile is
// accepted, no invalid one is, and the counts show that none was left out.
#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>

#include <map>
#include <set>

#include "core/bundle/base64url.h"
#include "core/bundle/jws.h"
#include "tests/support/expect_error.h"
#include "tests/support/shared_files.h"

using namespace lathe;

namespace {

Json vectors(const std::string& name)
{
    const std::string text =
        systemFs().readText(test::sharedFile("vectors/wycheproof/" + name + "_test.json"));
    return Json::parse(text);
}

Bytes fromHex(const std::string& hex)
{
    const QByteArray data = QByteArray::fromHex(QByteArray::fromStdString(hex));
    const auto bytes = std::as_bytes(std::span(data.constData(), static_cast<std::size_t>(data.size())));
    return {bytes.begin(), bytes.end()};
}

std::optional<Bytes> part(const Json& jwk, const char* name)
{
    return jwk.contains(name) && jwk[name].is_string() ? decodeBase64Url(jwk[name].get<std::string>())
                                                       : std::nullopt;
}

std::string rsaPem(const Bytes& modulus, const Bytes& exponent)
{
    BIGNUM* n = BN_bin2bn(reinterpret_cast<const unsigned char*>(modulus.data()),
                          static_cast<int>(modulus.size()), nullptr);
    BIGNUM* e = BN_bin2bn(reinterpret_cast<const unsigned char*>(exponent.data()),
                          static_cast<int>(exponent.size()), nullptr);
    OSSL_PARAM_BLD* builder = OSSL_PARAM_BLD_new();
    OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, n);
    OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, e);
    OSSL_PARAM* params = OSSL_PARAM_BLD_to_param(builder);
    EVP_PKEY_CTX* context = EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr);
    EVP_PKEY* key = nullptr;
    EVP_PKEY_fromdata_init(context);
    EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, params);
    BIO* bio = BIO_new(BIO_s_mem());
    PEM_write_bio_PUBKEY(bio, key);
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio, &data);
    const std::string pem(data, static_cast<std::size_t>(size));
    BIO_free(bio);
    EVP_PKEY_free(key);
    EVP_PKEY_CTX_free(context);
    OSSL_PARAM_free(params);
    OSSL_PARAM_BLD_free(builder);
    BN_free(n);
    BN_free(e);
    return pem;
}

std::string ecPem(const Bytes& x, const Bytes& y)
{
    QByteArray der = QByteArray::fromHex("3059301306072a8648ce3d020106082a8648ce3d03010703420004");
    for (const Bytes& coordinate : {x, y})
        der.append(reinterpret_cast<const char*>(coordinate.data()),
                   static_cast<qsizetype>(coordinate.size()));
    return ("-----BEGIN PUBLIC KEY-----\n" + der.toBase64() + "\n-----END PUBLIC KEY-----\n").toStdString();
}

/// The key of a JWK, or nothing where our trust store has no such key. RS256 is switched on for these tests.
std::optional<PublicKey> keyOf(const Json& jwk)
{
    const std::string type = jwk.value("kty", ""), algorithm = jwk.value("alg", "");
    if (jwk.value("use", "sig") != "sig")
        return std::nullopt;
    if (jwk.contains("key_ops") && jwk["key_ops"] != Json::array({"verify"}) &&
        jwk["key_ops"] != Json::array({"sign"}))
        return std::nullopt;
    try {
        if (type == "EC" && algorithm == "ES256" && jwk.value("crv", "") == "P-256")
            return PublicKey::fromPem(
                ecPem(part(jwk, "x").value_or(Bytes()), part(jwk, "y").value_or(Bytes())), "jwk");
        if (type == "RSA" && (algorithm == "PS256" || algorithm == "RS256"))
            return PublicKey::fromPem(
                       rsaPem(part(jwk, "n").value_or(Bytes()), part(jwk, "e").value_or(Bytes())), "jwk")
                .accepting(algorithm == "PS256" ? SignatureAlgorithm::ps256 : SignatureAlgorithm::rs256);
    } catch (const Error&) {
        return std::nullopt;
    }
    return std::nullopt;
}

/// A compact JWS through our detached form.
bool accepts(const Json& jws, const PublicKey& key)
{
    if (!jws.is_string())
        return false;
    const QStringList parts = QString::fromStdString(jws.get<std::string>()).split('.');
    const auto payload = parts.size() == 3 ? decodeBase64Url(parts[1].toStdString()) : std::nullopt;
    if (!payload)
        return false;
    const Json detached{
        {"signatures", {{{"protected", parts[0].toStdString()}, {"signature", parts[2].toStdString()}}}}};
    try {
        checkJwsSignature(readJws(dumpJson(detached)).at(0), *payload, key);
        return true;
    } catch (const Error& error) {
        if (error.code() != ErrorCode::signatureInvalid)
            throw;
        return false;
    }
}

struct Counts
{
    int tests = 0;
    std::map<std::string, int> accepted, rejected; ///< valid ones accepted, others rejected, by algorithm
    std::set<int> validRefused;                    ///< test ids, of keys in our profile
    int validOutside = 0;                          ///< of keys outside it
    std::set<int> invalidAccepted;
};

Counts countJws(const Json& file)
{
    Counts counts;
    for (const Json& group : file["testGroups"]) {
        const Json jwk = group.contains("public") ? group["public"] : group.value("private", Json::object());
        const auto key = keyOf(jwk);
        for (const Json& test : group["tests"]) {
            ++counts.tests;
            const bool valid = test["result"] == "valid";
            const bool accepted = key && test.contains("jws") && accepts(test["jws"], *key);
            const std::string name = key ? std::string(algorithmName(key->algorithm())) : "none";
            if (valid && !key)
                ++counts.validOutside;
            else if (valid && !accepted)
                counts.validRefused.insert(test["tcId"].get<int>());
            else if (!valid && accepted)
                counts.invalidAccepted.insert(test["tcId"].get<int>());
            else
                ++(valid ? counts.accepted : counts.rejected)[name];
        }
    }
    return counts;
}

}

class TestJwsVectors : public QObject
{
    Q_OBJECT
private slots:
    void signatures_data()
    {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QString>("algorithm");
        QTest::addColumn<int>("valid");
        QTest::addColumn<int>("invalid");
        const auto row = [](const char* file, const char* algorithm, int valid, int invalid) {
            QTest::newRow(file) << file << algorithm << valid << invalid;
        };
        row("ecdsa_secp256r1_sha256_p1363", "ES256", 173, 89);
        row("rsa_pss_2048_sha256_mgf1_32", "PS256", 63, 45);
        row("rsa_pss_3072_sha256_mgf1_32", "PS256", 63, 45);
        // One of each is "acceptable" (the NULL of the digest's parameters is missing); it is refused.
        row("rsa_signature_2048_sha256", "RS256", 9, 250);
        row("rsa_signature_3072_sha256", "RS256", 8, 251);
        row("ed25519", "EdDSA", 88, 63);
    }
    void signatures()
    {
        QFETCH(QString, file);
        QFETCH(QString, algorithm);
        QFETCH(int, valid);
        QFETCH(int, invalid);
        LATHE_REQUIRE_SHARED("vectors/wycheproof");
        const Json root = vectors(file.toStdString());
        int accepted = 0, rejected = 0;
        for (const Json& group : root["testGroups"]) {
            PublicKey key = PublicKey::fromPem(group["publicKeyPem"].get<std::string>(), "pem");
            if (algorithm == "RS256")
                key = key.accepting(SignatureAlgorithm::rs256);
            QCOMPARE(QString::fromStdString(std::string(algorithmName(key.algorithm()))), algorithm);
            for (const Json& test : group["tests"]) {
                const bool wanted = test["result"] == "valid";
                const bool got = key.verify(fromHex(test["msg"].get<std::string>()),
                                            fromHex(test["sig"].get<std::string>()));
                QVERIFY2(got == wanted, std::to_string(test["tcId"].get<int>()).c_str());
                ++(got ? accepted : rejected);
            }
        }
        QCOMPARE(accepted, valid);
        QCOMPARE(rejected, invalid);
        QCOMPARE(accepted + rejected, root["numberOfTests"].get<int>());
    }

    void jsonWebSignatures()
    {
        LATHE_REQUIRE_SHARED("vectors/wycheproof");
        Counts counts = countJws(vectors("json_web_signature"));
        QCOMPARE(counts.tests, 401);
        QVERIFY(counts.invalidAccepted.empty());
        QCOMPARE(counts.accepted["ES256"], 2);
        QCOMPARE(counts.rejected["ES256"], 37);
        QCOMPARE(counts.accepted["RS256"], 8);
        QCOMPARE(counts.rejected["RS256"], 225);
        QCOMPARE(counts.accepted["PS256"], 6);
        QCOMPARE(counts.rejected["PS256"], 42);
        // Their key is for PS256 but their header says PS384.
        QCOMPARE(counts.validRefused, (std::set<int>{346, 350}));
        // HMAC, 384 and 512 bit digests, and two keys with the misspelt algorithm ES521.
        QCOMPARE(counts.validOutside, 46 - 2 - 8 - 8);
    }

    void jsonWebKeys()
    {
        LATHE_REQUIRE_SHARED("vectors/wycheproof");
        // Sets of keys, and keys that are no keys of ours.
        const Json file = vectors("json_web_key");
        int tests = 0;
        for (const Json& group : file["testGroups"]) {
            const Json& source = group.contains("public") ? group["public"] : group["private"];
            const Json keys = source.contains("keys") ? source["keys"] : Json::array({source});
            for (const Json& test : group["tests"]) {
                ++tests;
                for (const Json& jwk : keys) {
                    const auto key = keyOf(jwk);
                    const bool accepted = key && accepts(test["jws"], *key);
                    const std::string comment = test["comment"].get<std::string>();
                    QVERIFY2(!accepted || test["result"] == "valid", comment.c_str());
                }
            }
        }
        QCOMPARE(tests, 26);
    }

    void jsonWebCrypto()
    {
        LATHE_REQUIRE_SHARED("vectors/wycheproof");
        Counts counts = countJws(vectors("json_web_crypto"));
        QCOMPARE(counts.tests, 83);
        QVERIFY(counts.invalidAccepted.empty());
        QVERIFY(counts.validRefused.empty());
        QCOMPARE(counts.accepted["ES256"], 1);
        QCOMPARE(counts.accepted["RS256"], 1);
    }
};

QTEST_APPLESS_MAIN(TestJwsVectors)
#include "tst_jws_vectors.moc"
