// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/bundle/jws.h"

#include "core/bundle/base64url.h"
#include "tests/support/expect_error.h"

using namespace lathe;

namespace {

const JwsProfile kProfile{"application/ld+json", "tensorlathe-manifest+jws"};
constexpr std::string_view kPayload = "{\"a\":1}";

const SigningKey& key()
{
    static const SigningKey value = SigningKey::generate();
    return value;
}

/// JSON that is written with single quotes here, which moc reads more easily.
std::string json(std::string text)
{
    std::replace(text.begin(), text.end(), '\'', '"');
    return text;
}

std::string base64(std::string_view text)
{
    return encodeBase64Url(asBytes(text));
}

/// A document whose header is `header`, signed properly.
std::string signedWith(const std::string& header, std::string_view payload = kPayload)
{
    const std::string input = base64(header) + "." + base64(payload);
    return json("{'signatures':[{'protected':'") + base64(header) + json("','signature':'") +
           encodeBase64Url(key().sign(asBytes(input))) + json("'}]}");
}

std::string goodHeader(const std::string& more = "")
{
    return json("{'alg':'ES256','cty':'application/ld+json','kid':'") + key().publicKey().kid() +
           json("','typ':'tensorlathe-manifest+jws'") + more + "}";
}

std::vector<std::string> verified(std::string_view text, std::string_view payload = kPayload)
{
    const std::vector<PublicKey> trusted{key().publicKey()};
    return verifyJws(text, asBytes(payload), kProfile, trusted);
}

/// A public key of the coordinates of a JWK (base64url).
PublicKey p256(std::string_view x, std::string_view y)
{
    QByteArray der = QByteArray::fromHex("3059301306072a8648ce3d020106082a8648ce3d03010703420004");
    for (const std::string_view part : {x, y})
        der += QByteArray::fromBase64(QByteArray(part.data(), static_cast<qsizetype>(part.size())),
                                      QByteArray::Base64UrlEncoding);
    const QByteArray pem = "-----BEGIN PUBLIC KEY-----\n" + der.toBase64() + "\n-----END PUBLIC KEY-----\n";
    return PublicKey::fromPem(pem.toStdString(), "jwk");
}

PublicKey ed25519(const char* x)
{
    const QByteArray der = QByteArray::fromHex("302a300506032b6570032100") +
                           QByteArray::fromBase64(x, QByteArray::Base64UrlEncoding);
    const QByteArray pem = "-----BEGIN PUBLIC KEY-----\n" + der.toBase64() + "\n-----END PUBLIC KEY-----\n";
    return PublicKey::fromPem(pem.toStdString(), "jwk");
}

void checkOne(std::string_view protectedText, std::string_view payload, std::string_view signature,
              const PublicKey& publicKey)
{
    const std::string text = json("{'signatures':[{'protected':'") + std::string(protectedText) +
                             json("','signature':'") + std::string(signature) + json("'}]}");
    const auto bytes = decodeBase64Url(payload);
    checkJwsSignature(readJws(text).at(0), *bytes, publicKey);
}

}

class TestJws : public QObject
{
    Q_OBJECT
private slots:
    void rfc7515AppendixA3()
    {
        const PublicKey publicKey = p256("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
                                         "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0");
        const std::string payload =
            "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
        const std::string signature =
            "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
        checkOne("eyJhbGciOiJFUzI1NiJ9", payload, signature, publicKey);
        std::string other = signature;
        other[0] = 'E';
        LATHE_EXPECT_ERROR(signatureInvalid, checkOne("eyJhbGciOiJFUzI1NiJ9", payload, other, publicKey));
    }

    void rfc8037AppendixA4()
    {
        checkOne("eyJhbGciOiJFZERTQSJ9", "RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc",
                 "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg",
                 ed25519("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"));
    }

    void signsAndVerifies()
    {
        const SigningKey* keys[] = {&key()};
        const std::string text = writeJws(asBytes(kPayload), keys, kProfile);
        QCOMPARE(verified(text), (std::vector<std::string>{key().publicKey().kid()}));
        QVERIFY(!verified(signedWith(goodHeader())).empty());
        LATHE_EXPECT_ERROR(signatureInvalid, verified(text, "{\"a\":2}"));
        LATHE_EXPECT_ERROR(signatureInvalid, verified(text, ""));
    }

