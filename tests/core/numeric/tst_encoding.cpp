// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/numeric/encoding.h"

#include <QTest>
#include <cmath>
#include <limits>

using namespace lathe;

namespace {

Encoding encodingOf(const char* spec, Range range, bool narrow = false)
{
    return makeEncoding(QuantSpec::parse(spec), std::vector<Range>{range}, -1, narrow);
}

} // namespace

class TstEncoding : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void grids_data();
    void grids();
    void degenerateRangesStayFinite_data();
    void degenerateRangesStayFinite();
    void channelsAreIndependent();
    void halfFormatsHaveNoGrid();
    void refusesWhatDoesNotFit();
    void zeroIsAlwaysExact();
    void digestSeesEveryField();
};

void TstEncoding::grids_data()
{
    QTest::addColumn<QString>("spec");
    QTest::addColumn<float>("low");
    QTest::addColumn<float>("high");
    QTest::addColumn<bool>("narrow");
    QTest::addColumn<float>("scale");
    QTest::addColumn<int>("zeroPoint");
    QTest::addColumn<int>("minimumCode");
    QTest::newRow("positive") << "uint8" << 0.0F << 255.0F << false << 1.0F << 0 << 0;
    QTest::newRow("widened to zero") << "uint8" << 51.0F << 255.0F << false << 1.0F << 0 << 0;
    QTest::newRow("negative") << "uint8" << -255.0F << -3.0F << false << 1.0F << 255 << 0;
    QTest::newRow("both") << "uint8" << -64.0F << 191.0F << false << 1.0F << 64 << 0;
    QTest::newRow("zero-point rounds half to even") << "uint2" << -1.5F << 1.5F << false << 1.0F << 2 << 0;
    QTest::newRow("signed asymmetric")
        << "int8:asymmetric" << -1.0F << 254.0F << false << 1.0F << -127 << -128;
    QTest::newRow("symmetric") << "int8" << -254.0F << 100.0F << false << 2.0F << 0 << -128;
    QTest::newRow("symmetric narrow") << "int8" << -254.0F << 100.0F << true << 2.0F << 0 << -127;
    QTest::newRow("asymmetric ignores narrow")
        << "int8:asymmetric" << 0.0F << 255.0F << true << 1.0F << -128 << -128;
    QTest::newRow("unsigned symmetric") << "uint8:symmetric" << -127.0F << 5.0F << false << 1.0F << 128 << 0;
    QTest::newRow("two bits") << "int2" << -3.0F << 3.0F << false << 3.0F << 0 << -2;
    QTest::newRow("sixteen bits") << "uint16" << 0.0F << 65535.0F << false << 1.0F << 0 << 0;
}

void TstEncoding::grids()
{
    QFETCH(QString, spec);
    QFETCH(float, low);
    QFETCH(float, high);
    QFETCH(bool, narrow);
    QFETCH(float, scale);
    QFETCH(int, zeroPoint);
    QFETCH(int, minimumCode);
    const Encoding encoding = encodingOf(spec.toUtf8().constData(), {low, high}, narrow);
    QCOMPARE(encoding.scale, std::vector<float>{scale});
    QCOMPARE(encoding.zeroPoint, std::vector<std::int32_t>{zeroPoint});
    QCOMPARE(encoding.minimumCode, minimumCode);
    QCOMPARE(encoding.maximumCode, encoding.format.maximumCode());
    QCOMPARE(encoding.axis, -1);
    QCOMPARE(encoding.lowestReal(), static_cast<float>(minimumCode - zeroPoint) * scale);
    QCOMPARE(encoding.highestReal(), static_cast<float>(encoding.maximumCode - zeroPoint) * scale);
}

