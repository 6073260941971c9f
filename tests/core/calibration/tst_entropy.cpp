// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>
#include <cmath>

#include "core/calibration/calibrator.h"
#include "tests/core/calibration/distributions.h"

using namespace lathe;
using namespace lathe::test;

namespace {

/// The method once more on raw values, written from its description: 4096 equal bins over plus-minus the largest
/// magnitude, the divergence of every eighth threshold.
double divergenceOf(const std::vector<float>& values, const QuantSpec& spec, int keptBins) {
    float limit = 0, low = 0, high = 0;
    for (const float value : values) {
        limit = std::max(limit, std::abs(value));
        low = std::min(low, value);
        high = std::max(high, value);
    }
    std::vector<double> counts(4096, 0.0);
    for (const float value : values)
        if (value != 0) counts[std::min<std::size_t>(4095, std::size_t((double(value) / limit + 1) * 2048))] += 1;
    const float threshold = limit * float(keptBins) / 2048;
    const Range window{std::max(-threshold, low), std::min(threshold, high)};
    const Encoding encoding = makeEncoding(spec, {&window, 1}, -1, false);
    std::map<int, double> massOf;
    std::map<int, int> occupiedOf;
    const auto codeOf = [&](int bin) {
        const float center = float((bin + 0.5 - 2048) * double(limit) / 2048);
        return quantizeOne(center, encoding.scale[0], encoding.zeroPoint[0], encoding.minimumCode, encoding.maximumCode);
    };
    double inside = 0, total = 0;
    std::vector<double> reference(4096, 0.0);
    for (int bin = 0; bin < 4096; ++bin) {
        const double count = counts[std::size_t(bin)];
        total += count;
        reference[std::size_t(std::clamp(bin, 2048 - keptBins, 2047 + keptBins))] += count;
        if (bin < 2048 - keptBins || bin > 2047 + keptBins || count == 0) continue;
        inside += count;
        massOf[codeOf(bin)] += count;
        ++occupiedOf[codeOf(bin)];
    }
    double sum = 0;
    for (int bin = 0; bin < 4096; ++bin) {
        if (reference[std::size_t(bin)] == 0) continue;
        const double p = reference[std::size_t(bin)] / total;
        const double q = counts[std::size_t(bin)] == 0 ? 0 : massOf[codeOf(bin)] / occupiedOf[codeOf(bin)] / inside;
        sum += p * std::log(p / std::max(q, 1e-12));
    }
    return sum;
}

}  // namespace

class TstEntropy : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void findsTheLeastDivergence_data();
    void findsTheLeastDivergence();
    void clipsOutliers();
    void sixteenBitsKeepEverything();
};

void TstEntropy::findsTheLeastDivergence_data() {
    QTest::addColumn<QString>("kind");
    QTest::addColumn<QString>("spec");
    for (const char* kind : {"normal", "relu", "outliers"})
        for (const char* spec : {"int8", "uint8", "int4"}) QTest::addRow("%s %s", kind, spec) << kind << spec;
}

void TstEntropy::findsTheLeastDivergence() {
    QFETCH(QString, kind);
    QFETCH(QString, spec);
    const QuantSpec parsed = QuantSpec::parse(spec.toStdString());
    const std::vector<float> values = distribution(kind.toStdString(), 120000);
    const TensorStatistics statistics = statisticsOf(values);
    const Range range = chooseRange(MethodChoice::parse("entropy"), statistics, parsed);
    const double limit = std::max(-statistics.moments.minimum, statistics.moments.maximum);
    const int kept = static_cast<int>(std::lround(std::max(-range.low, range.high) / limit * 2048));
    double best = INFINITY;
    const int first = std::max(8, (1 << parsed.format.bits) / 2);
    for (int bins = 2048; bins >= first; bins -= 8) best = std::min(best, divergenceOf(values, parsed, bins));
    // The histogram spreads its bins over the equal ones, which shifts divergences a little.
    const double found = divergenceOf(values, parsed, kept);
    QVERIFY2(found <= 1.25 * best + 1e-3, qPrintable(QString("%1 %2 at %3").arg(found).arg(best).arg(kept)));
}

void TstEntropy::clipsOutliers() {
    std::vector<float> values = distribution("normal", 200000);
    values[0] = 1000;
    const Range range = chooseRange(MethodChoice::parse("entropy"), statisticsOf(values), QuantSpec::parse("int8"));
    QVERIFY2(range.high < 500, qPrintable(QString::number(range.high)));
    QVERIFY(range.low >= -6 && range.low < -2);
}

void TstEntropy::sixteenBitsKeepEverything() {
    const TensorStatistics statistics = statisticsOf(distribution("outliers", 10000));
    const Range range = chooseRange(MethodChoice::parse("entropy"), statistics, QuantSpec::parse("int16"));
    QCOMPARE(range.low, statistics.moments.minimum);
    QCOMPARE(range.high, statistics.moments.maximum);
}

QTEST_GUILESS_MAIN(TstEntropy)
#include "tst_entropy.moc"
