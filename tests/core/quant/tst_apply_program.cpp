// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "core/runtime/program.h"
#include "tests/core/quant/quant_fixture.h"

using namespace lathe;
using namespace lathe::test;

/// What quant and runtime have agreed on: names of slots, and the numbers of a literal run.
class TstApplyProgram : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyGridHasItsSlot_data();
    void everyGridHasItsSlot();
    void floatProgramsTakeTheSameGrids();
};

void TstApplyProgram::everyGridHasItsSlot_data()
{
    QTest::addColumn<QString>("plan");
    QTest::newRow("8 bits") << "{}";
    QTest::newRow("odd bits") << R"({"default":{"weights":"int3:tensor:asymmetric","activations":"int5"}})";
    QTest::newRow("mixed")
        << R"({"layers":{"r1":{"activations":"float32"},"h":{"weights":"float16"},"y":{"activations":"uint8"},
        "c2":{"activations":"bfloat16"}}})";
    QTest::newRow("groups") << R"({"default":{"weights":"int4:group:16"}})";
    QTest::newRow("dynamic") << R"({"default":{"activations":"uint8:dynamic"}})";
    QTest::newRow("dynamic here and there")
        << R"({"layers":{"r1":{"activations":"uint8:dynamic"},"m":{"activations":"uint8:dynamic"},
        "y":{"activations":"uint8:dynamic"}}})";
    QTest::newRow("8-bit floats") << R"({"default":{"weights":"float8e4m3:channel","activations":"float8e5m2"}})";
    QTest::newRow("tables") << R"({"default":{"weights":"nf4:channel"},"layers":{"c3":{"weights":"kmeans16:channel"},
        "c2":{"weights":"binary"},"h":{"weights":"ternary"},"r1":{"weights":"kmeans256"}}})";
    QTest::newRow("powers of two")
        << R"({"default":{"weights":"int8:channel:symmetric:pow2","activations":"uint8:tensor:asymmetric:pow2"}})";
}

void TstApplyProgram::everyGridHasItsSlot()
{
    QFETCH(QString, plan);
    const Graph graph = graphOf(smallNetwork);
    const Resolved resolved = resolve(parsePlan(parseJson(plan.toStdString(), "t"), "t"), graph,
                                      statisticsOf(graph), genericRules());
    const Graph applied = applyEncodings(graph, resolved.encodings, resolved.codes);
    const auto program = Program::compile(applied, {});
    const auto check = [&](const std::map<std::string, EncodingPtr>& encodings, Slot::Kind kind) {
        for (const auto& [name, encoding] : encodings) {
            const int slot = program->findSlot(name, kind);
            // Half weights that are only cast are folded into float constants when a program is compiled.
            if (slot < 0 && kind == Slot::Kind::weight && !encoding->format.isInteger())
                continue;
            QVERIFY2(slot >= 0, name.c_str());
            QVERIFY2(*program->defaultBinding().setting(slot).encoding == *encoding, name.c_str());
        }
    };
    check(resolved.encodings.activations, Slot::Kind::activation);
    check(resolved.encodings.weights, Slot::Kind::weight);
    check(resolved.encodings.biases, Slot::Kind::bias);

    Execution execution(program);
    for (unsigned seed = 0; seed < 3; ++seed) {
        const TensorMap inputs = seededInputs(graph, seed);
        const Tensor expected = runQuantized(applied, inputs).at("y");
        for (const Precision precision : {Precision::literal, Precision::simulated}) {
            const Tensor found =
                execution.run(inputs, program->defaultBinding().withPrecision(precision)).at("y");
            // A tie may fall either way; the network is small enough for that to show in single steps only.
            for (std::int64_t i = 0; i < found.elements(); ++i)
                QVERIFY2(std::abs(found.at(i) - expected.at(i)) < 0.02,
                         qPrintable(QString::number(found.at(i))));
        }
    }
}

void TstApplyProgram::floatProgramsTakeTheSameGrids()
{
    const Graph graph = graphOf(smallNetwork);
    const Resolved resolved = resolve(QuantPlan(), graph, statisticsOf(graph), genericRules());
    CompileOptions options;
    for (const auto& [name, encoding] : resolved.encodings.activations)
        options.points.push_back({name, Slot::Kind::activation, -1});
    for (const auto& [name, encoding] : resolved.encodings.weights)
        options.points.push_back({name, Slot::Kind::weight, -1});
    for (const auto& [name, encoding] : resolved.encodings.biases)
        options.points.push_back({name, Slot::Kind::bias, -1});
    const auto open = Program::compile(graph, options);
    std::map<int, SlotSetting> settings;
    const auto set = [&](const std::map<std::string, EncodingPtr>& encodings,
                         const std::map<std::string, Tensor>* codes, Slot::Kind kind) {
        for (const auto& [name, encoding] : encodings)
            settings[open->findSlot(name, kind)] = {
                encoding, codes ? std::make_shared<const Tensor>(codes->at(name)) : nullptr};
    };
    set(resolved.encodings.activations, nullptr, Slot::Kind::activation);
    set(resolved.encodings.weights, &resolved.codes.weights, Slot::Kind::weight);
    set(resolved.encodings.biases, &resolved.codes.biases, Slot::Kind::bias);
    const auto fixed =
        Program::compile(applyEncodings(graph, resolved.encodings, resolved.codes), {});
    Execution first(open), second(fixed);
    for (const Precision precision : {Precision::literal, Precision::simulated}) {
        const TensorMap inputs = seededInputs(graph, 5);
        const Tensor a =
            first.run(inputs, open->defaultBinding().with(settings).withPrecision(precision)).at("y");
        const Tensor b = second.run(inputs, fixed->defaultBinding().withPrecision(precision)).at("y");
        QVERIFY(identical(a, b));
    }
}

QTEST_GUILESS_MAIN(TstApplyProgram)
#include "tst_apply_program.moc"
