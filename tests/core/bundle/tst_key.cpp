// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/bundle/key.h"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <sys/stat.h>

#include <QCryptographicHash>
#include <QTemporaryDir>

#include "tests/support/expect_error.h"

using namespace lathe;

namespace {

const char* const kPassphrase = "correct horse battery";

std::string pemOf(EVP_PKEY* key, bool isPrivate)
{
    BIO* bio = BIO_new(BIO_s_mem());
    if (isPrivate)
        PEM_write_bio_PKCS8PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr);
    else
        PEM_write_bio_PUBKEY(bio, key);
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio, &data);
    std::string text(data, static_cast<std::size_t>(size));
    BIO_free(bio);
    EVP_PKEY_free(key);
    return text;
}

QByteArray derOf(const std::string& pem)
{
    QByteArray base64;
    for (const QByteArray& line : QByteArray::fromStdString(pem).split('\n'))
        if (!line.startsWith('-'))
            base64 += line;
    return QByteArray::fromBase64(base64);
}

}

class TestKey : public QObject
{
    Q_OBJECT
    QTemporaryDir m_folder;
    Path at(const char* name) const { return Path(m_folder.path().toStdString()) / name; }

private slots:
    void savesAndLoads()
    {
        const SigningKey key = SigningKey::generate();
        key.save(systemFs(), at("key.pem"), Passphrase(kPassphrase));
        const SigningKey loaded = SigningKey::read(systemFs(), at("key.pem"), Passphrase(kPassphrase));
        QCOMPARE(loaded.publicKey().kid(), key.publicKey().kid());
        const Bytes signature = loaded.sign(asBytes("message"));
        QCOMPARE(signature.size(), std::size_t{64});
        QVERIFY(key.publicKey().verify(asBytes("message"), signature));
        QVERIFY(!key.publicKey().verify(asBytes("messagf"), signature));
        QVERIFY(SigningKey::generate().publicKey().kid() != key.publicKey().kid());
    }

