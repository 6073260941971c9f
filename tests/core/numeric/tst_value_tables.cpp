// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/numeric/value_tables.h"

#include <QTest>
#include <cmath>
#include <limits>

using namespace lathe;

namespace {

/// Every entry looked at; of two as near, the one with the even code, and of one value twice the first.
int obviousCode(const std::vector<float>& table, float value)
{
    int best = -1;
    double bestDistance = std::numeric_limits<double>::infinity();
    for (int code = 0; code < static_cast<int>(table.size()); ++code) {
        const float entry = table[static_cast<std::size_t>(code)];
        const double distance = std::abs(double{entry} - double{value});
        if (!std::isfinite(entry) || distance > bestDistance)
            continue;
        const bool sameValue = best >= 0 && table[static_cast<std::size_t>(best)] == entry;
        if (distance < bestDistance || (!sameValue && code % 2 == 0))
            best = code;
        bestDistance = distance;
    }
    return best;
}

} // namespace

class TstValueTables : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void floatsOfEightBits();
    void searchFindsTheNearest_data();
    void searchFindsTheNearest();
    void valuesBeyondSaturate();
    void normalFloat();
};

/// Figures of the OCP specification, tables 1 and 2.
void TstValueTables::floatsOfEightBits()
{
    const std::vector<float> e4m3 = fixedTable(NumberFormat::parse("float8e4m3"));
    QCOMPARE(largestEntry(e4m3), 448.0F);
    QCOMPARE(smallestEntry(e4m3), -448.0F);
    QCOMPARE(e4m3[1], 0x1p-9F);
    QCOMPARE(e4m3[0x08], 0x1p-6F);
    QCOMPARE(e4m3[0x38], 1.0F);
    QVERIFY(std::isnan(e4m3[0x7F]) && std::isnan(e4m3[0xFF]));
    const std::vector<float> e5m2 = fixedTable(NumberFormat::parse("float8e5m2"));
    QCOMPARE(largestEntry(e5m2), 57344.0F);
    QCOMPARE(e5m2[1], 0x1p-16F);
    QCOMPARE(e5m2[0x04], 0x1p-14F);
    QCOMPARE(e5m2[0xBC], -1.0F);
    QVERIFY(std::isnan(e5m2[0x7C]) && std::isnan(e5m2[0x7F]));
}

void TstValueTables::searchFindsTheNearest_data()
{
    QTest::addColumn<QString>("format");
    for (const char* format : {"float8e4m3", "float8e5m2", "nf4", "binary", "ternary"})
        QTest::newRow(format) << format;
}

void TstValueTables::searchFindsTheNearest()
{
    QFETCH(QString, format);
    const std::vector<float> table = fixedTable(NumberFormat::parse(format.toStdString()));
    const TableSearch search(table);
    std::vector<float> values{0.0F, -0.0F, 0.5F, -0.5F, 1e-30F, 1e6F, -1e6F};
    // The entries, the middles between any two, and what lies just beside them.
    for (const float a : table)
        for (const float b : table)
            if (std::isfinite(a) && std::isfinite(b) && std::abs(a - b) <= 0.3F * std::max(1.0F, std::abs(a)))
                for (const float middle : {(a + b) / 2, std::nextafter((a + b) / 2, 1e9F), std::nextafter((a + b) / 2, -1e9F)})
                    values.push_back(middle);
    for (const float value : values)
        QCOMPARE(int(search.codeOf(value)), obviousCode(table, value));
    QCOMPARE(table[search.codeOf(std::numeric_limits<float>::quiet_NaN())], table[search.codeOf(0)]);
}

void TstValueTables::valuesBeyondSaturate()
{
    const Range range{-448, 448};
    const Encoding encoding = makeEncoding(QuantSpec::parse("float8e4m3"), {&range, 1}, -1, false);
    QCOMPARE(encoding.scale, std::vector<float>{1});
    std::vector<float> values{1000, -1000, 448, 460, 3.3F, INFINITY, 0.001F};
    QCOMPARE(fakeQuantizeBlock(values, encoding, 0), std::int64_t(4));
    QCOMPARE(values, (std::vector<float>{448, -448, 448, 448, 3.25F, 448, 0x1p-9F}));
}

void TstValueTables::normalFloat()
{
    const std::vector<float> table = fixedTable(NumberFormat::parse("nf4"));
    QCOMPARE(table.size(), std::size_t(16));
    QCOMPARE(table[7], 0.0F);
    QVERIFY(std::is_sorted(table.begin(), table.end()));
}

QTEST_GUILESS_MAIN(TstValueTables)
#include "tst_value_tables.moc"
