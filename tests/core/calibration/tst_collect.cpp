// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/calibration/collect.h"

#include <QTest>
#include <atomic>

#include "core/calibration/statistics_io.h"
#include "core/ops/infer_shapes.h"
#include "core/ops/layers.h"
#include "core/ops/reference.h"
#include "tests/core/calibration/distributions.h"
#include "tests/support/expect_error.h"
#include "tests/support/unlabelled_samples.h"

using namespace lathe;
using namespace lathe::test;

namespace {

/// Seeded images of different spread.
class SeededSamples : public UnlabelledSamples
{
public:
    explicit SeededSamples(std::int64_t count, std::int64_t broken = -1) : UnlabelledSamples(count), m_broken(broken) {}

    std::string id(std::int64_t index) const override { return "sample" + std::to_string(index); }
    TensorMap load(std::int64_t index) const override
    {
        if (index == m_broken)
            throw Error(ErrorCode::imageUnreadable, id(index), {{"reason", "the test says so"}});
        Tensor tensor(DType::float32, Shape{1, 3, 12, 12});
        std::mt19937 generator(static_cast<unsigned>(index));
        std::normal_distribution<float> normal(0.1F, 0.5F + 0.1F * static_cast<float>(index % 5));
        for (float& value : tensor.mutableData<float>())
            value = normal(generator);
        return {{"x", tensor}};
    }

private:
    std::int64_t m_broken;
};

const Graph& network()
{
    static const Graph graph = [] {
        Graph parsed = parseGraph(R"(
opset 13
input x: float32[1x3x12x12]
w1: float32[8x3x3x3] = ...
b1: float32[8] = ...
c1 = Conv(x, w1, b1) {pads=[1, 1, 1, 1]}
r1 = Relu(c1)
w2: float32[8x1x3x3] = ...
c2 = Conv(r1, w2) {pads=[1, 1, 1, 1], group=8}
a = Add(c2, r1)
p = MaxPool(a) {kernel_shape=[2, 2], strides=[2, 2]}
s = Sigmoid(p)
g = GlobalAveragePool(s)
f = Flatten(g)
w3: float32[8x5] = ...
y = Gemm(f, w3)
output y
)");
        inferShapes(parsed);
        return parsed;
    }();
    return graph;
}

Statistics collect(const Samples& samples, int workers, const Control& control = {}, std::int64_t limit = 0)
{
    CollectOptions options;
    options.workers = workers;
    options.limit = limit;
    return collectStatistics(network(), samples, sha256("data"), options, control);
}

Bytes bytesOf(Statistics statistics)
{
    statistics.seconds = statistics.inferenceSeconds = 0;
    return writeStatistics(statistics);
}

}  // namespace

class TstCollect : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void sameBytesForAnyNumberOfWorkers();
    void watchesLayersAndInputs();
    void agreesWithTheReference();
    void limitsSamples();
    void stops();
    void namesTheSampleThatFailed();
    void reportsPartialResults();
    void looksIntoBodies();
};

void TstCollect::sameBytesForAnyNumberOfWorkers()
{
    const SeededSamples samples(23);
    const Bytes one = bytesOf(collect(samples, 1));
    for (const int workers : {2, 4})
        QVERIFY(bytesOf(collect(samples, workers)) == one);
}

void TstCollect::watchesLayersAndInputs()
{
    const Statistics statistics = collect(SeededSamples(3), 2);
    QVERIFY(statistics.graph == network().digest());
    QVERIFY(statistics.data == sha256("data"));
    QCOMPARE(statistics.sampleIds, (std::vector<std::string>{"sample0", "sample1", "sample2"}));
    for (const Layer& layer : findLayers(network())) {
        const TensorStatistics& tensor = statistics.tensor(network().value(layer.output).name);
        QCOMPARE(tensor.shape, *network().value(layer.output).shape);
        QCOMPARE(tensor.moments.count, 3 * tensor.shape.elements());
        QCOMPARE(tensor.histogram.total(), std::uint64_t(tensor.moments.count));
        QCOMPARE(tensor.samples.size(), std::size_t(3));
    }
    QCOMPARE(statistics.tensor("r1").channels.size(), std::size_t(8));
    QVERIFY(statistics.tensors.count("c1") == 0);
    QVERIFY(statistics.seconds > 0 && statistics.inferenceSeconds > 0);
}

void TstCollect::agreesWithTheReference()
{
    constexpr int count = 6;
    const SeededSamples samples(count);
    const Statistics statistics = collect(samples, 2);
    for (const auto& [name, tensor] : statistics.tensors) {
        std::vector<float> all;
        float lowest = INFINITY;
        std::int64_t lowestSample = -1;
        for (int i = 0; i < count; ++i) {
            TensorMap values = runReference(network(), samples.load(i), Control(), true);
            if (name == "x")
                values = samples.load(i);
            const auto seen = values.at(name).data<float>();
            const float minimum = *std::min_element(seen.begin(), seen.end());
            if (minimum < lowest) {
                lowest = minimum;
                lowestSample = i;
            }
            all.insert(all.end(), seen.begin(), seen.end());
        }
        const TensorStatistics expected = statisticsOf(all);
        const double scale = std::max(std::abs(expected.moments.minimum), std::abs(expected.moments.maximum));
        QCOMPARE(tensor.moments.count, expected.moments.count);
        QVERIFY2(std::abs(tensor.moments.mean() - expected.moments.mean()) < 1e-5 * scale, name.c_str());
        QVERIFY2(std::abs(tensor.moments.variance() - expected.moments.variance()) < 1e-4 * scale * scale, name.c_str());
        QVERIFY2(std::abs(tensor.moments.maximum - expected.moments.maximum) < 1e-5 * scale, name.c_str());
        if (name != "r1")  // all samples have zeros there
            QCOMPARE(tensor.minimumSample, lowestSample);
        QVERIFY(std::abs(tensor.histogram.quantile(0.9) - expected.histogram.quantile(0.9)) <= scale / 32);
    }
}

