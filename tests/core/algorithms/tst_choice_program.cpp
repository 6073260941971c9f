// SPDX-License-Identifier: GPL-3.0-or-later
// The integer program against trying every combination.
#include "core/algorithms/choice_program.h"

#include <QTest>
#include <cmath>
#include <random>

#include "tests/support/expect_error.h"

using namespace lathe;

namespace {

struct Best
{
    bool found = false;
    double loss = 0;
};

void tryAll(const std::vector<Item>& items, const std::vector<double>& limits, std::size_t at, double loss,
            std::vector<double>& costs, Best& best)
{
    if (at == items.size()) {
        for (std::size_t i = 0; i < limits.size(); ++i)
            if (costs[i] > limits[i])
                return;
        if (!best.found || loss < best.loss)
            best = {true, loss};
        return;
    }
    for (const ItemChoice& choice : items[at]) {
        for (std::size_t i = 0; i < limits.size(); ++i)
            costs[i] += choice.costs[i];
        tryAll(items, limits, at + 1, loss + choice.loss, costs, best);
        for (std::size_t i = 0; i < limits.size(); ++i)
            costs[i] -= choice.costs[i];
    }
}

/// Choices of growing cost and falling loss over several orders of magnitude, as bit-widths have.
std::vector<Item> randomItems(std::mt19937& random, std::size_t count, std::size_t limits)
{
    std::vector<Item> items(count);
    for (Item& item : items) {
        const double weight = 1 + static_cast<double>(random() % 1000);
        const double noise = std::pow(10.0, -static_cast<double>(random() % 400) / 100);
        for (const int bits : {2, 3, 4, 8}) {
            ItemChoice choice{noise * std::pow(4.0, -bits), {}};
            for (std::size_t i = 0; i < limits; ++i)
                choice.costs.push_back(weight * bits * (i == 0 ? 1 : 1 + static_cast<double>(random() % 3)));
            item.push_back(choice);
        }
    }
    return items;
}

}

class TstChoiceProgram : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void findsTheLeastLoss_data()
    {
        QTest::addColumn<int>("limits");
        QTest::newRow("one limit") << 1;
        QTest::newRow("two limits") << 2;
    }

    void findsTheLeastLoss()
    {
        QFETCH(int, limits);
        std::mt19937 random(5);
        for (int round = 0; round < 30; ++round) {
            const auto items = randomItems(random, 6, static_cast<std::size_t>(limits));
            std::vector<double> allowed(static_cast<std::size_t>(limits), 0);
            for (const Item& item : items)
                for (std::size_t i = 0; i < allowed.size(); ++i)
                    allowed[i] += item[static_cast<std::size_t>(round) % 4].costs[i] * 1.01;
            const auto choice = chooseLeastLoss(items, allowed, Control());
            Best best;
            std::vector<double> costs(allowed.size(), 0);
            tryAll(items, allowed, 0, 0, costs, best);
            QCOMPARE(choice.has_value(), best.found);
            double loss = 0;
            for (std::size_t i = 0; i < items.size() && choice; ++i)
                loss += items[i][(*choice)[i]].loss;
            // The solver may end within 0.01 % of the optimum, counted in the scale of the largest loss.
            QVERIFY2(loss <= best.loss * 1.0002 + 1e-9, QByteArray::number(loss / best.loss).constData());
        }
    }

    void knowsWhatDoesNotFit()
    {
        const std::vector<Item> items{{{1, {10}}, {0, {20}}}};
        QVERIFY(!chooseLeastLoss(items, {9}, Control()));
        QVERIFY(!chooseLeastLoss(items, {0}, Control()));
        QCOMPARE(chooseLeastLoss(items, {19}, Control()), (std::vector<std::size_t>{0}));
        QCOMPARE(chooseLeastLoss(items, {20}, Control()), (std::vector<std::size_t>{1}));
        QCOMPARE(chooseLeastLoss({}, {1}, Control()), std::vector<std::size_t>{});
    }

    void takesTheBestWithoutLimits()
    {
        QCOMPARE(chooseLeastLoss({{{3, {}}, {1, {}}, {2, {}}}}, {}, Control()),
                 (std::vector<std::size_t>{1}));
    }

    /// A loss of a millionth of the total is not left standing where avoiding it is free.
    void leavesNoFreeLossStanding()
    {
        const std::vector<Item> items{{{1, {1}}, {0.5, {2}}}, {{1e-6, {1}}, {1e-9, {1}}, {1e-9, {1}}}};
        QCOMPARE(chooseLeastLoss(items, {2}, Control()), (std::vector<std::size_t>{0, 1}));
    }

    void solvesManyLayers()
    {
        std::mt19937 random(11);
        const auto items = randomItems(random, 300, 1);
        double four = 0;
        for (const Item& item : items)
            four += item[2].costs[0];
        const auto choice = chooseLeastLoss(items, {four}, Control());
        QVERIFY(choice.has_value());
        double loss = 0, uniform = 0;
        for (std::size_t i = 0; i < items.size(); ++i) {
            loss += items[i][(*choice)[i]].loss;
            uniform += items[i][2].loss;
        }
        QVERIFY(loss < uniform);
        QCOMPARE(chooseLeastLoss(items, {four}, Control()), choice);
    }

    void stops()
    {
        std::stop_source source;
        source.request_stop();
        LATHE_EXPECT_ERROR(stopped, chooseLeastLoss({{{1, {}}}}, {}, Control(source.get_token())));
    }
};

QTEST_GUILESS_MAIN(TstChoiceProgram)
#include "tst_choice_program.moc"
