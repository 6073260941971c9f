// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/export_qdq.h"

#include <QTest>

#include "core/formats/formats.h"
#include "tests/core/quant/quant_fixture.h"
#include "tests/support/expect_error.h"

using namespace lathe;
using namespace lathe::test;

namespace {

QuantPlan planOf(const QString& json)
{
    return parsePlan(parseJson(json.toStdString(), "test"), "test");
}

Graph appliedOf(const Graph& graph, const QuantPlan& plan)
{
    const Resolved resolved = resolve(plan, graph, statisticsOf(graph), genericRules());
    return applyEncodings(graph, resolved.encodings, resolved.codes);
}

QString opsText(const Graph& graph)
{
    QStringList ops;
    for (const Node& node : graph.nodes())
        ops << QString::fromStdString(node.op);
    return ops.join(" ");
}

bool onlyFileTypes(const Graph& graph, const std::set<DType>& allowed)
{
    return std::all_of(graph.values().begin(), graph.values().end(),
                       [&](const Value& value) { return allowed.count(value.dtype) != 0; });
}

} // namespace

class TstExportQdq : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void computesWhatTheAppliedGraphDoes_data();
    void computesWhatTheAppliedGraphDoes();
    void containers();
    void clampsBecomeCodeLimits_data();
    void clampsBecomeCodeLimits();
    void requantizedEdgesKeepApart();
    void weightOnlyMatrices_data();
    void weightOnlyMatrices();
    void codesAsInputsAndOutputs();
    void refusals_data();
    void refusals();
    void float8BesideQuantizedIsRefused();
    void tablesAreRefused_data();
    void tablesAreRefused();
    void metadataRestoresThePlan();
    void filesReadBack();
};

void TstExportQdq::computesWhatTheAppliedGraphDoes_data()
{
    QTest::addColumn<QString>("plan");
    QTest::addColumn<bool>("packed");
    const std::pair<const char*, const char*> plans[] = {
        {"8 bits", "{}"},
        {"signed", R"({"default":{"activations":"int8"}})"},
        {"4 bits", R"({"default":{"weights":"int4:channel","activations":"uint4"}})"},
        {"2 bits", R"({"default":{"weights":"int2:channel","activations":"uint2"}})"},
        {"odd bits", R"({"default":{"weights":"uint3:tensor","activations":"int5"}})"},
        {"12 bits", R"({"default":{"weights":"int12:channel","activations":"uint12"}})"},
        {"16 bits", R"({"default":{"weights":"int16","activations":"int16"}})"},
        {"weights only", R"({"default":{"activations":"float32"}})"},
        {"groups", R"({"default":{"weights":"int4:group:16"}})"},
        {"weights only in groups", R"({"default":{"weights":"uint4:group:16","activations":"float32"}})"},
        {"dynamic", R"({"default":{"activations":"uint8:dynamic"}})"},
        {"8-bit float weights", R"({"default":{"weights":"float8e4m3:channel","activations":"float32"}})"},
        {"powers of two",
         R"({"default":{"weights":"int8:channel:symmetric:pow2","activations":"uint8:tensor:asymmetric:pow2"}})"},
        {"mixed",
         R"({"layers":{"r1":{"activations":"float32"},"h":{"weights":"float16"},"y":{"activations":"uint8"},
          "c2":{"activations":"bfloat16"}}})"},
    };
    for (const auto& [name, plan] : plans)
        for (const bool packed : {false, true}) {
            if (packed && std::string(name) == "4 bits")
                continue; // refused: see refusals()
            QTest::addRow("%s%s", name, packed ? " packed" : "") << QString(plan) << packed;
        }
}

void TstExportQdq::computesWhatTheAppliedGraphDoes()
{
    QFETCH(QString, plan);
    QFETCH(bool, packed);
    const Graph applied = appliedOf(graphOf(smallNetwork), planOf(plan));
    ExportOptions options;
    options.packed = packed;
    const Graph exported = prepareExport(applied, planOf(plan), options);
    for (unsigned seed = 0; seed < 3; ++seed) {
        const TensorMap inputs = seededInputs(applied, seed);
        QVERIFY(identical(runQuantized(exported, inputs).at("y"), runQuantized(applied, inputs).at("y")));
    }
    for (const Node& node : exported.nodes())
        QVERIFY(!node.has(bitsAttribute) && !node.has(minimumCodeAttribute) &&
                !node.has(maximumCodeAttribute));
}

