// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/calibration/input_moments.h"

#include <Eigen/Core>

#include <algorithm>
#include <map>
#include <set>

#include "core/base/parallel.h"

namespace lathe {

namespace {

using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using MatrixView = Eigen::Map<const Matrix>;
using SumView = Eigen::Map<Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>;

/// Samples whose inputs are in memory at once. Fixed, so that nothing depends on the number of workers.
constexpr std::int64_t chunkSamples = 4;

/// The sums of one layer.
class Accumulator
{
public:
    Accumulator(const ProductGeometry& geometry, bool second, bool cross)
        : m_geometry(geometry)
    {
        m_sums.groups = geometry.groups;
        m_sums.depth = geometry.depth;
        const auto vectors = static_cast<std::size_t>(geometry.groups * geometry.depth);
        m_sums.mean.assign(vectors, 0);
        m_sums.referenceMean.assign(vectors, 0);
        if (second)
            m_sums.second.assign(vectors * static_cast<std::size_t>(geometry.depth), 0);
        if (second && cross)
            m_sums.cross.assign(vectors * static_cast<std::size_t>(geometry.depth), 0);
    }

    void add(std::span<const float> reference, std::span<const float> test, std::int64_t first,
             std::int64_t last)
    {
        // Both runs are cut into the same tiles; those of the first are kept for the cross moments.
        std::vector<std::vector<float>> tiles;
        const auto takeReference = [&](std::int64_t group, std::int64_t columns,
                                       std::span<const float> values) {
            addMean(m_sums.referenceMean, group, columns, values);
            if (group == 0)
                m_sums.count += columns;
            if (!m_sums.cross.empty())
                tiles.emplace_back(values.begin(), values.end());
        };
        std::size_t next = 0;
        const auto takeTest = [&](std::int64_t group, std::int64_t columns, std::span<const float> values) {
            addMean(m_sums.mean, group, columns, values);
            if (!m_sums.second.empty())
                addProduct(m_sums.second, group, columns, values, values);
            if (!m_sums.cross.empty())
                addProduct(m_sums.cross, group, columns, tiles[next++], values);
        };
        forEachTile(m_geometry, reference, first, last, takeReference);
        forEachTile(m_geometry, test, first, last, takeTest);
    }

    InputMoments finished()
    {
        for (auto* sums : {&m_sums.mean, &m_sums.referenceMean, &m_sums.second, &m_sums.cross})
            for (double& sum : *sums)
                sum /= static_cast<double>(std::max<std::int64_t>(m_sums.count, 1));
        return std::move(m_sums);
    }

private:
    void addMean(std::vector<double>& sums, std::int64_t group, std::int64_t columns,
                 std::span<const float> values) const
    {
        for (std::int64_t k = 0; k < m_geometry.depth; ++k) {
            double sum = 0;
            for (std::int64_t i = 0; i < columns; ++i)
                sum += double{values[static_cast<std::size_t>(k * columns + i)]};
            sums[static_cast<std::size_t>(group * m_geometry.depth + k)] += sum;
        }
    }

    void addProduct(std::vector<double>& sums, std::int64_t group, std::int64_t columns,
                    std::span<const float> left, std::span<const float> right) const
    {
        const std::int64_t depth = m_geometry.depth;
        const Matrix product =
            MatrixView(left.data(), depth, columns) * MatrixView(right.data(), depth, columns).transpose();
        SumView(sums.data() + group * depth * depth, depth, depth) += product.cast<double>();
    }

    const ProductGeometry& m_geometry;
    InputMoments m_sums;
};

/// Runs samples and keeps what the watched layers read.
class InputRecorder
{
public:
    InputRecorder(const MomentSource& source, int workers)
        : m_source(source)
        , m_executions(static_cast<std::size_t>(workers))
    {
    }

