// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/formats.h"
#include "core/ops/layers.h"
#include "tests/core/passes/pass_check.h"
#include "tests/support/expect_error.h"
#include "tests/support/shared_files.h"

using namespace lathe;
using namespace lathe::test;

class TstSimplify : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void runsPassesUntilNothingChanges();
    void isDeterministic();
    void changesNothingTwice();
    void refusesUnknownPasses();
    void stopsWhenAsked();
    void keepsResultsOfSharedModels_data();
    void keepsResultsOfSharedModels();
};

namespace {

/// An identity hides a batch-norm behind a convolution whose weights are transposed first.
const char* const hidden = "input x: float32[1x3x5x5]\n"
                           "w: float32[3x4x3x3] = ...\n"
                           "gamma: float32[4] = ...\nbeta: float32[4] = ...\nmean: float32[4] = ...\nvar: float32[4] = +...\n"
                           "t = Transpose(w) {perm=[1, 0, 2, 3]}\n"
                           "c = Conv(x, t)\n"
                           "i = Identity(c)\n"
                           "n = BatchNormalization(i, gamma, beta, mean, var)\n"
                           "k: float32[4x1x1] = ...\n"
                           "s = Mul(n, k)\n"
                           "y = Relu(s)\n"
                           "output y\n";

}  // namespace

void TstSimplify::runsPassesUntilNothingChanges() {
    Graph before = parseGraph(hidden);
    inferShapes(before);
    const Simplified result = simplify(before);
    QCOMPARE(difference(before, result.graph), std::string());
    const QByteArray text = QByteArray::fromStdString(print(result.graph));
    QVERIFY2(text.endsWith("s = Conv(x, t, n_bias)\ny = Relu(s)\noutput y\n"), text.constData());
    QCOMPARE(result.log, (std::vector<std::string>{"Results that no input changes, computed once: 1", "Nodes without effect dropped: 1",
                                                   "Batch-norms folded into the layer before them: 1",
                                                   "Constant scales and biases folded into the layer before them: 1"}));
}

void TstSimplify::isDeterministic() {
    QVERIFY(simplify(parseGraph(hidden)).graph.digest() == simplify(parseGraph(hidden)).graph.digest());
}

void TstSimplify::changesNothingTwice() {
    const Simplified once = simplify(parseGraph(hidden));
    const Simplified twice = simplify(once.graph);
    QVERIFY(twice.log.empty());
    QVERIFY(twice.graph.digest() == once.graph.digest());
}

void TstSimplify::refusesUnknownPasses() {
    const std::string_view only[] = {"fold_everything"};
    LATHE_EXPECT_ERROR(unknownName, simplify(parseGraph(hidden), Control(), only));
}

void TstSimplify::stopsWhenAsked() {
    std::stop_source stop;
    stop.request_stop();
    LATHE_EXPECT_ERROR(stopped, simplify(parseGraph(hidden), Control(stop.get_token())));
}

void TstSimplify::keepsResultsOfSharedModels_data() {
    QTest::addColumn<QString>("name");
    QTest::addColumn<int>("layersWithWeights");
    QTest::newRow("mnist") << QStringLiteral("mnist_cnn_cntk_op8") << 3;
    QTest::newRow("kws") << QStringLiteral("kws_ds_cnn") << 10;
    QTest::newRow("resnet8") << QStringLiteral("resnet8_cifar10") << 10;
    QTest::newRow("autoencoder") << QStringLiteral("ad01_toycar_autoencoder") << 10;
    QTest::newRow("sine") << QStringLiteral("hello_world_sine") << 3;
}

void TstSimplify::keepsResultsOfSharedModels() {
    QFETCH(QString, name);
    QFETCH(int, layersWithWeights);
    const std::string relative = "assets/models/" + name.toStdString() + ".onnx";
    LATHE_REQUIRE_SHARED(relative);
    const Graph before = withInputShapes(readModel(sharedFile(relative), systemFs(), Control()).graph, {});
    const Graph after = simplify(before).graph;
    QCOMPARE(difference(before, after), std::string());
    int weighted = 0;
    for (const Layer& layer : findLayers(after)) weighted += layer.weight.valid();
    QCOMPARE(weighted, layersWithWeights);
    for (const Node& node : after.nodes()) QVERIFY(node.op != "BatchNormalization");
}

QTEST_GUILESS_MAIN(TstSimplify)
#include "tst_simplify.moc"