void TstExportQdq::containers()
{
    const Graph graph = graphOf(smallNetwork);
    const std::set<DType> eight{DType::float32, DType::uint8, DType::int8, DType::int32};
    for (const char* plan : {R"({"default":{"weights":"int2:channel","activations":"uint3"}})",
                             R"({"default":{"weights":"int7","activations":"int8"}})"}) {
        const Graph exported = prepareExport(appliedOf(graph, planOf(plan)), planOf(plan), {});
        QVERIFY2(onlyFileTypes(exported, eight), print(exported).c_str());
        QCOMPARE(exported.opsets.at(""), 13);
    }
    const char* fourBitWeights = R"({"default":{"weights":"int3:channel"}})";
    ExportOptions packed;
    packed.packed = true;
    const Graph exported =
        prepareExport(appliedOf(graph, planOf(fourBitWeights)), planOf(fourBitWeights), packed);
    QCOMPARE(exported.opsets.at(""), 21);
    QCOMPARE(exported.value(exported.find("w1/codes")).dtype, DType::int4);
    // Per-tensor operands have rank 0: ONNX Runtime's fused operators refuse others.
    for (const Node& node : exported.nodes())
        if (isQuantizeNode(node))
            QCOMPARE(exported.constant(node.input(1))->shape().rank(), 0);
}

void TstExportQdq::clampsBecomeCodeLimits_data()
{
    QTest::addColumn<QString>("clamp");
    QTest::addColumn<QString>("spec");
    QTest::addColumn<QString>("ops");
    const QString conv = "QuantizeLinear DequantizeLinear DequantizeLinear Conv ";
    const QString pair = "QuantizeLinear DequantizeLinear";
    const QString clipped = "QuantizeLinear Clip DequantizeLinear";
    QTest::newRow("relu at the end of the grid") << "r = Relu(c)"
                                                 << "uint8" << conv + pair;
    QTest::newRow("relu inside the grid") << "r = Relu(c)"
                                          << "int8" << conv + clipped;
    QTest::newRow("relu below 8 bits") << "r = Relu(c)"
                                       << "uint4" << conv + clipped;
    QTest::newRow("clip") << "lo: float32[] = [-0.3]\nhi: float32[] = [0.4]\nr = Clip(c, lo, hi)"
                          << "int8" << conv + clipped;
    QTest::newRow("one limit") << "lo: float32[] = [-0.3]\nr = Clip(c, lo)"
                               << "uint8" << conv + pair;
    QTest::newRow("16 bits stay float") << "r = Relu(c)"
                                        << "uint16" << conv + "Relu " + pair;
    QTest::newRow("others are no clamps") << "r = Abs(c)"
                                          << "uint8" << conv + "QuantizeLinear DequantizeLinear Abs " + pair;
}

void TstExportQdq::clampsBecomeCodeLimits()
{
    QFETCH(QString, clamp);
    QFETCH(QString, spec);
    QFETCH(QString, ops);
    const Graph graph =
        graphOf(("opset 13\ninput x: float32[1x2x4x4]\nw: float32[3x2x1x1] = ...\nc = Conv(x, w)\n" + clamp +
                 "\noutput r")
                    .toStdString());
    QuantPlan plan;
    plan.layers["r"].activations = QuantSpec::parse(spec.toStdString());
    const Graph applied = appliedOf(graph, plan);
    const Graph exported = prepareExport(applied, plan, {});
    QCOMPARE(opsText(exported), ops);
    const TensorMap inputs = seededInputs(graph, 4);
    QVERIFY(identical(runQuantized(exported, inputs).at("r"), runQuantized(applied, inputs).at("r")));
}

void TstExportQdq::requantizedEdgesKeepApart()
{
    const Graph graph = graphOf("opset 13\ninput x: float32[4]\na = Sigmoid(x) @first\noutput a");
    Encodings encodings;
    const Range unit{0, 1};
    for (const char* key : {"x", "x->first"})
        encodings.activations[key] = std::make_shared<const Encoding>(
            makeEncoding(QuantSpec::parse(key[1] ? "uint8:symmetric" : "uint8"), {&unit, 1}, -1, false));
    const Graph applied = applyEncodings(graph, encodings, {});
    const Graph exported = prepareExport(applied, {}, {});
    QCOMPARE(opsText(exported),
             QString("QuantizeLinear DequantizeLinear QuantizeLinear Clip DequantizeLinear Sigmoid"));
    const TensorMap inputs = seededInputs(graph, 4);
    QVERIFY(identical(runQuantized(exported, inputs).at("a"), runQuantized(applied, inputs).at("a")));
}

