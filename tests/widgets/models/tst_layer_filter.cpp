// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/models/layer_filter.h"

#include <QTest>

namespace lathe {
namespace {

LayerRows sampleRows()
{
    LayerRow stem;
    stem.id = stem.name = QStringLiteral("stem.conv");
    stem.op = QStringLiteral("Conv");
    stem.hasWeights = true;
    stem.weights = NumberFormat::parse("int8");
    stem.activations = NumberFormat::parse("uint8");
    stem.localSqnrDb = 38.1;
    stem.clippedShare = 0;
    stem.parameters = 864;

    LayerRow depthwise = stem;
    depthwise.id = depthwise.name = QStringLiteral("b1.dw");
    depthwise.op = QStringLiteral("DepthwiseConv");
    depthwise.weights = NumberFormat::parse("int4");
    depthwise.localSqnrDb = 14.2;
    depthwise.clippedShare = 0.003;
    depthwise.locked = true;

    LayerRow add;
    add.id = add.name = QStringLiteral("b1.add");
    add.op = QStringLiteral("Add");
    add.activations = NumberFormat::parse("float32");

    LayerRow odd;
    odd.id = odd.name = QStringLiteral("tail.nms");
    odd.op = QStringLiteral("NonMaxSuppression");
    odd.unsupported = true;
    odd.problem = QStringLiteral("not known");
    odd.parameters = 2'500'000;
    return {stem, depthwise, add, odd};
}

}

class TestLayerFilter : public QObject
{
    Q_OBJECT
private slots:
    void words_data();
    void words();
    void mistakesAreToldAndLeftOut();
};

void TestLayerFilter::words_data()
{
    QTest::addColumn<QString>("line");
    QTest::addColumn<QString>("names");
    const auto row = [](const char* line, const char* names) {
        QTest::newRow(line) << QString::fromLatin1(line) << QString::fromLatin1(names);
    };
    row("", "stem.conv b1.dw b1.add tail.nms");
    row("b1", "b1.dw b1.add");
    row("B1", "b1.dw b1.add");
    row("op:conv", "stem.conv b1.dw");
    row("op:conv bits<8", "b1.dw");
    row("op:conv bits<8 sqnr<20", "b1.dw");
    row("op:conv bits<8 sqnr>20", "");
    row("sqnr<20", "b1.dw");           // unknown figures never match
    row("w=4", "b1.dw");
    row("w!=4", "stem.conv");
    row("a>=16", "b1.add tail.nms");
    row("a=float", "b1.add tail.nms");
    row("clip>0.1", "b1.dw");           // in percent
    row("params>1M", "tail.nms");
    row("params<=864", "stem.conv b1.dw b1.add");
    row("locked", "b1.dw");
    row("!locked b1", "b1.add");
    row("-op:conv", "b1.add tail.nms");
    row("unsupported", "tail.nms");
    row("weights", "stem.conv b1.dw");
    row("op:", "stem.conv b1.dw b1.add tail.nms"); // still being typed
    row("sqnr<", "stem.conv b1.dw b1.add tail.nms");
}

void TestLayerFilter::words()
{
    QFETCH(const QString, line);
    QFETCH(const QString, names);
    const LayerFilter filter = LayerFilter::parse(line);
    QVERIFY2(filter.error().isEmpty(), qPrintable(filter.error()));
    QStringList accepted;
    for (const LayerRow& row : sampleRows())
        if (filter.accepts(row))
            accepted.append(row.name);
    QCOMPARE(accepted.join(QLatin1Char(' ')), names);
}

void TestLayerFilter::mistakesAreToldAndLeftOut()
{
    const LayerFilter unknown = LayerFilter::parse(QStringLiteral("colour:red b1"));
    QVERIFY(unknown.error().contains(QStringLiteral("colour")));
    QVERIFY(unknown.error().contains(QStringLiteral("sqnr")));
    QVERIFY(unknown.accepts(sampleRows()[1]));
    QVERIFY(!unknown.accepts(sampleRows()[0]));
    QVERIFY(LayerFilter::parse(QStringLiteral("bits<many")).error().contains(QStringLiteral("many")));
}

}

QTEST_GUILESS_MAIN(lathe::TestLayerFilter)
#include "tst_layer_filter.moc"