    SampleInputs record(std::span<const ProductGeometry> layers, const Samples& samples, std::int64_t index,
                        int worker, const Control& control)
    {
        Pair& pair = m_executions[static_cast<std::size_t>(worker)];
        if (!pair.floating)
            pair.floating = std::make_unique<Execution>(m_source.program);
        if (!pair.quantized && m_source.quantizedProgram)
            pair.quantized = std::make_unique<Execution>(m_source.quantizedProgram);
        const TensorMap inputs = samples.load(index);
        SampleInputs result;
        std::set<std::string> names;
        for (const ProductGeometry& layer : layers)
            names.insert(layer.input);
        run(*pair.floating, *m_source.program, m_source.floating, names, inputs, result.reference, control);
        if (pair.quantized)
            run(*pair.quantized, *m_source.quantizedProgram, m_source.quantized, names, inputs, result.test,
                control);
        return result;
    }

private:
    struct Pair
    {
        std::unique_ptr<Execution> floating;
        std::unique_ptr<Execution> quantized;
    };

    static void run(Execution& execution, const Program& program, const Binding& binding,
                    const std::set<std::string>& names, const TensorMap& inputs,
                    std::map<std::string, std::vector<float>>& into, const Control& control)
    {
        std::map<std::string, Tap> taps;
        for (const std::string& name : names) {
            const auto given = inputs.find(name);
            if (given != inputs.end())
                into[name] = asRead(program, binding, name, given->second);
            else
                taps[name] = [&into, &name](const TapView& view) {
                    into[name].assign(view.reals.begin(), view.reals.end());
                };
        }
        execution.run(inputs, binding, control, taps);
    }

    /// A graph input as the layer reads it: on its grid.
    static std::vector<float> asRead(const Program& program, const Binding& binding, const std::string& name,
                                     const Tensor& given)
    {
        const int slot = program.findSlot(name, Slot::Kind::activation);
        const bool active =
            slot >= 0 && binding.precision() != Precision::floating && binding.setting(slot).active();
        return active
                   ? fakeQuantize(given.converted(DType::float32), *binding.setting(slot).encoding).toFloats()
                   : given.toFloats();
    }