void TstCollect::limitsSamples()
{
    QVERIFY(bytesOf(collect(SeededSamples(9), 2, {}, 4)) == bytesOf(collect(SeededSamples(4), 1)));
    LATHE_EXPECT_ERROR(datasetEmpty, collect(SeededSamples(0), 2));
}

void TstCollect::stops()
{
    std::stop_source source;
    std::atomic<int> done = 0;
    const Control control(source.get_token(), [&](const Progress&) {
        if (++done == 3)
            source.request_stop();
    });
    LATHE_EXPECT_ERROR(stopped, collect(SeededSamples(100000), 3, control));
    QVERIFY(done < 100);
}

void TstCollect::namesTheSampleThatFailed()
{
    for (const int workers : {1, 3}) {
        const auto error = errorOf([&] { return collect(SeededSamples(200, 17), workers); });
        QVERIFY(error.has_value());
        QVERIFY(error->code() == ErrorCode::imageUnreadable);
        QCOMPARE(error->where(), std::string("sample17"));
    }
}

void TstCollect::reportsPartialResults()
{
    CollectOptions options;
    options.workers = 2;
    std::int64_t last = 0;
    int reports = 0;
    options.partial = [&](std::shared_ptr<const Statistics> statistics) {
        const auto seen = static_cast<std::int64_t>(statistics->sampleIds.size());
        if (seen < last)
            last = INT64_MAX;
        else
            last = seen;
        ++reports;
    };
    std::stop_source source;
    const auto start = std::chrono::steady_clock::now();
    const Control control(source.get_token(), [&](const Progress&) {
        if (std::chrono::steady_clock::now() - start > std::chrono::milliseconds(900))
            source.request_stop();
    });
    LATHE_EXPECT_ERROR(stopped, collectStatistics(network(), SeededSamples(10000000), {}, options, control));
    QVERIFY2(reports >= 1 && reports <= 4, qPrintable(QString::number(reports)));
    QVERIFY(last > 0 && last < INT64_MAX);
}

/// A branch that only some samples take, and a body that runs three times a sample.
void TstCollect::looksIntoBodies()
{
    class Numbers : public UnlabelledSamples
    {
    public:
        Numbers()
            : UnlabelledSamples(4)
        {
        }
        TensorMap load(std::int64_t index) const override
        {
            const auto first = static_cast<float>(index);
            return {{"x", Tensor::of<float>({1, 2}, {first, -first})}, {"c", Tensor::scalar(index % 2 == 1)}};
        }
    };
    Graph graph = parseGraph(R"(
input c: bool[]
input x: float32[1x2]
y = If(c) {then_branch=graph {
    capture x
    two: float32[] = 2
    a = Mul(x, two)
    output a
}, else_branch=graph {
    capture x
    b = Neg(x)
    output b
}}
trips: int64[] = 3
z = Loop(trips, _, y) {body=graph {
    input i: int64[]
    input go: bool[]
    input v: float32[1x2]
    d = Add(v, v)
    ok = Identity(go)
    output ok, d
}}
output z
)");
    inferShapes(graph);
    for (const int workers : {1, 3}) {
        CollectOptions options;
        options.workers = workers;
        const Statistics statistics = collectStatistics(graph, Numbers(), sha256("data"), options, {});
        const TensorStatistics& taken = statistics.tensor("y/then_branch/a"); // of samples 1 and 3
        QCOMPARE(taken.moments.count, std::int64_t(4));
        QCOMPARE(taken.moments.maximum, 6.0F);
        QCOMPARE(taken.channels.at(1).minimum, -6.0F);
        QCOMPARE(taken.histogram.total(), std::uint64_t(4));
        QCOMPARE(taken.maximumSample, std::int64_t(3));
        QCOMPARE(taken.samples.size(), std::size_t(4));
        QVERIFY(taken.samples[0].minimum > taken.samples[0].maximum);
        QCOMPARE(taken.samples[1].maximum, 2.0F);
        const TensorStatistics& looped = statistics.tensor("z/body/d");
        QCOMPARE(looped.moments.count, std::int64_t(4 * 3 * 2));
        QCOMPARE(looped.histogram.total(), std::uint64_t(4 * 3 * 2));
        QCOMPARE(looped.moments.maximum, 3 * 2 * 8.0F);
        QCOMPARE(looped.samples[1].maximum, 16.0F);
        // Samples 1 and 3 give y = (2, -2) and (6, -6), samples 0 and 2 give (0, 0) and (-2, 2); doubled one
        // to three times.
        QCOMPARE(looped.channels.at(0).sum, (2.0 + 6.0 - 2.0) * (2 + 4 + 8));
        QCOMPARE(looped.moments.sum, 0.0);
    }
}

QTEST_GUILESS_MAIN(TstCollect)
#include "tst_collect.moc"
