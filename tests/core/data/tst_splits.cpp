// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/splits.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

using namespace lathe;

namespace {

using Indices = std::vector<std::int64_t>;

Indices firstOf(std::int64_t size)
{
    Indices all(static_cast<std::size_t>(size));
    std::iota(all.begin(), all.end(), 0);
    return all;
}

/// Classes 0, 1, 2 ... with so many samples each, one class after the other.
Indices classesOf(const std::vector<int>& counts)
{
    Indices classes;
    for (std::size_t c = 0; c < counts.size(); ++c)
        classes.insert(classes.end(), static_cast<std::size_t>(counts[c]), static_cast<std::int64_t>(c));
    return classes;
}

Labels labelsOf(const Indices& classes)
{
    Labels labels;
    labels.classes = classes;
    labels.labelled.assign(classes.size(), true);
    return labels;
}

}

class TstSplits : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyClassHasItsShare();
    void sizes();
    void seeded();
    void filesThatNameNoneHoldOut();
    void masksAreHeldOut();
};

void TstSplits::everyClassHasItsShare()
{
    const std::vector<int> counts{80, 240, 8, 3, 69};
    const Indices classes = classesOf(counts);
    const auto size = static_cast<std::int64_t>(classes.size());
    const Indices held = holdOut(firstOf(size), classes, 1);
    QCOMPARE(held.size(), std::size_t{50});
    QVERIFY(std::is_sorted(held.begin(), held.end()));
    QCOMPARE(std::set<std::int64_t>(held.begin(), held.end()).size(), held.size());
    std::map<std::int64_t, int> perClass;
    for (const std::int64_t index : held)
        ++perClass[classes[static_cast<std::size_t>(index)]];
    for (std::size_t c = 0; c < counts.size(); ++c)
        QVERIFY(std::abs(perClass[static_cast<std::int64_t>(c)] - counts[c] / 8.0) <= 1);
}

void TstSplits::sizes()
{
    QVERIFY(holdOut({}, {}, 0).empty());
    QVERIFY(holdOut({7}, {}, 0).empty());
    QCOMPARE(holdOut({3, 7}, {}, 0).size(), std::size_t{1});
    for (std::int64_t size = 40; size < 300; ++size) {
        const double share =
            static_cast<double>(holdOut(firstOf(size), {}, 0).size()) / static_cast<double>(size);
        QVERIFY(share >= 0.1 && share <= 0.15);
    }
}

void TstSplits::seeded()
{
    const Indices all = firstOf(400);
    QCOMPARE(holdOut(all, {}, 5), holdOut(all, {}, 5));
    QVERIFY(holdOut(all, {}, 5) != holdOut(all, {}, 6));
}

void TstSplits::filesThatNameNoneHoldOut()
{
    const Labels labels = labelsOf(classesOf({100, 60, 40}));
    const Splits splits = selectSplits(Json::object(), 200, labels, 3, "d.json");
    QCOMPARE(splits.validation, holdOut(firstOf(200), labels.classes, 3));
    QCOMPARE(splits.calibration.size(), std::size_t{175});
    Indices both = splits.validation;
    both.insert(both.end(), splits.calibration.begin(), splits.calibration.end());
    std::sort(both.begin(), both.end());
    QCOMPARE(both, firstOf(200));
    // A large set calibrates on a part.
    QCOMPARE(selectSplits(Json::object(), 8000, labelsOf(classesOf({8000})), 3, "d.json").calibration.size(),
             std::size_t{512});
    // What a file names is taken as before.
    const Splits named = selectSplits({{"calibration", {{"range", {0, 50}}}}}, 200, labels, 3, "d.json");
    QCOMPARE(named.validation.size(), std::size_t{150});
}

/// Pictures without a mask cannot be scored, and calibrate.
void TstSplits::masksAreHeldOut()
{
    Labels labels;
    labels.masks = "masks";
    for (int i = 0; i < 80; ++i)
        labels.labelled.push_back(i % 2 == 0);
    const Splits splits = selectSplits(Json::object(), 80, labels, 0, "d.json");
    QCOMPARE(splits.validation.size(), std::size_t{5});
    for (const std::int64_t index : splits.validation)
        QVERIFY(index % 2 == 0);
    QCOMPARE(splits.calibration.size(), std::size_t{75});
}

QTEST_GUILESS_MAIN(TstSplits)
#include "tst_splits.moc"
