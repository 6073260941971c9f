// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/bench_profile.h"
#include "app/cli/precision.h"
#include "app/cli/verb.h"
#include "core/base/process_memory.h"
#include "core/base/text.h"
#include "core/runtime/run_memory.h"

#include <algorithm>
#include <chrono>
#include <memory>

namespace lathe::cli {
namespace {

struct BenchOptions
{
    std::string model;
    std::string precision = "float";
    std::vector<std::string> shapes;
    std::int64_t batch = 1;
    int repeat = 20;
    int warmup = 3;
    bool profile = false;
};

/// The input shapes to time: --shape, else the model's with an unknown first dimension as the batch.
std::map<std::string, Shape> benchShapes(const Graph& graph, const BenchOptions& options)
{
    std::map<std::string, Shape> shapes = parseShapes(options.shapes);
    for (const ValueId id : graph.inputs) {
        const Value& value = graph.value(id);
        if (shapes.contains(value.name) || !value.shape)
            continue;
        Shape shape = *value.shape;
        for (int axis = 0; axis < shape.rank(); ++axis)
            if (axis == 0 && (shape[0] == Shape::unknown || options.batch > 1))
                shape[0] = options.batch;
            else if (shape[axis] == Shape::unknown)
                throw Error(ErrorCode::shapeUnknown, value.name, {{"value", value.name}});
        shapes[value.name] = shape;
    }
    return shapes;
}

/// Peak memory of the process, before the first run. Compiling has taken the most of it: the engine's libraries, the
/// machine code that oneDNN generates (some 1 MB a convolution, which no interface tells), and packed weights.
std::int64_t forecastPeak(const Program& program)
{
    return std::max(peakRssBytes(), residentBytes() + runBytes(program));
}

int benchModel(const BenchOptions& options, Context& context)
{
    const Source source = openSource(options.model, context);
    CompileOptions compile;
    compile.threads = context.workers();
    compile.inputShapes = benchShapes(source.model->graph, options);
    const Runnable runnable = compileSource(source, options.precision, compile, context);
    const TensorMap inputs = seededInputs(*runnable.program, context.seed);
    if (options.profile)
        return reportProfile(source, options.precision, compile, runnable, inputs, {options.repeat, options.warmup}, context);
    const std::int64_t forecast = forecastPeak(*runnable.program);
    Execution execution(runnable.program);
    std::vector<double> timesMs;
    for (int i = 0; i < options.warmup + options.repeat; ++i) {
        const auto start = std::chrono::steady_clock::now();
        execution.run(inputs, runnable.binding, context.control);
        const std::chrono::duration<double, std::milli> spent = std::chrono::steady_clock::now() - start;
        if (i >= options.warmup)
            timesMs.push_back(spent.count());
        context.control.progress(i + 1, options.warmup + options.repeat, "timing");
    }
    std::sort(timesMs.begin(), timesMs.end());
    const double median = timesMs[timesMs.size() / 2];
    const double p90 = timesMs[(timesMs.size() * 9) / 10];
    context.report({{"medianMs", median},
                    {"minMs", timesMs.front()},
                    {"p90Ms", p90},
                    {"timesMs", timesMs},
                    {"threads", compile.threads},
                    {"batch", options.batch},
                    {"precision", options.precision},
                    {"arenaBytes", runnable.program->arenaBytes()},
                    {"weightBytes", runnable.program->weightBytes()},
                    {"forecastPeakBytes", forecast},
                    {"peakRssBytes", peakRssBytes()}},
                   "median " + fixedText(median, 3) + " ms, min " + fixedText(timesMs.front(), 3) + " ms, p90 " +
                       fixedText(p90, 3) + " ms (" + std::to_string(compile.threads) + " threads, " +
                       options.precision + ")\n");
    return done;
}

VerbAction declare(CLI::App& command)
{
    auto options = std::make_shared<BenchOptions>();
    command.add_option("model", options->model, "Model file or project")->required();
    addPrecisionOption(command, options->precision);
    command.add_option("--shape", options->shapes, "NAME=1x3x224x224, once an input");
    command.add_option("--batch", options->batch, "Batch size")->check(CLI::Range(1, 65536))->capture_default_str();
    command.add_option("--repeat", options->repeat, "Timed runs")->check(CLI::Range(1, 1000000))->capture_default_str();
    command.add_option("--warmup", options->warmup, "Untimed runs before")->check(CLI::Range(0, 1000000))->capture_default_str();
    command.add_flag("--profile", options->profile,
                     "Time of each layer, held against what this machine can do and, for a quantized source, against float");
    return [options](Context& context) { return benchModel(*options, context); };
}

}

void register_bench(Table<Verb>& table)
{
    table.add({.id = "bench", .summary = "Measure inference time", .declare = declare});
}

}
