// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/machine_peak.h"
#include "core/runtime/profile_report.h"
#include "tests/core/runtime/small_network.h"

#include <QTest>

using namespace lathe;

namespace {

const StepProfile* stepOf(const Profile& profile, const std::string& id)
{
    for (const StepProfile& step : profile.steps)
        if (step.id == id)
            return &step;
    return nullptr;
}

StepProfile step(const std::string& id, const std::string& kernel, double ms, std::int64_t macs,
                 std::int64_t bytes)
{
    StepProfile result;
    result.id = result.node = id;
    result.op = "Conv";
    result.kernel = kernel;
    result.medianMs = result.minMs = ms;
    result.macs = macs;
    result.readBytes = bytes;
    return result;
}

Profile profileOf(std::vector<StepProfile> steps)
{
    Profile profile;
    for (const StepProfile& one : steps)
        profile.stepsMs += one.medianMs;
    profile.medianMs = profile.stepsMs;
    profile.steps = std::move(steps);
    return profile;
}

/// 100 GFLOP/s, 200 Gop/s, 10 GB/s up to 1 MB and 4 GB/s beyond.
MachinePeak inventedPeak()
{
    MachinePeak peak;
    peak.floatGflops = 100;
    peak.byteGops = 200;
    peak.bandwidths = {{1'000'000, 10}, {100'000'000, 4}};
    return peak;
}

}

class TstProfile : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyStepIsTimedAndCounted();
    void timingChangesNoNumber();
    void quantizedStepsSayWhatTheyPayFor();
    void theRoofIsTheLowerOfTwo();
    void integerKernelsAreHeldAgainstBytes();
    void stepsArePairedByTheirNode();
    void reasonsAreOnlyForSlowerSteps();
    void theMachineIsMeasured();
    void aStopIsHeard();
};

void TstProfile::everyStepIsTimedAndCounted()
{
    const auto program = Program::compile(test::smallNetwork(), {});
    const Profile profile = profileProgram(program, program->defaultBinding(), seededInputs(*program, 1),
                                           {.repeat = 5, .warmup = 1});
    QCOMPARE(static_cast<int>(profile.steps.size()), program->stepCount());
    double sum = 0;
    for (const StepProfile& one : profile.steps) {
        QVERIFY(one.minMs >= 0 && one.minMs <= one.medianMs);
        QVERIFY(!one.kernel.empty() && !one.op.empty());
        sum += one.medianMs;
    }
    QCOMPARE(profile.stepsMs, sum);
    QVERIFY(profile.medianMs > 0);
    // The first convolution, with its Relu: 12 x 12 places, 8 channels, 3 x 3 x 3 products each.
    const StepProfile* conv = stepOf(profile, "r1");
    QVERIFY(conv);
    QCOMPARE(conv->node, std::string("conv1"));
    QCOMPARE(conv->op, std::string("Conv"));
    QCOMPARE(conv->macs, std::int64_t{12 * 12 * 8 * 27});
    QCOMPARE(conv->weightBytes, std::int64_t{(8 * 27 + 8) * 4});
    QCOMPARE(conv->readBytes, std::int64_t{3 * 144 * 4});
    QCOMPARE(conv->writtenBytes, std::int64_t{8 * 144 * 4});
    QCOMPARE(stepOf(profile, "y")->macs, std::int64_t{160});
}

void TstProfile::timingChangesNoNumber()
{
    const auto program = Program::compile(test::smallNetwork(), {});
    const TensorMap inputs = seededInputs(*program, 2);
    Execution execution(program);
    const TensorMap plain = execution.run(inputs, program->defaultBinding());
    std::vector<std::int64_t> times(static_cast<std::size_t>(program->stepCount()), -1);
    const TensorMap timed = execution.runTimed(inputs, program->defaultBinding(), times);
    QVERIFY(test::sameElements(plain.at("y"), timed.at("y")));
    for (const std::int64_t ns : times)
        QVERIFY(ns >= 0);
}

void TstProfile::quantizedStepsSayWhatTheyPayFor()
{
    const auto program = Program::compile(test::smallNetwork(), test::openEverything());
    const TensorMap inputs = seededInputs(*program, 3);
    const Binding simulated = program->defaultBinding()
                                  .with(test::settingsFor(*program, inputs, "uint8", "int8"))
                                  .withPrecision(Precision::simulated);
    const Profile codes = profileProgram(program, simulated, inputs, {.repeat = 2, .warmup = 0});
    QVERIFY(!stepOf(codes, "r1")->convertsInput && !stepOf(codes, "r1")->roundsOutput);
    const Profile literal = profileProgram(program, simulated.withPrecision(Precision::literal), inputs,
                                           {.repeat = 2, .warmup = 0});
    QVERIFY(stepOf(literal, "r1")->roundsOutput);
    const Profile floating =
        profileProgram(program, program->defaultBinding(), inputs, {.repeat = 2, .warmup = 0});
    QVERIFY(!stepOf(floating, "r1")->convertsInput && !stepOf(floating, "r1")->roundsOutput);
}

