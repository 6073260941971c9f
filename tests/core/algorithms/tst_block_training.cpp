// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/algorithms/block_training.h"

#include <QTest>

#include "core/algorithms/output_error.h"
#include "tests/core/algorithms/algorithm_fixture.h"

using namespace lathe;
using namespace lathe::test;

/// Training one block; here the whole of a small network.
class TstBlockTraining : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void errorIsSummedOverAllSamples();
    void stepsLessenTheError_data();
    void stepsLessenTheError();
    void halvesOfTheInputsAreTheFloatModels();
    void gridsAreThoseOfTheBlock();
};

namespace {

/// Teacher and student of a network, with values of all samples.
struct Setting
{
    explicit Setting(const std::string& weights)
        : fixture(weights)
    {
        std::vector<LayerNote> notes;
        numbers.emplace(
            fixture.state, genericRules(),
            weightLayers(fixture.state, genericRules(), *floatRun(fixture.graph, {}).program, notes));
        student.emplace(fixture.graph, numbers->grids(), numbers->trained(), places);
        for (std::int64_t i = 0; i < fixture.samples.size(); ++i)
            inputs.push_back(fixture.samples.load(i));
        expected = runBlock(GridTape(fixture.graph, {}, {}, places), {}, inputs, 2, {});
    }

    BlockTraining::Samples samples() const { return {inputs, inputs, expected}; }

    AlgorithmFixture fixture;
    std::vector<std::string> places{"y"};
    std::optional<TunedNumbers> numbers;
    std::optional<GridTape> student;
    std::vector<TensorMap> inputs;
    BlockOutputs expected;
};

} // namespace

void TstBlockTraining::errorIsSummedOverAllSamples()
{
    Setting setting("int4:channel:symmetric");
    const Control control;
    const BlockTraining training(*setting.student, *setting.numbers, setting.samples(), 2, control);
    // The obvious way; that the tape computes what the quantized graph does is tested with the numbers.
    double signal = 0, error = 0;
    for (std::size_t i = 0; i < setting.inputs.size(); ++i) {
        const auto expected = outputOf(setting.fixture.graph, setting.inputs[i]).toFloats();
        const auto run = setting.student->forward(setting.inputs[i], setting.numbers->tapeState(), {});
        const auto actual = setting.student->watched(run, 0).toFloats();
        for (std::size_t k = 0; k < expected.size(); ++k) {
            signal += double{expected[k]} * double{expected[k]};
            error += std::pow(double{expected[k]} - double{actual[k]}, 2);
        }
    }
    // Codes that rounding of sums decides may differ: a hundredth of a decibel.
    const double expectedDb = 10 * std::log10(signal / error);
    QVERIFY2(std::abs(training.sqnrDb() - expectedDb) < 1e-4,
             qPrintable(QString("%1, not %2").arg(training.sqnrDb()).arg(expectedDb)));
}

void TstBlockTraining::stepsLessenTheError_data()
{
    QTest::addColumn<bool>("drop");
    QTest::newRow("all on their grids") << false;
    QTest::newRow("half dropped") << true;
}

void TstBlockTraining::stepsLessenTheError()
{
    QFETCH(bool, drop);
    Setting setting("int3:channel:symmetric");
    const Control control;
    BlockTraining training(*setting.student, *setting.numbers, setting.samples(), 2, control);
    const double before = training.sqnrDb();
    int steps = 0;
    training.run({.steps = 200,
                  .batch = 4,
                  .drop = drop,
                  .rates = {.weights = 0.01, .scales = 0.002, .biases = 0.003, .ranges = 0.005}},
                 [&] { ++steps; });
    QCOMPARE(steps, 200);
    QVERIFY2(training.sqnrDb() > before + 3,
             qPrintable(QString("%1 to %2").arg(before).arg(training.sqnrDb())));
}

/// Where what the block reads in the quantized model tells nothing, only the float model's values can teach
/// it.
void TstBlockTraining::halvesOfTheInputsAreTheFloatModels()
{
    const auto after = [](bool drop) {
        Setting setting("int4:channel:symmetric");
        const std::vector<TensorMap> floating = setting.inputs;
        for (TensorMap& inputs : setting.inputs)
            for (auto& [name, input] : inputs)
                for (float& value : input.mutableData<float>())
                    value = 0;
        const Control control;
        BlockTraining training(*setting.student, *setting.numbers,
                               {setting.inputs, floating, setting.expected}, 2, control);
        training.run({.steps = 20, .batch = 4, .drop = drop, .rates = {.weights = 0.1}}, [] {});
        return setting.numbers->tapeState().constants.at("w1").toFloats();
    };
    Setting untrained("int4:channel:symmetric");
    const std::vector<float> before = untrained.numbers->tapeState().constants.at("w1").toFloats();
    QCOMPARE(after(false), before); // zeros have no gradient at the weights that they meet
    QVERIFY(after(true) != before);
}

void TstBlockTraining::gridsAreThoseOfTheBlock()
{
    const std::map<std::string, TapeGrid> all{
        {"a", {nullptr, 0}}, {"b", {nullptr, 1}}, {"c->n", {nullptr, 2}}};
    const auto inside = gridsInside(all, {"b", "d"});
    QCOMPARE(inside.size(), 2U);
    QVERIFY(inside.contains("b") && inside.contains("c->n"));
}

QTEST_APPLESS_MAIN(TstBlockTraining)
#include "tst_block_training.moc"