void TstEncoding::degenerateRangesStayFinite_data()
{
    QTest::addColumn<float>("low");
    QTest::addColumn<float>("high");
    constexpr float largest = std::numeric_limits<float>::max();
    constexpr float infinity = std::numeric_limits<float>::infinity();
    QTest::newRow("empty") << 0.0F << 0.0F;
    QTest::newRow("denormal") << 0.0F << std::numeric_limits<float>::denorm_min();
    QTest::newRow("tiny") << -1e-37F << 1e-37F;
    QTest::newRow("huge") << -largest << largest;
    QTest::newRow("infinite") << -infinity << infinity;
    QTest::newRow("nan") << std::numeric_limits<float>::quiet_NaN()
                         << std::numeric_limits<float>::quiet_NaN();
    QTest::newRow("reversed") << 3.0F << -3.0F;
}

void TstEncoding::degenerateRangesStayFinite()
{
    QFETCH(float, low);
    QFETCH(float, high);
    for (const char* spec :
         {"int2", "uint2", "int8", "uint8", "uint8:symmetric", "int16:asymmetric", "uint16"}) {
        const Encoding encoding = encodingOf(spec, {low, high});
        const float scale = encoding.scale[0];
        QVERIFY2(std::isnormal(scale) && scale > 0, spec);
        QVERIFY2(std::isnormal(scale * smallestScale) || scale * smallestScale > 1, spec);
        QVERIFY(encoding.zeroPoint[0] >= encoding.minimumCode &&
                encoding.zeroPoint[0] <= encoding.maximumCode);
    }
}

void TstEncoding::channelsAreIndependent()
{
    const std::vector<Range> ranges{{-1, 1}, {-254, 127}, {0, 0}};
    const Encoding encoding = makeEncoding(QuantSpec::parse("int8:channel"), ranges, 1, false);
    QCOMPARE(encoding.axis, 1);
    QCOMPARE(encoding.channels(), std::size_t{3});
    for (std::size_t i = 0; i < ranges.size(); ++i)
        QCOMPARE(encoding.scale[i], encodingOf("int8", ranges[i]).scale[0]);
}

void TstEncoding::halfFormatsHaveNoGrid()
{
    for (const char* spec : {"float16", "bfloat16"}) {
        const Encoding encoding = encodingOf(spec, {-1, 1});
        QVERIFY(encoding.scale.empty());
        QVERIFY(encoding.zeroPoint.empty());
    }
}

void TstEncoding::refusesWhatDoesNotFit()
{
    QVERIFY_EXCEPTION_THROWN(encodingOf("float32", {-1, 1}), Error);
    QVERIFY_EXCEPTION_THROWN(makeEncoding(QuantSpec::parse("int8"), {}, -1, false), Error);
    const std::vector<Range> two{{-1, 1}, {-1, 1}};
    QVERIFY_EXCEPTION_THROWN(makeEncoding(QuantSpec::parse("int8"), two, -1, false), Error);
}

void TstEncoding::zeroIsAlwaysExact()
{
    for (int i = 0; i < 2000; ++i) {
        const Range range{-0.013F * static_cast<float>(i % 71), 0.17F * static_cast<float>(i % 37)};
        for (const char* spec : {"uint3", "int4:asymmetric", "uint8", "int8"}) {
            const Encoding e = encodingOf(spec, range);
            const std::int32_t code =
                quantizeOne(0, e.scale[0], e.zeroPoint[0], e.minimumCode, e.maximumCode);
            QCOMPARE(code, e.zeroPoint[0]);
        }
    }
}

void TstEncoding::digestSeesEveryField()
{
    const Encoding base =
        makeEncoding(QuantSpec::parse("int8:channel"), std::vector<Range>{{-1, 1}, {-2, 2}}, 0, false);
    std::vector<Encoding> variants(6, base);
    variants[1].scale[1] *= 2;
    variants[2].zeroPoint[0] = 1;
    variants[3].axis = 1;
    variants[4].minimumCode = -127;
    variants[5].format = NumberFormat::parse("int7");
    std::vector<std::string> digests;
    for (const Encoding& variant : variants) {
        Hasher hasher;
        variant.feed(hasher);
        const std::string digest = hasher.finish().hex();
        QVERIFY(std::find(digests.begin(), digests.end(), digest) == digests.end());
        digests.push_back(digest);
    }
}

QTEST_GUILESS_MAIN(TstEncoding)
#include "tst_encoding.moc"
