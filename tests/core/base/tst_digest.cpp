// SPDX-License-Identifier: GPL-3.0-or-later
#include <QCryptographicHash>

#include "core/base/digest.h"
#include "core/base/fs.h"
#include "tests/support/expect_error.h"

using namespace lathe;

class TestDigest : public QObject
{
    Q_OBJECT
private slots:
    void knownDigests()
    {
        // FIPS 180-4 examples.
        QCOMPARE(sha256("").hex(),
                 std::string("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
        QCOMPARE(sha256("abc").hex(),
                 std::string("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
    }

    void streamsLikeAnotherImplementation()
    {
        QByteArray all;
        Hasher hasher;
        for (int i = 0; i < 300; ++i) {
            const std::string part(static_cast<std::size_t>(i), static_cast<char>(i));
            hasher.bytes(asBytes(part));
            all.append(part.data(), i);
        }
        QCOMPARE(QByteArray::fromStdString(hasher.finish().hex()),
                 QCryptographicHash::hash(all, QCryptographicHash::Sha256).toHex());
    }

    void fieldsDoNotRunIntoEachOther()
    {
        const auto of = [](auto... texts) {
            Hasher hasher;
            (hasher.text(texts), ...);
            return hasher.finish();
        };
        QVERIFY(of("ab", "c") != of("a", "bc"));
        QVERIFY(of("abc") != of("abc", ""));
        QVERIFY(Hasher().real(0.0).finish() != Hasher().real(-0.0).finish());
        QCOMPARE(Hasher().integer(0x0102030405060708).finish().hex(),
                 sha256("\x08\x07\x06\x05\x04\x03\x02\x01").hex());
    }

    void readsItsTextBack()
    {
        const Digest digest = sha256("x");
        QVERIFY(Digest::fromHex(digest.hex()) == digest);
        LATHE_EXPECT_ERROR(invalidArgument, Digest::fromHex(digest.hex().substr(1)));
        LATHE_EXPECT_ERROR(invalidArgument, Digest::fromHex(std::string(63, '0') + "g"));
        LATHE_EXPECT_ERROR(invalidArgument, Digest::fromHex(""));
    }
};

QTEST_APPLESS_MAIN(TestDigest)
#include "tst_digest.moc"