void TstExportQdq::weightOnlyMatrices_data()
{
    QTest::addColumn<QString>("body");
    QTest::addColumn<QString>("spec");
    QTest::addColumn<QString>("ops");
    for (const char* spec : {"int8:channel", "int4:tensor", "uint8:channel"}) {
        QTest::addRow("matrix %s", spec) << "input x: float32[3x4]\nw: float32[4x5] = ...\ny = MatMul(x, w)"
                                         << spec << "DequantizeLinear Gemm";
        QTest::addRow("stack %s", spec) << "input x: float32[2x3x4]\nw: float32[4x5] = ...\ny = MatMul(x, w)"
                                        << spec << "DequantizeLinear MatMul";
        QTest::addRow("gemm %s", spec)
            << "input x: float32[3x4]\nw: float32[4x5] = ...\nb: float32[5] = ...\ny = Gemm(x, w, b)" << spec
            << "DequantizeLinear Gemm";
        QTest::addRow("transposed gemm %s", spec)
            << "input x: float32[3x4]\nw: float32[5x4] = ...\ny = Gemm(x, w) {transB=1}" << spec
            << "DequantizeLinear Gemm";
    }
}

void TstExportQdq::weightOnlyMatrices()
{
    QFETCH(QString, body);
    QFETCH(QString, spec);
    QFETCH(QString, ops);
    const Graph graph = graphOf(("opset 13\n" + body + "\noutput y").toStdString());
    QuantPlan plan;
    plan.weights = QuantSpec::parse(spec.toStdString());
    plan.activations = QuantSpec::parse("float32");
    const Graph applied = appliedOf(graph, plan);
    const Graph exported = prepareExport(applied, plan, {});
    QCOMPARE(opsText(exported), ops);
    const Node& last = exported.nodes().back();
    if (last.op == "Gemm")
        QCOMPARE(last.integer("transB", 0), std::int64_t(1));
    else
        QCOMPARE(exported.constant(exported.find("w/codes"))->shape().rank(), 3);
    const TensorMap inputs = seededInputs(graph, 4);
    QVERIFY(identical(runQuantized(exported, inputs).at("y"), runQuantized(applied, inputs).at("y")));
}

void TstExportQdq::codesAsInputsAndOutputs()
{
    const Graph graph =
        graphOf("opset 13\ninput x: float32[1x2x4x4]\nw: float32[3x2x1x1] = ...\ny = Conv(x, w)\noutput y");
    const Graph applied = appliedOf(graph, {});
    ExportOptions options;
    options.floatIo = false;
    const Graph exported = prepareExport(applied, {}, options);
    QCOMPARE(exported.value(exported.inputs[0]).dtype, DType::uint8);
    QCOMPARE(exported.value(exported.outputs[0]).dtype, DType::uint8);
    QCOMPARE(exported.value(exported.outputs[0]).name, std::string("y"));
    const TensorMap inputs = seededInputs(graph, 4);
    const TensorMap values = runQuantized(applied, inputs);
    const TensorMap found = runQuantized(exported, {{"x", values.at("x/quantized")}});
    QVERIFY(identical(found.at("y"), values.at("y/quantized")));
}

void TstExportQdq::refusals_data()
{
    QTest::addColumn<QString>("body");
    QTest::addColumn<QString>("plan");
    QTest::addColumn<QString>("layer");
    QTest::addColumn<QString>("word");
    const QString conv = "w: float32[3x2x1x1] = ...\nc = Conv(x, w)\ny = Relu(c)";
    const QString four = R"({"default":{"weights":"int8:channel","activations":"uint4"}})";
    QTest::newRow("convolution") << conv << four << "y"
                                 << "8-bit weights";
    QTest::newRow("4-bit weights") << conv
                                   << R"({"default":{"weights":"int4:channel","activations":"uint4"}})"
                                   << ""
                                   << "";
    QTest::newRow("pool") << "y = MaxPool(x) {kernel_shape=[2, 2]}" << four << "y"
                          << "pooling";
    QTest::newRow("clamp inside the grid")
        << conv << R"({"default":{"weights":"int4:channel","activations":"uint4:symmetric"}})"
        << "y"
        << "clamp";
    QTest::newRow("8 bits") << conv << "{}"
                            << ""
                            << "";
}

void TstExportQdq::refusals()
{
    QFETCH(QString, body);
    QFETCH(QString, plan);
    QFETCH(QString, layer);
    QFETCH(QString, word);
    const Graph graph =
        graphOf(("opset 13\ninput x: float32[1x2x4x4]\n" + body + "\noutput y").toStdString());
    const Graph applied = appliedOf(graph, planOf(plan));
    ExportOptions packed;
    packed.packed = true;
    const std::vector<Refusal> refusals = exportRefusals(applied, planOf(plan), packed);
    QVERIFY(exportRefusals(applied, planOf(plan), {}).empty());
    if (layer.isEmpty()) {
        QVERIFY2(refusals.empty(), refusals.empty() ? "" : refusals[0].reason.c_str());
        return;
    }
    QCOMPARE(refusals.size(), std::size_t(1));
    QCOMPARE(QString::fromStdString(refusals[0].layer), layer);
    QVERIFY2(QString::fromStdString(refusals[0].reason).contains(word), refusals[0].reason.c_str());
    QVERIFY(!refusals[0].nearest.empty());
    LATHE_EXPECT_ERROR(notExportable, prepareExport(applied, planOf(plan), packed));
}

