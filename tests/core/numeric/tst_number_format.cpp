// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/numeric/number_format.h"

#include <QTest>

#include "core/base/error.h"

using namespace lathe;

class TstNumberFormat : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void limits_data();
    void limits();
    void refusesUnknownNames_data();
    void refusesUnknownNames();
    void specs_data();
    void specs();
};

void TstNumberFormat::limits_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<int>("low");
    QTest::addColumn<int>("high");
    QTest::addColumn<QString>("container");
    QTest::newRow("int2") << "int2" << -2 << 1 << "int2";
    QTest::newRow("int3") << "int3" << -4 << 3 << "int4";
    QTest::newRow("uint4") << "uint4" << 0 << 15 << "uint4";
    QTest::newRow("int5") << "int5" << -16 << 15 << "int8";
    QTest::newRow("int8") << "int8" << -128 << 127 << "int8";
    QTest::newRow("uint8") << "uint8" << 0 << 255 << "uint8";
    QTest::newRow("uint12") << "uint12" << 0 << 4095 << "uint16";
    QTest::newRow("int16") << "int16" << -32768 << 32767 << "int16";
    QTest::newRow("int32") << "int32" << std::numeric_limits<int>::min() << std::numeric_limits<int>::max()
                           << "int32";
    QTest::newRow("float16") << "float16" << 0 << 0 << "float16";
    QTest::newRow("bfloat16") << "bfloat16" << 0 << 0 << "bfloat16";
}

void TstNumberFormat::limits()
{
    QFETCH(QString, name);
    QFETCH(int, low);
    QFETCH(int, high);
    QFETCH(QString, container);
    const NumberFormat format = NumberFormat::parse(name.toStdString());
    QCOMPARE(QString::fromStdString(format.name()), name);
    QCOMPARE(format.minimumCode(), low);
    QCOMPARE(format.maximumCode(), high);
    QCOMPARE(QString::fromStdString(std::string(dtypeName(format.container()))), container);
}

void TstNumberFormat::refusesUnknownNames_data()
{
    QTest::addColumn<QString>("name");
    for (const char* name :
         {"", "int", "int1", "int17", "uint32", "int08", "int8 ", "Int8", "float", "uint-4", "int999"})
        QTest::newRow(name) << name;
}

void TstNumberFormat::refusesUnknownNames()
{
    QFETCH(QString, name);
    QVERIFY_EXCEPTION_THROWN(NumberFormat::parse(name.toStdString()), Error);
}

void TstNumberFormat::specs_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("canonical");
    QTest::newRow("signed") << "int8"
                            << "int8:tensor:symmetric";
    QTest::newRow("unsigned") << "uint4"
                              << "uint4:tensor:asymmetric";
    QTest::newRow("full") << "int8:channel:asymmetric"
                          << "int8:channel:asymmetric";
    QTest::newRow("group") << "int4:group:32"
                           << "int4:group:32:symmetric";
    QTest::newRow("order") << "uint8:symmetric:channel"
                           << "uint8:channel:symmetric";
    QTest::newRow("half") << "float16"
                          << "float16";
    QTest::newRow("power of two") << "int8:channel:symmetric:pow2"
                                  << "int8:channel:symmetric:pow2";
    QTest::newRow("float8") << "float8e4m3"
                            << "float8e4m3:tensor";
    QTest::newRow("nf4") << "nf4"
                         << "nf4:group:64";
    QTest::newRow("learned") << "kmeans16:channel"
                             << "kmeans16:channel";
    QTest::newRow("binary") << "binary"
                            << "binary:channel";
    QTest::newRow("dynamic") << "uint8:tensor:asymmetric:dynamic"
                             << "uint8:dynamic";
    QTest::newRow("learned in groups") << "kmeans16:group:16"
                                       << "";
    QTest::newRow("symmetric table") << "nf4:symmetric"
                                     << "";
    QTest::newRow("dynamic of 4 bits") << "uint4:dynamic"
                                       << "";
    QTest::newRow("dynamic channels") << "uint8:channel:dynamic"
                                      << "";
    QTest::newRow("bad word") << "int8:row"
                              << "";
    QTest::newRow("bad group") << "int8:group"
                               << "";
    QTest::newRow("bad size") << "int8:group:0"
                              << "";
    QTest::newRow("float with granularity") << "float32:channel"
                                            << "";
    QTest::newRow("empty") << ""
                           << "";
}

void TstNumberFormat::specs()
{
    QFETCH(QString, text);
    QFETCH(QString, canonical);
    if (canonical.isEmpty()) {
        QVERIFY_EXCEPTION_THROWN(QuantSpec::parse(text.toStdString()), Error);
        return;
    }
    const QuantSpec spec = QuantSpec::parse(text.toStdString());
    QCOMPARE(QString::fromStdString(spec.name()), canonical);
    QVERIFY(QuantSpec::parse(spec.name()) == spec);
}

QTEST_GUILESS_MAIN(TstNumberFormat)
#include "tst_number_format.moc"
