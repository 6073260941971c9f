// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/sensitivity_figures.h"

#include <QTest>
#include <cmath>

using namespace lathe;

class TstSensitivityFigures : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    /// Worked by hand: 0.5 ln(0.5 / 0.25) + 0.5 ln(0.5 / 0.75).
    void divergesByHand()
    {
        const Tensor p = Tensor::of<float>({2}, {0.5F, 0.5F}), q = Tensor::of<float>({2}, {0.25F, 0.75F});
        QVERIFY(std::fabs(klDivergence(p, q) - 0.5 * std::log(4.0 / 3.0)) < 1e-9);
        QCOMPARE(klDivergence(p, p), 0.0);
        const Tensor logits = Tensor::of<float>({2}, {100, 100 + std::log(3.0F)});
        QVERIFY(std::fabs(klDivergence(logits, q)) < 1e-6);
    }

    void sumsSamplesBeforeItTakesTheLogarithm()
    {
        const std::vector<CellScore> scores{{{{100, 1}}, 0.5, 1, 1, 1}, {{{0, 99}}, 1.5, 0, 1, 0}};
        SensitivityCell cell;
        Bootstrap bootstrap(1);
        fillFigures(cell, scores, metrics().get("agreement", "metric"), bootstrap);
        QCOMPARE(cell.sqnrDb, 0.0);
        QCOMPARE(cell.divergence, 1.0);
        QCOMPARE(cell.agreement, 0.5);
        QCOMPARE(cell.loss, 0.5);
        QCOMPARE(cell.samples, std::int64_t{2});
    }

    /// Two layers that differ on every sample are told apart, two that do not share a group.
    void groupsWhatCannotBeToldApart()
    {
        std::vector<SensitivityCell> cells(3);
        std::vector<std::vector<CellScore>> scores(3);
        for (int i = 0; i < 30; ++i) {
            scores[0].push_back({{{100, 1.0 + i % 2}}, 0, 1, 1, 1});
            scores[1].push_back({{{100, 1.0 + (i + 1) % 2}}, 0, 1, 1, 1});
            scores[2].push_back({{{100, 10.0 + i % 2}}, 0, 1, 1, 1});
        }
        Bootstrap bootstrap(7);
        for (std::size_t i = 0; i < 3; ++i)
            fillFigures(cells[i], scores[i], metrics().get("agreement", "metric"), bootstrap);
        groupCells(cells, scores, bootstrap);
        QCOMPARE(cells[2].group, 0);
        QCOMPARE(cells[0].group, 1);
        QCOMPARE(cells[1].group, 1);
    }
};

QTEST_GUILESS_MAIN(TstSensitivityFigures)
#include "tst_sensitivity_figures.moc"