void TstExportQdq::float8BesideQuantizedIsRefused()
{
    const Graph graph =
        graphOf("opset 13\ninput x: float32[1x2x4x4]\nw: float32[3x2x1x1] = ...\nc = Conv(x, w)\ny = Relu(c)\noutput y");
    const auto refused = [&](const char* plan) {
        std::string layers;
        for (const Refusal& refusal : exportRefusals(appliedOf(graph, planOf(plan)), planOf(plan), {}))
            layers += (layers.empty() ? "" : " ") + refusal.layer;
        return layers;
    };
    QCOMPARE(refused(R"({"default":{"activations":"float8e5m2"}})"), std::string("input:x y"));
    QCOMPARE(refused(R"({"default":{"weights":"float8e4m3:channel"}})"), std::string("y"));
    QCOMPARE(refused(R"({"default":{"weights":"float8e4m3:channel","activations":"float32"}})"), std::string());
}

void TstExportQdq::tablesAreRefused_data()
{
    QTest::addColumn<QString>("format");
    for (const char* format : {"kmeans16", "kmeans256", "nf4", "binary", "ternary"})
        QTest::newRow(format) << format;
}

/// In every form: no file could say what their codes stand for.
void TstExportQdq::tablesAreRefused()
{
    QFETCH(QString, format);
    const Graph graph =
        graphOf("opset 13\ninput x: float32[1x2x4x4]\nw: float32[3x2x1x1] = ...\nc = Conv(x, w)\ny = Relu(c)\noutput y");
    const QuantPlan plan = planOf(QStringLiteral(R"({"default":{"weights":"%1:channel"}})").arg(format));
    const Graph applied = appliedOf(graph, plan);
    for (const bool packed : {false, true}) {
        ExportOptions options;
        options.packed = packed;
        const std::vector<Refusal> refusals = exportRefusals(applied, plan, options);
        QCOMPARE(refusals.size(), std::size_t(1));
        QCOMPARE(refusals[0].layer, std::string("y"));
        QVERIFY2(QString::fromStdString(refusals[0].reason).contains(format), refusals[0].reason.c_str());
        QVERIFY(!refusals[0].nearest.empty());
        LATHE_EXPECT_ERROR(notExportable, prepareExport(applied, plan, options));
    }
}

void TstExportQdq::metadataRestoresThePlan()
{
    const QuantPlan plan = planOf(R"({"layers":{"r1":{"weights":"int4:channel","locked":true}}})");
    ExportOptions options;
    options.sourceDigest = std::string(64, 'a');
    const Graph exported = prepareExport(appliedOf(graphOf(smallNetwork), plan), plan, options);
    QVERIFY(parsePlan(parseJson(exported.metadata.at("tensorlathe.plan"), "m"), "m") == plan);
    QCOMPARE(exported.metadata.at("tensorlathe.plan_digest"), plan.digest().hex());
    QCOMPARE(exported.metadata.at("tensorlathe.source_digest"), options.sourceDigest);
    QVERIFY(!exported.metadata.at("tensorlathe.version").empty());
}

void TstExportQdq::filesReadBack()
{
    for (const char* json : {"{}", R"({"default":{"weights":"int3:channel","activations":"uint5"}})",
                             R"({"default":{"weights":"int4:group:16"}})",
                             R"({"default":{"activations":"uint8:dynamic"}})",
                             R"({"default":{"weights":"float8e5m2:channel","activations":"float32"}})"}) {
        for (const bool packed : {false, true}) {
            const QuantPlan plan = planOf(json);
            ExportOptions options;
            options.packed = packed;
            const Graph exported = prepareExport(appliedOf(graphOf(smallNetwork), plan), plan, options);
            const Graph read = readModel(writeModel(exported), "onnx", Control()).graph;
            const TensorMap inputs = seededInputs(exported, 2);
            QVERIFY(identical(runQuantized(read, inputs).at("y"), runQuantized(exported, inputs).at("y")));
            const Lifted lifted = lift(read);
            const Graph again = applyEncodings(lifted.graph, lifted.encodings, lifted.codes);
            QVERIFY(identical(runQuantized(again, inputs).at("y"), runQuantized(exported, inputs).at("y")));
        }
    }
}

QTEST_GUILESS_MAIN(TstExportQdq)
#include "tst_export_qdq.moc"