    void theFileIsEncryptedAndPrivate()
    {
        const SigningKey key = SigningKey::generate();
        key.save(systemFs(), at("private.pem"), Passphrase(kPassphrase));
        struct stat info
        {
        };
        ::stat(at("private.pem").c_str(), &info);
        QCOMPARE(info.st_mode & 0777u, 0600u);
        const std::string pem = systemFs().readText(at("private.pem"));
        QVERIFY(pem.starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----\n"));
        // DER of: PBES2, PBKDF2, 600 000 rounds, HMAC-SHA256, AES-256-CBC.
        const QByteArray der = derOf(pem);
        for (const char* part : {"06092a864886f70d01050d", "06092a864886f70d01050c", "02030927c0",
                                 "06082a864886f70d0209", "060960864801650304012a"})
            QVERIFY2(der.toHex().contains(part), part);
        // An existing key is never overwritten.
        LATHE_EXPECT_ERROR(fileNotWritable, key.save(systemFs(), at("private.pem"), Passphrase(kPassphrase)));
        QCOMPARE(systemFs().readText(at("private.pem")), pem);
    }

    void anotherProgramReadsTheFile()
    {
        const SigningKey key = SigningKey::generate();
        const std::string pem = key.encryptedPem(Passphrase(kPassphrase));
        BIO* bio = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
        EVP_PKEY* read = PEM_read_bio_PrivateKey(bio, nullptr, nullptr, const_cast<char*>(kPassphrase));
        BIO_free(bio);
        QVERIFY(read);
        QCOMPARE(pemOf(read, false), key.publicKey().pem());
    }

    void wrongPassphrases()
    {
        const std::string pem = SigningKey::generate().encryptedPem(Passphrase(kPassphrase));
        LATHE_EXPECT_ERROR(passphraseWrong,
                           SigningKey::fromPem(pem, Passphrase("correct horse batterx"), "x"));
        LATHE_EXPECT_ERROR(passphraseWrong,
                           SigningKey::fromPem(pem, Passphrase("correct horse battery "), "x"));
        LATHE_EXPECT_ERROR(invalidArgument, SigningKey::generate().encryptedPem(Passphrase("short")));
        LATHE_EXPECT_ERROR(invalidArgument, Passphrase(""));
        LATHE_EXPECT_ERROR(invalidArgument, Passphrase(std::string(1025, 'x')));
    }

    void passphraseFiles()
    {
        for (const char* text :
             {"correct horse battery", "correct horse battery\n", "correct horse battery\r\nmore"}) {
            systemFs().writeWhole(at("pass"), text, 0600);
            QCOMPARE(Passphrase::fromFile(systemFs(), at("pass")).text(), std::string_view(kPassphrase));
        }
        systemFs().writeWhole(at("pass"), "\n", 0600);
        LATHE_EXPECT_ERROR(invalidArgument, Passphrase::fromFile(systemFs(), at("pass")));
    }

    void openFilesAreRefused_data()
    {
        QTest::addColumn<unsigned>("mode");
        for (const unsigned mode : {0640u, 0604u, 0660u, 0620u, 0602u, 0610u, 0644u, 0777u})
            QTest::addRow("%o", mode) << mode;
    }
    void openFilesAreRefused()
    {
        QFETCH(unsigned, mode);
        const Path path = at("open.pem");
        systemFs().writeWhole(path, "anything", 0600);
        ::chmod(path.c_str(), mode);
        const auto error =
            test::errorOf([&] { return SigningKey::read(systemFs(), path, Passphrase(kPassphrase)); });
        QVERIFY(error && error->code() == ErrorCode::keyInvalid);
        QVERIFY2(QString(error->what()).contains("chmod 600"), error->what());
    }

    void otherFilesAreRefused_data()
    {
        QTest::addColumn<QString>("pem");
        QTest::newRow("empty") << "";
        QTest::newRow("garbage") << "hello";
        QTest::newRow("plain") << QString::fromStdString(pemOf(EVP_EC_gen("P-256"), true));
        QTest::newRow("public") << QString::fromStdString(SigningKey::generate().publicKey().pem());
        QTest::newRow("empty body")
            << "-----BEGIN ENCRYPTED PRIVATE KEY-----\n-----END ENCRYPTED PRIVATE KEY-----\n";
    }
    void otherFilesAreRefused()
    {
        QFETCH(QString, pem);
        LATHE_EXPECT_ERROR(keyInvalid, SigningKey::fromPem(pem.toStdString(), Passphrase(kPassphrase), "x"));
    }

    void keyIdsAreDigestsOfTheKey()
    {
        const PublicKey key = SigningKey::generate().publicKey();
        const QByteArray digest = QCryptographicHash::hash(derOf(key.pem()), QCryptographicHash::Sha256);
        QCOMPARE(QByteArray::fromStdString(key.kid()),
                 digest.toBase64(QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals));
        QCOMPARE(PublicKey::fromPem(key.pem(), "x").kid(), key.kid());
    }

    void publicKeysMustBeStrong_data()
    {
        QTest::addColumn<QString>("pem");
        QTest::newRow("garbage") << "hello";
        QTest::newRow("P-384") << QString::fromStdString(pemOf(EVP_EC_gen("P-384"), false));
        QTest::newRow("secp256k1") << QString::fromStdString(pemOf(EVP_EC_gen("secp256k1"), false));
        QTest::newRow("RSA 1024") << QString::fromStdString(pemOf(EVP_RSA_gen(1024), false));
        QTest::newRow("X25519") << QString::fromStdString(
            pemOf(EVP_PKEY_Q_keygen(nullptr, nullptr, "X25519"), false));
        QTest::newRow("private") << QString::fromStdString(pemOf(EVP_EC_gen("P-256"), true));
    }
    void publicKeysMustBeStrong()
    {
        QFETCH(QString, pem);
        LATHE_EXPECT_ERROR(keyInvalid, PublicKey::fromPem(pem.toStdString(), "x"));
    }

    void explicitCurvesAreRefused()
    {
        // The parameters spelt out: CVE-2020-0601 was a verifier that believed such keys.
        EC_GROUP* group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
        EC_GROUP_set_asn1_flag(group, OPENSSL_EC_EXPLICIT_CURVE);
        EVP_PKEY* key = EVP_EC_gen("P-256");
        EVP_PKEY_set_utf8_string_param(key, "encoding", "explicit");
        EC_GROUP_free(group);
        LATHE_EXPECT_ERROR(keyInvalid, PublicKey::fromPem(pemOf(key, false), "x"));
    }

    void algorithmsBelongToKeys()
    {
        const PublicKey ec = SigningKey::generate().publicKey();
        QVERIFY(ec.algorithm() == SignatureAlgorithm::es256);
        LATHE_EXPECT_ERROR(keyInvalid, ec.accepting(SignatureAlgorithm::ps256));
        const PublicKey rsa = PublicKey::fromPem(pemOf(EVP_RSA_gen(2048), false), "x");
        QVERIFY(rsa.algorithm() == SignatureAlgorithm::ps256);
        QVERIFY(rsa.accepting(SignatureAlgorithm::rs256).algorithm() == SignatureAlgorithm::rs256);
        LATHE_EXPECT_ERROR(keyInvalid, rsa.accepting(SignatureAlgorithm::es256));
        const PublicKey ed =
            PublicKey::fromPem(pemOf(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"), false), "x");
        QVERIFY(ed.algorithm() == SignatureAlgorithm::edDsa);
    }

    void signaturesOfOtherSizesAreRefused()
    {
        const SigningKey key = SigningKey::generate();
        const Bytes good = key.sign(asBytes("m"));
        for (const std::size_t size : {0u, 1u, 63u, 65u, 72u, 4096u}) {
            Bytes other = good;
            other.resize(size);
            QVERIFY(!key.publicKey().verify(asBytes("m"), other));
        }
        QVERIFY(!key.publicKey().verify(asBytes("m"), Bytes(64)));
    }
};

QTEST_APPLESS_MAIN(TestKey)
#include "tst_key.moc"