void TstProfile::theRoofIsTheLowerOfTwo()
{
    // 1e9 operations at 100 GFLOP/s: 10 ms. 1 MB at 10 GB/s: 0.1 ms; 40 MB at 4 GB/s: 10 ms.
    const ProfileReport report =
        profileReport(inventedPeak(),
                      profileOf({step("heavy", "onednn_conv", 20, 500'000'000, 1'000'000),
                                 step("wide", "unary", 60, 0, 40'000'000)}),
                      nullptr, "");
    QCOMPARE(report.rows.size(), std::size_t{2});
    const StepFigures& heavy = *report.rows[0].floating;
    QVERIFY(heavy.computeBound);
    QCOMPARE(heavy.attainableMs, 10.0);
    QCOMPARE(heavy.ofPeak(), 0.5);
    QCOMPARE(heavy.gflops, 50.0);
    QCOMPARE(heavy.share, 0.25);
    const StepFigures& wide = *report.rows[1].floating;
    QVERIFY(!wide.computeBound);
    QCOMPARE(wide.attainableMs, 10.0);
    QCOMPARE(wide.gflops, 0.0);
    QVERIFY(std::fabs(wide.gbPerSecond - 40.0 / 60) < 1e-12);
    QCOMPARE(report.quantizedMs, 0.0);
}

void TstProfile::integerKernelsAreHeldAgainstBytes()
{
    // 1e9 operations at 200 Gop/s: 5 ms; in float, 10 ms.
    for (const char* kernel : {"onednn_qlinear_conv", "onednn_qgemm"}) {
        const ProfileReport report = profileReport(
            inventedPeak(), profileOf({step("heavy", kernel, 20, 500'000'000, 1'000'000)}), nullptr, "");
        QCOMPARE(report.rows[0].floating->attainableMs, 5.0);
    }
}

void TstProfile::stepsArePairedByTheirNode()
{
    const Profile floating =
        profileOf({step("a", "onednn_conv", 2, 10, 10), step("c", "onednn_conv", 2, 10, 10)});
    const Profile quantized = profileOf({step("a", "onednn_conv", 1, 10, 10), step("b", "binary", 1, 0, 10),
                                         step("c", "integer_conv", 1, 10, 10)});
    const ProfileReport report = profileReport(inventedPeak(), floating, &quantized, "integer");
    QCOMPARE(report.rows.size(), std::size_t{3});
    QCOMPARE(report.rows[0].ratio(), 0.5);
    QCOMPARE(report.rows[1].id, std::string("b"));
    QVERIFY(!report.rows[1].floating && report.rows[1].quantized);
    QVERIFY(QString::fromStdString(report.rows[1].why).contains("within another step"));
    // A sum fused into a convolution in float is no partner of the sum alone.
    StepProfile fused = step("conv", "onednn_conv+Add", 2, 10, 10);
    fused.id = "sum";
    const Profile apart =
        profileOf({step("conv", "onednn_conv", 1, 10, 10), step("sum", "binary", 0.1, 0, 10)});
    const ProfileReport split = profileReport(inventedPeak(), profileOf({fused}), &apart, "simulated");
    QCOMPARE(split.rows.size(), std::size_t{2});
    QCOMPARE(split.rows[0].id, std::string("conv"));
    QCOMPARE(split.rows[0].ratio(), 0.5);
    QVERIFY(split.rows[1].id == "sum" && !split.rows[1].floating);
    // An integer kernel is held against the rate of integers.
    QCOMPARE(report.rows[2].quantized->attainableMs, std::max(20.0 / 200e6, 10.0 / 10e6));
}

void TstProfile::reasonsAreOnlyForSlowerSteps()
{
    StepProfile slow = step("a", "plain_reference", 3, 10, 10);
    slow.reason = "onednn_conv: five dimensions";
    slow.convertsInput = true;
    slow.passes = 2;
    const Profile floating = profileOf({step("a", "onednn_conv", 1, 10, 10), step("b", "unary", 1, 0, 10)});
    const Profile quantized = profileOf({slow, step("b", "unary", 1.05, 0, 10)});
    const ProfileReport report = profileReport(inventedPeak(), floating, &quantized, "simulated");
    const QString why = QString::fromStdString(report.rows[0].why);
    QVERIFY2(why.contains("plain_reference instead of onednn_conv (onednn_conv: five dimensions)"),
             qPrintable(why));
    QVERIFY2(why.contains("codes are converted first"), qPrintable(why));
    QVERIFY2(why.contains("2 passes over digits"), qPrintable(why));
    QVERIFY(report.rows[1].why.empty());
}

void TstProfile::theMachineIsMeasured()
{
    const MachinePeak peak = measurePeak(1);
    QCOMPARE(peak.threads, 1);
    QVERIFY2(peak.floatGflops > 0.1, qPrintable(QString::number(peak.floatGflops)));
    QVERIFY(peak.byteGops > 0.1);
    QVERIFY(peak.bandwidths.size() >= 2);
    for (std::size_t i = 0; i < peak.bandwidths.size(); ++i) {
        QVERIFY(peak.bandwidths[i].gbPerSecond > 0.01);
        QVERIFY(i == 0 || peak.bandwidths[i].workingSetBytes > peak.bandwidths[i - 1].workingSetBytes);
    }
    QCOMPARE(peak.bandwidthFor(1), peak.bandwidths.front().gbPerSecond);
    QCOMPARE(peak.bandwidthFor(std::int64_t{1} << 40), peak.bandwidths.back().gbPerSecond);
}

void TstProfile::aStopIsHeard()
{
    std::stop_source stop;
    stop.request_stop();
    const Control control(stop.get_token());
    const auto program = Program::compile(test::smallNetwork(), {});
    QVERIFY_THROWS_EXCEPTION(Error, measurePeak(1, control));
    QVERIFY_THROWS_EXCEPTION(
        Error, profileProgram(program, program->defaultBinding(), seededInputs(*program, 1), {}, control));
}

QTEST_GUILESS_MAIN(TstProfile)
#include "tst_profile.moc"