    const MomentSource& m_source;
    std::vector<Pair> m_executions;
};

/// What each worker takes at once: some groups of one layer.
struct Share
{
    std::size_t layer;
    std::int64_t first;
    std::int64_t last;
};

constexpr std::int64_t groupsOfShare = 16;

/// Adds what was counted elsewhere to moments.
void join(InputMoments& sum, const InputMoments& more)
{
    const auto total = static_cast<double>(std::max<std::int64_t>(sum.count + more.count, 1));
    const double share = static_cast<double>(sum.count) / total,
                 other = static_cast<double>(more.count) / total;
    const auto joinNumbers = [&](std::vector<double>& into, const std::vector<double>& from) {
        for (std::size_t i = 0; i < into.size(); ++i)
            into[i] = into[i] * share + from[i] * other;
    };
    joinNumbers(sum.referenceMean, more.referenceMean);
    joinNumbers(sum.mean, more.mean);
    joinNumbers(sum.second, more.second);
    joinNumbers(sum.cross, more.cross);
    sum.count += more.count;
    sum.samples += more.samples;
}

std::int64_t matrixBytes(const ProductGeometry& layer, bool cross)
{
    return layer.groups * layer.depth * layer.depth * static_cast<std::int64_t>(sizeof(double)) *
           (cross ? 2 : 1);
}

std::vector<InputMoments> collectBatch(const RecordInputs& record, bool cross, std::int64_t samples,
                                       std::span<const ProductGeometry> layers, const MomentOptions& options,
                                       int workers, const Control& control)
{
    const std::size_t halves = options.halvesOf > 0 ? 2 : 1;
    std::vector<std::vector<Accumulator>> sums(layers.size());
    std::vector<Share> shares;
    for (std::size_t i = 0; i < layers.size(); ++i) {
        for (std::size_t half = 0; half < halves; ++half)
            sums[i].emplace_back(layers[i], options.second, cross);
        for (std::int64_t group = 0; group < layers[i].groups; group += groupsOfShare)
            shares.push_back({i, group, std::min(group + groupsOfShare, layers[i].groups)});
    }
    for (std::int64_t first = 0; first < samples; first += chunkSamples) {
        const std::int64_t count = std::min(chunkSamples, samples - first);
        std::vector<SampleInputs> inputs(static_cast<std::size_t>(count));
        parallelFor(count, workers, control, [&](std::int64_t i, int worker) {
            inputs[static_cast<std::size_t>(i)] = record(layers, first + i, worker);
        });
        parallelFor(static_cast<std::int64_t>(shares.size()), workers, control, [&](std::int64_t i, int) {
            const Share& share = shares[static_cast<std::size_t>(i)];
            const std::string& name = layers[share.layer].input;
            for (std::int64_t at = 0; at < count; ++at) {
                control.throwIfStopped();
                const SampleInputs& sample = inputs[static_cast<std::size_t>(at)];
                const std::vector<float>& reference = sample.reference.at(name);
                const auto test = sample.test.find(name);
                const std::int64_t half = halves == 2 ? (first + at) % options.halvesOf % 2 : 0;
                sums[share.layer][static_cast<std::size_t>(half)].add(
                    reference, test == sample.test.end() ? reference : test->second, share.first, share.last);
            }
        });
    }
    std::vector<InputMoments> result;
    for (std::vector<Accumulator>& parts : sums) {
        std::vector<InputMoments> found;
        for (Accumulator& part : parts)
            found.push_back(part.finished());
        result.push_back(found.front());
        if (halves == 1)
            continue;
        join(result.back(), found.back());
        result.back().halves = std::move(found);
    }
    return result;
}

} // namespace

bool canWatchInput(const Program& program, const ProductGeometry& geometry)
{
    const Graph& graph = program.graph();
    const ValueId value = graph.find(geometry.input);
    return value.valid() && (graph.isInput(value) || program.canTap(geometry.input));
}

std::vector<InputMoments> collectInputMoments(const MomentSource& source,
                                              const std::vector<ProductGeometry>& layers,
                                              const Samples& samples, const MomentOptions& options,
                                              const Control& control)
{
    MomentOptions used = options;
    used.workers = options.workers > 0 ? options.workers : hardwareThreads();
    InputRecorder recorder(source, used.workers);
    const auto record = [&](std::span<const ProductGeometry> batch, std::int64_t sample, int worker) {
        return recorder.record(batch, samples, sample, worker, control);
    };
    return collectInputMoments(record, source.quantizedProgram != nullptr, samples.size(), layers, used,
                               control);
}

std::vector<InputMoments> collectInputMoments(const RecordInputs& record, bool cross, std::int64_t samples,
                                              const std::vector<ProductGeometry>& layers,
                                              const MomentOptions& options, const Control& control)
{
    if (samples < 1)
        throw Error(ErrorCode::datasetEmpty, "calibration");
    const int workers = options.workers > 0 ? options.workers : hardwareThreads();
    const std::int64_t parts = options.halvesOf > 0 ? 3 : 1;
    std::vector<InputMoments> result;
    for (std::size_t first = 0; first < layers.size();) {
        std::size_t last = first;
        std::int64_t bytes = 0;
        do
            bytes += options.second ? parts * matrixBytes(layers[last++], cross) : (++last, 0);
        while (last < layers.size() &&
               (!options.second || bytes + parts * matrixBytes(layers[last], true) <= options.memoryBytes));
        const std::span<const ProductGeometry> batch(layers.data() + first, last - first);
        for (InputMoments& moments : collectBatch(record, cross, samples, batch, options, workers, control)) {
            moments.samples = samples;
            result.push_back(std::move(moments));
        }
        first = last;
    }
    return result;
}

} // namespace lathe
