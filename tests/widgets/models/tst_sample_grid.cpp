// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/models/sample_grid.h"

#include <QTest>

namespace lathe {
namespace {

SampleRecord classified(const char* id, std::int64_t label, std::int64_t before, std::int64_t after)
{
    SampleRecord record;
    record.id = id;
    record.label = label;
    record.floatClass = before;
    record.quantizedClass = after;
    record.scores["top1"] = {before == label, after == label};
    return record;
}

SampleRecord scored(const char* id, double before, double after)
{
    SampleRecord record;
    record.id = id;
    record.scores["iou"] = {before, after};
    return record;
}

QStringList texts(const Grid& grid, std::size_t column)
{
    QStringList list;
    for (const Grid::Row& row : grid.rows)
        list.append(row.cells.at(column).text);
    return list;
}

}

class TstSampleGrid : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void changedClassesComeFirst()
    {
        EvaluationRun run;
        run.samples = {classified("a", 1, 1, 1), classified("b", 2, 2, 3), classified("c", 4, 5, 4)};
        std::optional<std::int64_t> changed;
        const auto grid = sampleGrid(run, changed);
        QCOMPARE(changed, 2);
        QCOMPARE(grid->columns.size(), std::size_t(5));
        QCOMPARE(texts(*grid, 0), QStringList({"b", "c", "a"}));
        QCOMPARE(texts(*grid, 3), QStringList({"3", "4", "1"}));
        QCOMPARE(texts(*grid, 4), QStringList({"became wrong", "became right", ""}));
    }

    void withoutClassesTheWorstLossComesFirst()
    {
        EvaluationRun run;
        run.samples = {scored("a", 0.5, 0.4), scored("b", 0.2, 0.9), scored("c", 0.75, 0.25)};
        std::optional<std::int64_t> changed;
        const auto grid = sampleGrid(run, changed);
        QVERIFY(!changed);
        QCOMPARE(grid->columns.size(), std::size_t(3));
        QCOMPARE(texts(*grid, 0), QStringList({"c", "a", "b"}));
        QCOMPARE(texts(*grid, 2), QStringList({"0.250", "0.400", "0.900"}));
    }
};

}

QTEST_GUILESS_MAIN(lathe::TstSampleGrid)
#include "tst_sample_grid.moc"