    void headersOutsideTheProfileAreRefused_data()
    {
        QTest::addColumn<QString>("header");
        const QString kid = QString::fromStdString(key().publicKey().kid());
        const auto row = [](const char* name, const QString& header) { QTest::newRow(name) << header; };
        const QString good = QString::fromStdString(goodHeader());
        for (const char* alg : {"none", "None", "nOnE", "NONE", "HS256", "HS512", "ES384", "RS256", "PS256",
                                "EdDSA", "es256", "", "ES256 "})
            QTest::addRow("alg %s", alg) << QString(good).replace("ES256", alg);
        row("alg a number", QString(good).replace("\"ES256\"", "256"));
        row("no alg", QString(good).replace("\"alg\":\"ES256\",", ""));
        row("other typ", QString(good).replace("manifest+jws", "delta+jws"));
        row("no typ", QString(good).replace(",\"typ\":\"tensorlathe-manifest+jws\"", ""));
        row("other cty", QString(good).replace("ld+json", "json"));
        row("no kid", QString(good).replace("\"kid\":\"" + kid + "\",", ""));
        row("kid a list", QString(good).replace("\"" + kid + "\"", "[]"));
        row("other kid", QString(good).replace(kid, "x"));
        row("two algs", QString(good).replace("{", "{\"alg\":\"none\","));
        for (const std::string& more :
             {json("'crit':['b64']"), json("'b64':false"), json("'jwk':{}"), json("'jku':'https://x'"),
              json("'x5u':'https://x'"), json("'x5c':[]"), json("'iat':1"), json("'zip':'DEF'"),
              json("'x-mine':1")})
            QTest::newRow(more.c_str()) << QString::fromStdString(goodHeader("," + more));
        row("not JSON", "{");
        row("a list", "[]");
        row("empty", "");
        row("real number", QString::fromStdString(goodHeader(",\"x\":1.5")));
    }
    void headersOutsideTheProfileAreRefused()
    {
        QFETCH(QString, header);
        // The signature itself is right: only the header is at fault.
        LATHE_EXPECT_ERROR(signatureInvalid, verified(signedWith(header.toStdString())));
    }

    void otherFormsAreRefused_data()
    {
        QTest::addColumn<QString>("text");
        const std::string good = signedWith(goodHeader());
        const auto row = [](const char* name, const std::string& text) {
            QTest::newRow(name) << QString::fromStdString(text);
        };
        const std::string member = good.substr(15, good.size() - 17);
        row("empty", "");
        row("no signatures", "{}");
        row("empty list", json("{'signatures':[]}"));
        row("a member more", json("{'payload':'','signatures':[") + member + "]}");
        row("flattened", member);
        row("compact", "a.b.c");
        row("white space", json("{'signatures': [") + member + "]}");
        row("line end", good + "\n");
        row("unprotected header",
            json("{'signatures':[") + member.substr(0, member.size() - 1) + json(",'header':{}}]}"));
        row("escape", [&] {
            std::string text = good;
            return text.replace(text.find("signatures"), 1, "\\u0073");
        }());
        row("padding", [&] {
            std::string text = good;
            return text.insert(text.size() - 4, "==");
        }());
        row("swapped members", json("{'signatures':[{'signature':'AA','protected':'AA'}]}"));
        row("numbers", json("{'signatures':[{'protected':1,'signature':2}]}"));
        row("same key twice", json("{'signatures':[") + member + "," + member + "]}");
        std::string many = member;
        for (int i = 0; i < 8; ++i)
            many += "," + member;
        row("nine", json("{'signatures':[") + many + "]}");
    }
    void otherFormsAreRefused()
    {
        QFETCH(QString, text);
        LATHE_EXPECT_ERROR(signatureInvalid, verified(text.toStdString()));
    }

    void everyChangedCharacterIsRefused()
    {
        const std::string good = signedWith(goodHeader());
        for (std::size_t i = 0; i < good.size(); ++i)
            for (const char c : {'A', 'B', '"', ' ', '\0'}) {
                std::string text = good;
                text[i] = c;
                if (text != good)
                    LATHE_EXPECT_ERROR(signatureInvalid, verified(text));
            }
    }

    void thresholdsCountDifferentTrustedKeys()
    {
        const SigningKey second = SigningKey::generate(), stranger = SigningKey::generate();
        const SigningKey* three[] = {&key(), &second, &stranger};
        const std::string text = writeJws(asBytes(kPayload), three, kProfile);
        const std::vector<PublicKey> trusted{second.publicKey(), key().publicKey()};
        QCOMPARE(verifyJws(text, asBytes(kPayload), kProfile, trusted, 2).size(), std::size_t{2});
        LATHE_EXPECT_ERROR(signatureInvalid, verifyJws(text, asBytes(kPayload), kProfile, trusted, 3));
        LATHE_EXPECT_ERROR(signatureInvalid, verifyJws(text, asBytes(kPayload), kProfile, {}, 0));
        const SigningKey* one[] = {&stranger};
        const std::string foreign = writeJws(asBytes(kPayload), one, kProfile);
        const auto error =
            test::errorOf([&] { return verifyJws(foreign, asBytes(kPayload), kProfile, trusted); });
        QVERIFY(error && QString(error->what()).contains("none of the keys given signed it"));
    }

    void aWrongSignatureByATrustedKeyRefusesAll()
    {
        const SigningKey second = SigningKey::generate();
        const SigningKey* both[] = {&key(), &second};
        Json root = parseJson(writeJws(asBytes(kPayload), both, kProfile), "x");
        const SigningKey* one[] = {&second};
        root["signatures"][1] = parseJson(writeJws(asBytes("other"), one, kProfile), "x")["signatures"][0];
        const std::vector<PublicKey> trusted{key().publicKey(), second.publicKey()};
        LATHE_EXPECT_ERROR(signatureInvalid, verifyJws(dumpJson(root), asBytes(kPayload), kProfile, trusted));
    }
};

QTEST_APPLESS_MAIN(TestJws)
#include "tst_jws.moc"
