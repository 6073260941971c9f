// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/feedback.h"

#include <QTemporaryDir>
#include <QtTest>

#include "core/tensor/npy.h"
#include "tests/support/expect_error.h"

using namespace lathe;

namespace {

/// s' = s / 2 + x, and a scalar that does not change.
TensorMap decay(const TensorMap& inputs)
{
    const float gain = static_cast<float>(inputs.at("gain").at(0));
    const Tensor &x = inputs.at("x"), &s = inputs.at("s");
    const float next = s.data<float>()[0] / 2 + gain * x.data<float>()[0];
    return {{"next", Tensor::of<float>({1, 1}, {next})}, {"y", Tensor::of<float>({1}, {next})}};
}

}

class TstFeedback : public QObject
{
    Q_OBJECT

private:
    QTemporaryDir m_dir;
    const std::vector<InputNeed> m_needs{{"x", DType::float32, Shape{-1, 1}},
                                         {"s", DType::float32, Shape{1, -1}},
                                         {"gain", DType::int64, Shape{}}};

    std::shared_ptr<const Dataset> open(const std::string& members, const RunModel& run = decay,
                                        const Control& control = {})
    {
        const Path folder(m_dir.path().toStdString());
        systemFs().writeWhole(folder / "x.npy", writeNpy(Tensor::of<float>({6, 1}, {1, 2, 3, 4, 5, 6})));
        systemFs().writeWhole(folder / "d.json",
                              "{\"inputs\": [{\"input\": \"gain\", \"value\": 2}, {\"input\": \"x\", \"type\": \"npy\", "
                              "\"path\": \"x.npy\"}], \"metric\": \"agreement\", " +
                                  members + "}");
        return Dataset::open(folder / "d.json", m_needs, systemFs(), {}, 0, control, run);
    }

    QString reasonOf(const std::string& members, const RunModel& run = decay)
    {
        const auto error = test::errorOf([&] { open(members, run); });
        return error ? QString(error->what()) : "no error";
    }

private Q_SLOTS:
    void outputsComeBack()
    {
        const auto dataset = open(R"("state": {"next": "s"}, "calibration": {"range": [1, 3]}, "validation": {"range": [3, 6]})");
        const auto calibration = dataset->split(Split::calibration), validation = dataset->split(Split::validation);
        QCOMPARE(calibration->feedback(), (Feedback{{"next", "s"}}));
        // States 0, 2, 5, 8.5, 12.25 ... : also frames that no split holds are run through.
        QCOMPARE(calibration->load(0).at("s").toFloats(), (std::vector<float>{2}));
        QCOMPARE(calibration->load(1).at("s").toFloats(), (std::vector<float>{5}));
        QCOMPARE(validation->load(1).at("s").toFloats(), (std::vector<float>{12.25F}));
        QCOMPARE(validation->load(1).at("gain").toIntegers(), (std::vector<std::int64_t>{2}));
        QCOMPARE(validation->load(1).at("gain").shape(), Shape{});
        QVERIFY(!validation->follows(0));
        QVERIFY(validation->follows(1) && validation->follows(2));
    }

    void samplesWithoutStateStandAlone()
    {
        const auto samples = open(R"("calibration": {"range": [0, 2]}, "validation": {"range": [2, 6]})")->split(Split::validation);
        QVERIFY(samples->feedback().empty());
        QVERIFY(!samples->load(0).contains("s"));
    }

    void mistakesAreExplained()
    {
        QVERIFY(reasonOf(R"("state": ["next"])").contains("must name outputs"));
        QVERIFY(reasonOf(R"("state": {"next": "x"})").contains("the input x comes from two places"));
        QVERIFY(reasonOf(R"("state": {"next": "t"})").contains("x, s, gain"));
        QVERIFY(reasonOf(R"("state": {"last": "s"})").contains("the model has no output \"last\""));
        QVERIFY(reasonOf(R"("state": {"y": "s"})").contains("does not fit the input s"));
        QVERIFY(reasonOf(R"("state": {"next": "s"})", {}).contains("needs the model"));
    }

    void stops()
    {
        std::stop_source source;
        Control control(source.get_token());
        int runs = 0;
        const RunModel run = [&](const TensorMap& inputs) {
            if (++runs == 2)
                source.request_stop();
            return decay(inputs);
        };
        LATHE_EXPECT_ERROR(stopped, open(R"("state": {"next": "s"})", run, control));
        QCOMPARE(runs, 2);
    }

    void spectraAreMagnitudes()
    {
        const auto magnitudes = [](const std::vector<float>& values) {
            const Preprocess steps = Preprocess::parse(Json::array({{{"spectrum", "magnitude"}}}), "test");
            const auto count = static_cast<std::int64_t>(values.size());
            const InputNeed need{"x", DType::float32, Shape{1, count / 2 + 1}};
            return steps.finish(Tensor::of<float>({count}, values), need, "test").toFloats();
        };
        QCOMPARE(magnitudes({0, 3, 0, 0}), (std::vector<float>{3, 3, 3}));
        QCOMPARE(magnitudes({1, -1, 1, -1}), (std::vector<float>{0, 0, 4}));
        LATHE_EXPECT_ERROR(jsonField, Preprocess::parse(Json::array({{{"spectrum", "phase"}}}), "test"));
    }
};

QTEST_GUILESS_MAIN(TstFeedback)
#include "tst_feedback.moc"
