// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>
#include <cmath>

#include "core/calibration/calibrator.h"
#include "tests/core/calibration/distributions.h"

using namespace lathe;
using namespace lathe::test;

namespace {

/// 4096 equal bins over plus-minus the largest magnitude, zeros left out.
std::vector<double> equalBins(const std::vector<float>& values, float limit)
{
    std::vector<double> counts(4096, 0.0);
    for (const float value : values)
        if (value != 0)
            counts[std::min<std::size_t>(4095, std::size_t((double(value) / limit + 1) * 2048))] += 1;
    return counts;
}

/// The method once more, written from its description: the divergence of one threshold.
double divergenceOf(const std::vector<double>& counts, const Range& full, const QuantSpec& spec, int keptBins)
{
    const float low = full.low, high = full.high;
    const float limit = std::max(-low, high);
    const float threshold = limit * float(keptBins) / 2048;
    const Range window{std::max(-threshold, low), std::min(threshold, high)};
    const Encoding encoding = makeEncoding(spec, {&window, 1}, -1, false);
    std::map<int, double> massOf;
    std::map<int, int> occupiedOf;
    const auto codeOf = [&](int bin) {
        const float center = float((bin + 0.5 - 2048) * double(limit) / 2048);
        return quantizeOne(center, encoding.scale[0], encoding.zeroPoint[0], encoding.minimumCode,
                           encoding.maximumCode);
    };
    double inside = 0, total = 0;
    std::vector<double> reference(4096, 0.0);
    for (int bin = 0; bin < 4096; ++bin) {
        const double count = counts[std::size_t(bin)];
        total += count;
        reference[std::size_t(std::clamp(bin, 2048 - keptBins, 2047 + keptBins))] += count;
        if (bin < 2048 - keptBins || bin > 2047 + keptBins || count == 0)
            continue;
        inside += count;
        massOf[codeOf(bin)] += count;
        ++occupiedOf[codeOf(bin)];
    }
    double sum = 0;
    for (int bin = 0; bin < 4096; ++bin) {
        if (reference[std::size_t(bin)] == 0)
            continue;
        const double p = reference[std::size_t(bin)] / total;
        const double q =
            counts[std::size_t(bin)] == 0 ? 0 : massOf[codeOf(bin)] / occupiedOf[codeOf(bin)] / inside;
        sum += p * std::log(p / std::max(q, 1e-12));
    }
    return sum;
}

} // namespace

class TstEntropy : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void findsTheLeastDivergence_data();
    void findsTheLeastDivergence();
    void clipsOutliers();
    void sixteenBitsKeepEverything();
    void fewValuesKeepEverything();
};

void TstEntropy::findsTheLeastDivergence_data()
{
    QTest::addColumn<QString>("kind");
    QTest::addColumn<QString>("spec");
    for (const char* kind : {"normal", "relu", "outliers"})
        for (const char* spec : {"int8", "uint8", "int4"})
            QTest::addRow("%s %s", kind, spec) << kind << spec;
}

void TstEntropy::findsTheLeastDivergence()
{
    QFETCH(QString, kind);
    QFETCH(QString, spec);
    const QuantSpec parsed = QuantSpec::parse(spec.toStdString());
    const std::vector<float> values = distribution(kind.toStdString(), 100000);
    std::vector<float> nonZero = values;
    std::erase(nonZero, 0.0F);
    const TensorStatistics statistics = statisticsOf(values);
    const Range full{statistics.moments.minimum, statistics.moments.maximum};
    const float limit = std::max(-full.low, full.high);
    const Range range = chooseRange(MethodChoice::parse("entropy"), statistics, parsed);
    const int kept = static_cast<int>(std::lround(std::max(-range.low, range.high) / limit * 2048));

    const auto leastOf = [&](const std::vector<double>& counts) {
        double best = INFINITY;
        for (int bins = 2048; bins >= std::max(8, (1 << parsed.format.bits) / 2); bins -= 8)
            best = std::min(best, divergenceOf(counts, full, parsed, bins));
        return best;
    };
    const std::vector<double> seen = statisticsOf(nonZero).histogram.rebin(-limit, limit, 4096);
    const double found = divergenceOf(seen, full, parsed, kept);
    QVERIFY2(found <= leastOf(seen) * (1 + 1e-9), qPrintable(QString("%1 at %2").arg(found).arg(kept)));

    // On the values themselves; where few of them stand alone, spreading their bins changes divergences too
    // much.
    if (kind == "outliers")
        return;
    const std::vector<double> exact = equalBins(values, limit);
    QVERIFY(divergenceOf(exact, full, parsed, kept) <= 1.4 * leastOf(exact) + 1e-3);
}

void TstEntropy::clipsOutliers()
{
    std::vector<float> values = distribution("normal", 200000);
    values[0] = 1000;
    const Range range =
        chooseRange(MethodChoice::parse("entropy"), statisticsOf(values), QuantSpec::parse("int8"));
    QVERIFY2(range.high < 500, qPrintable(QString::number(range.high)));
    QVERIFY(range.low >= -6 && range.low < -2);
}

void TstEntropy::sixteenBitsKeepEverything()
{
    const TensorStatistics statistics = statisticsOf(distribution("outliers", 10000));
    const Range range = chooseRange(MethodChoice::parse("entropy"), statistics, QuantSpec::parse("int16"));
    QCOMPARE(range.low, statistics.moments.minimum);
    QCOMPARE(range.high, statistics.moments.maximum);
}

void TstEntropy::fewValuesKeepEverything()
{
    std::vector<float> values = distribution("normal", 4095);
    values[7] = 900;
    const QuantSpec spec = QuantSpec::parse("int8");
    QCOMPARE(chooseRange(MethodChoice::parse("entropy"), statisticsOf(values), spec).high, 900.0F);
    values.push_back(0.5F);
    QVERIFY(chooseRange(MethodChoice::parse("entropy"), statisticsOf(values), spec).high < 900);
}

QTEST_GUILESS_MAIN(TstEntropy)
#include "tst_entropy.moc"
