// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/algorithms/hadamard_transform.h"

#include <algorithm>
#include <cmath>
#include <map>

#include <QTest>

using namespace lathe;

/// Hadamard matrices: rows of one magnitude, at right angles to one another.
class TstHadamardTransform : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void isARotation_data();
    void isARotation();
    void turnsEachVectorAlike();
    void findsTheLargestOrder();
};

namespace {

/// Column `index` of the matrix.
std::vector<double> columnOf(const HadamardTransform& transform, std::size_t index)
{
    std::vector<double> unit(static_cast<std::size_t>(transform.order()), 0.0);
    unit[index] = 1;
    transform.apply(unit);
    return unit;
}

} // namespace

void TstHadamardTransform::isARotation_data()
{
    QTest::addColumn<int>("order");
    for (const int order : {1, 2, 4, 8, 12, 16, 20, 24, 40, 44, 48, 64, 80, 96, 160})
        QTest::addRow("%d", order) << order;
}

void TstHadamardTransform::isARotation()
{
    QFETCH(int, order);
    QCOMPARE(hadamardOrder(order), std::int64_t{order});
    const HadamardTransform transform(order);
    std::vector<std::vector<double>> columns;
    for (int i = 0; i < order; ++i)
        columns.push_back(columnOf(transform, static_cast<std::size_t>(i)));
    for (const auto& a : columns)
        for (const auto& b : columns) {
            double product = 0;
            for (std::size_t k = 0; k < a.size(); ++k)
                product += a[k] * b[k];
            QVERIFY(std::abs(product - (&a == &b ? 1 : 0)) < 1e-12);
        }
    for (const auto& column : columns)
        for (const double entry : column)
            QVERIFY(std::abs(std::abs(entry) * std::sqrt(order) - 1) < 1e-12);
}

void TstHadamardTransform::turnsEachVectorAlike()
{
    const HadamardTransform transform(12);
    std::vector<double> two(24, 0.0);
    two[3] = two[15] = 1;
    transform.apply(two);
    const std::vector<double> one = columnOf(transform, 3);
    QVERIFY(std::equal(one.begin(), one.end(), two.begin()));
    QVERIFY(std::equal(one.begin(), one.end(), two.begin() + 12));
}

void TstHadamardTransform::findsTheLargestOrder()
{
    const std::map<std::int64_t, std::int64_t> expected = {
        {3, 1}, {6, 2}, {10, 2}, {28, 4}, {36, 12}, {56, 8}, {72, 72}, {320, 320}, {1280, 1280}, {52, 4}};
    for (const auto& [size, order] : expected)
        QCOMPARE(hadamardOrder(size), order);
}

QTEST_APPLESS_MAIN(TstHadamardTransform)
#include "tst_hadamard_transform.moc"
