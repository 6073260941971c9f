// SPDX-License-Identifier: GPL-3.0-or-later
// ONNX's own test models (package libonnx-testdata) through reader, writer, reader and passes.
#include <QTest>

#include "core/formats/formats.h"
#include "core/passes/simplify.h"

using namespace lathe;

class TstOnnxRoundTrip : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void comesBackTheSame();
};

void TstOnnxRoundTrip::comesBackTheSame() {
    const Path folder = "/usr/share/libonnx-testdata/data";
    if (!std::filesystem::exists(folder)) QSKIP("the package libonnx-testdata is not installed");
    int count = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
        if (entry.path().extension() != ".onnx") continue;
        try {
            const Graph graph = readModel(entry.path(), systemFs(), Control()).graph;
            const Graph back = readModel(writeModel(graph), "onnx", Control()).graph;
            QVERIFY2(back.digest() == graph.digest() && print(back) == print(graph), entry.path().c_str());
            simplify(graph).graph.validate();
            ++count;
        } catch (const Error& error) {
            const QByteArray text(error.what());
            QVERIFY2(text.contains("the oldest that can be read is 7"), text.constData());
        }
    }
    QVERIFY(count > 900);
}

QTEST_GUILESS_MAIN(TstOnnxRoundTrip)
#include "tst_onnx_round_trip.moc"
