// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>
#include <cmath>

#include "core/calibration/calibrator.h"
#include "tests/core/calibration/distributions.h"

using namespace lathe;
using namespace lathe::test;

namespace {

/// The smallest error over a dense grid of ranges, on the values themselves.
double bruteForce(const std::vector<float>& values, const QuantSpec& spec)
{
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    double best = INFINITY;
    constexpr int steps = 60;
    const bool oneSided = spec.symmetric || *low >= 0 || *high <= 0;
    for (int a = 1; a <= steps; ++a)
        for (int b = oneSided ? a : 1; b <= (oneSided ? a : steps); ++b) {
            Range range{*low * float(a) / steps, *high * float(b) / steps};
            if (spec.symmetric)
                range.high = std::max(-*low, *high) * float(b) / steps, range.low = -range.high;
            best = std::min(best, obviousMse(values, makeEncoding(spec, {&range, 1}, -1, false)));
        }
    return best;
}

double errorOf(const std::vector<float>& values, const QuantSpec& spec, const Range& range)
{
    return obviousMse(values, makeEncoding(spec, {&range, 1}, -1, false));
}

} // namespace

class TstMse : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void asGoodAsBruteForce_data();
    void asGoodAsBruteForce();
    void neverWorseThanMinMax();
};

void TstMse::asGoodAsBruteForce_data()
{
    QTest::addColumn<QString>("kind");
    QTest::addColumn<QString>("spec");
    for (const char* kind : {"normal", "relu", "skewed", "outliers", "negative"})
        for (const char* spec : {"uint2", "int3", "uint4", "int4", "uint4:symmetric", "uint8", "int8"})
            QTest::addRow("%s %s", kind, spec) << kind << spec;
}

void TstMse::asGoodAsBruteForce()
{
    QFETCH(QString, kind);
    QFETCH(QString, spec);
    const QuantSpec parsed = QuantSpec::parse(spec.toStdString());
    const std::vector<float> values = distribution(kind.toStdString(), 3000);
    const double best = bruteForce(values, parsed);

    const Range fromHistogram = chooseRange(MethodChoice::parse("mse"), statisticsOf(values), parsed);
    QVERIFY2(errorOf(values, parsed, fromHistogram) <= 1.08 * best,
             qPrintable(QString("%1 %2").arg(errorOf(values, parsed, fromHistogram)).arg(best)));

    const Tensor weight = Tensor::of<float>(Shape{3000}, values);
    const Range exact = weightRanges(MethodChoice::parse("mse"), weight, -1, parsed)[0];
    QVERIFY2(errorOf(values, parsed, exact) <= 1.03 * best,
             qPrintable(QString("%1 %2").arg(errorOf(values, parsed, exact)).arg(best)));
}

void TstMse::neverWorseThanMinMax()
{
    for (const char* kind : {"normal", "relu", "outliers"}) {
        const std::vector<float> values = distribution(kind, 2000);
        const Tensor weight = Tensor::of<float>(Shape{4, 500}, values);
        const QuantSpec spec = QuantSpec::parse("int4:channel");
        const auto chosen = weightRanges(MethodChoice::parse("mse"), weight, 0, spec);
        const auto full = weightRanges(MethodChoice::parse("minmax"), weight, 0, spec);
        for (std::size_t c = 0; c < 4; ++c) {
            const std::vector<float> channel(values.begin() + std::ptrdiff_t(500 * c),
                                             values.begin() + std::ptrdiff_t(500 * c + 500));
            QVERIFY(errorOf(channel, QuantSpec::parse("int4"), chosen[c]) <=
                    errorOf(channel, QuantSpec::parse("int4"), full[c]) * (1 + 1e-9));
        }
    }
}

QTEST_GUILESS_MAIN(TstMse)
#include "tst_mse.moc"
