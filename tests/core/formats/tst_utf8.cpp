// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/utf8.h"

#include <QStringDecoder>
#include <QTest>

using namespace lathe;

class TstUtf8 : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void agreesWithQt();
};

/// Every sequence of up to three interesting bytes, and four-byte ones around the limits, against Qt's decoder.
void TstUtf8::agreesWithQt() {
    const unsigned char bytes[] = {0x00, 'a',  0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf,
                                   0xe0, 0xe1, 0xec, 0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xff};
    const auto check = [](const QByteArray& text) {
        QStringDecoder decoder(QStringDecoder::Utf8, QStringDecoder::Flag::ConvertInitialBom);
        const QString decoded = decoder.decode(text);
        const bool valid = !decoder.hasError() && decoded.toUtf8() == text;
        if (isUtf8({text.constData(), static_cast<std::size_t>(text.size())}) != valid)
            QFAIL(text.toHex(' ').constData());
    };
    for (const auto a : bytes)
        for (const auto b : bytes)
            for (const auto c : bytes) {
                check(QByteArray().append(char(a)).append(char(b)).append(char(c)));
                check(QByteArray().append(char(a)).append(char(b)).append(char(c)).append(char(0x80)));
            }
}

QTEST_GUILESS_MAIN(TstUtf8)
#include "tst_utf8.moc"
