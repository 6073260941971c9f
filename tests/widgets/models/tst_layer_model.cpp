// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/models/layer_columns.h"
#include "widgets/models/layer_model.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>
#include <limits>

namespace lathe {
namespace {

std::shared_ptr<const LayerRows> rowsOf(std::initializer_list<std::pair<const char*, double>> entries)
{
    auto rows = std::make_shared<LayerRows>();
    for (const auto& [name, sqnr] : entries) {
        LayerRow row;
        row.id = row.name = QString::fromLatin1(name);
        row.op = QStringLiteral("Conv");
        row.hasWeights = true;
        row.weights = NumberFormat::parse("int8");
        row.activations = NumberFormat::parse("uint8");
        if (sqnr > 0)
            row.localSqnrDb = sqnr;
        row.sizeBytes = 1024;
        rows->push_back(row);
    }
    return rows;
}

const std::vector<LayerColumn> allColumns{
    LayerColumn::name,       LayerColumn::op,        LayerColumn::inputShape,      LayerColumn::outputShape,
    LayerColumn::parameters, LayerColumn::macs,      LayerColumn::weights,         LayerColumn::activations,
    LayerColumn::weightSqnr, LayerColumn::localSqnr, LayerColumn::accumulatedSqnr, LayerColumn::clipped,
    LayerColumn::size,       LayerColumn::lossPerKib, LayerColumn::problem};

QString cell(const QAbstractItemModel& model, int row, int column)
{
    return model.index(row, column).data().toString();
}

}

class TestLayerModel : public QObject
{
    Q_OBJECT
private slots:
    void keepsTheRulesOfModels();
    void everyColumnHasTitleAndExplanation();
    void sameLayersOnlyChangeData();
    void numbersAreWrittenAsNumbers();
    void sortsByValue();
    void filters();
    void editsAreAskedFor();
    void staleFiguresAreGrey();
};

void TestLayerModel::keepsTheRulesOfModels()
{
    LayerModel model(allColumns);
    LayerProxy proxy;
    proxy.setSourceModel(&model);
    const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    const QAbstractItemModelTester proxyTester(&proxy, QAbstractItemModelTester::FailureReportingMode::QtTest);
    model.setRows(rowsOf({{"a", 10}, {"b", 20}}));
    model.setRows(rowsOf({{"a", 12}, {"b", 20}}));
    model.setHovered(QStringLiteral("b"));
    model.setStale(true);
    proxy.sort(model.indexOf(LayerColumn::localSqnr), Qt::DescendingOrder);
    proxy.setFilter(LayerFilter::parse(QStringLiteral("sqnr<15")));
    QCOMPARE(proxy.rowCount(), 1);
    model.setRows(nullptr);
    QCOMPARE(model.rowCount(), 0);
}

void TestLayerModel::everyColumnHasTitleAndExplanation()
{
    LayerModel model(allColumns);
    QSet<QString> titles;
    for (int column = 0; column < model.columnCount(); ++column) {
        titles.insert(model.headerData(column, Qt::Horizontal, Qt::DisplayRole).toString());
        QVERIFY(model.headerData(column, Qt::Horizontal, Qt::ToolTipRole).toString().endsWith(QLatin1Char('.')));
    }
    QCOMPARE(titles.size(), model.columnCount());
}

void TestLayerModel::sameLayersOnlyChangeData()
{
    LayerModel model(allColumns);
    QSignalSpy resets(&model, &QAbstractItemModel::modelReset);
    QSignalSpy changes(&model, &QAbstractItemModel::dataChanged);
    model.setRows(rowsOf({{"a", 10}, {"b", 20}}));
    QCOMPARE(resets.size(), 1);
    model.setRows(rowsOf({{"a", 11}, {"b", 20}}));
    QCOMPARE(resets.size(), 1);
    QCOMPARE(changes.size(), 1);
    model.setRows(rowsOf({{"a", 11}, {"c", 20}}));
    QCOMPARE(resets.size(), 2);
}

void TestLayerModel::numbersAreWrittenAsNumbers()
{
    LayerModel model(allColumns);
    auto rows = std::make_shared<LayerRows>(*rowsOf({{"a", 38.14}}));
    rows->front().accumulatedSqnrDb = std::numeric_limits<double>::infinity();
    rows->front().clippedShare = 0.0031;
    model.setRows(rows);
    QCOMPARE(cell(model, 0, model.indexOf(LayerColumn::localSqnr)), QStringLiteral("38.1"));
    QCOMPARE(cell(model, 0, model.indexOf(LayerColumn::accumulatedSqnr)), QStringLiteral("exact"));
    QCOMPARE(cell(model, 0, model.indexOf(LayerColumn::weightSqnr)), QStringLiteral("–"));
    QCOMPARE(cell(model, 0, model.indexOf(LayerColumn::clipped)), QStringLiteral("0.31"));
    const auto alignment = model.index(0, model.indexOf(LayerColumn::localSqnr)).data(Qt::TextAlignmentRole).toInt();
    QVERIFY(alignment & Qt::AlignRight);
}

void TestLayerModel::sortsByValue()
{
    LayerModel model(allColumns);
    LayerProxy proxy;
    proxy.setSourceModel(&model);
    model.setRows(rowsOf({{"a", 9.5}, {"b", 100}, {"c", 20}, {"d", 0}}));
    const auto sorted = [&](Qt::SortOrder how) {
        proxy.sort(model.indexOf(LayerColumn::localSqnr), how);
        QString order;
        for (int row = 0; row < proxy.rowCount(); ++row)
            order.append(cell(proxy, row, 0));
        return order;
    };
    // What is not known comes last: the weakest layer and the strongest one are both on top when they are asked for.
    QCOMPARE(sorted(Qt::AscendingOrder), QStringLiteral("acbd"));
    QCOMPARE(sorted(Qt::DescendingOrder), QStringLiteral("bcad"));
}

void TestLayerModel::filters()
{
    LayerModel model(allColumns);
    LayerProxy proxy;
    proxy.setSourceModel(&model);
    model.setRows(rowsOf({{"stem", 9.5}, {"head", 100}}));
    proxy.setFilter(LayerFilter::parse(QStringLiteral("head")));
    QCOMPARE(proxy.rowCount(), 1);
    QCOMPARE(cell(proxy, 0, 0), QStringLiteral("head"));
}

void TestLayerModel::editsAreAskedFor()
{
    LayerModel model(allColumns);
    auto rows = std::make_shared<LayerRows>(*rowsOf({{"a", 10}, {"b", 10}}));
    rows->back().locked = true;
    model.setRows(rows);
    const int weights = model.indexOf(LayerColumn::weights);
    QSignalSpy asked(&model, &LayerModel::formatAsked);
    QVERIFY(model.setData(model.index(0, weights), QStringLiteral("int4"), Qt::EditRole));
    QCOMPARE(asked.size(), 1);
    QCOMPARE(asked.front().at(0).toString(), QStringLiteral("a"));
    QCOMPARE(asked.front().at(2).toString(), QStringLiteral("int4"));
    QVERIFY(!(model.flags(model.index(1, weights)) & Qt::ItemIsEditable));
    QVERIFY(!model.setData(model.index(1, weights), QStringLiteral("int4"), Qt::EditRole));
    QVERIFY(!model.setData(model.index(0, model.indexOf(LayerColumn::op)), QStringLiteral("Add"), Qt::EditRole));
}

void TestLayerModel::staleFiguresAreGrey()
{
    LayerModel model(allColumns);
    model.setRows(rowsOf({{"a", 10}}));
    const QModelIndex measured = model.index(0, model.indexOf(LayerColumn::localSqnr));
    const QModelIndex chosen = model.index(0, model.indexOf(LayerColumn::weights));
    QVERIFY(!measured.data(Qt::ForegroundRole).isValid());
    model.setStale(true);
    QVERIFY(measured.data(Qt::ForegroundRole).isValid());
    QVERIFY(!chosen.data(Qt::ForegroundRole).isValid());
}

}

QTEST_MAIN(lathe::TestLayerModel)
#include "tst_layer_model.moc"
