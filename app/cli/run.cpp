// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/precision.h"
#include "app/cli/tensor_files.h"
#include "app/cli/verb.h"
#include "core/base/text.h"
#include "core/tensor/npy.h"

#include <memory>

namespace lathe::cli {
namespace {

struct RunOptions
{
    std::string model;
    std::vector<std::string> inputs;
    std::string outputDir;
    std::string precision = "float";
    std::string tensors;
};

/// The dimensions that the model fixes must be those of the tensor.
void requireShape(const Value& input, const Tensor& tensor)
{
    if (!input.shape)
        return;
    bool fits = input.shape->rank() == tensor.shape().rank();
    for (int axis = 0; fits && axis < tensor.shape().rank(); ++axis)
        fits = (*input.shape)[axis] == Shape::unknown || (*input.shape)[axis] == tensor.shape()[axis];
    if (!fits)
        throw Error(ErrorCode::shapeMismatch, input.name,
                    {{"actual", tensor.shape().text()}, {"expected", input.shape->text()}});
}

TensorMap readInputs(const std::vector<std::string>& assignments, const Graph& graph, const Fs& fs)
{
    TensorMap inputs;
    std::string known;
    for (const ValueId id : graph.inputs)
        known += (known.empty() ? "" : ", ") + graph.value(id).name;
    for (const std::string& assignment : assignments) {
        auto [name, file] = splitAssignment(assignment, "--input");
        if (name == "*" && graph.inputs.size() == 1)
            name = graph.value(graph.inputs.front()).name;
        if (!graph.find(name).valid() || !graph.isInput(graph.find(name)))
            throw Error(ErrorCode::inputUnknown, "--input", {{"input", name}, {"inputs", known}});
        const Tensor tensor = readNpy(fs.map(file), file);
        const DType wanted = graph.value(graph.find(name)).dtype;
        const bool sameStorage = wanted == DType::bfloat16 && tensor.dtype() == DType::uint16;
        requireShape(graph.value(graph.find(name)), tensor);
        if (inputs.contains(name))
            throw UsageError("--input gives \"" + name + "\" twice.");
        inputs[name] = sameStorage ? Tensor::view(wanted, tensor.shape(), tensor.bytes(), std::make_shared<Tensor>(tensor))
                                   : tensor;
    }
    for (const ValueId id : graph.inputs)
        if (!inputs.contains(graph.value(id).name))
            throw Error(ErrorCode::inputMissing, "--input", {{"input", graph.value(id).name}, {"inputs", known}});
    return inputs;
}

/// Watches the tensors that --tensors names ("all": every value that the program can show).
class Watcher
{
public:
    Watcher(const std::string& wanted, const Program& program)
    {
        if (wanted == "all")
            watchAll(program);
        if (wanted == "all" || wanted.empty())
            return;
        for (const std::string& name : splitText(wanted, ',')) {
            if (!program.canTap(name))
                throw Error(ErrorCode::invalidArgument, "--tensors", {{"what", reason(name, program.graph())}});
            watch(name);
        }
    }

    const TapMap& taps() const { return m_taps; }
    const TensorMap& seen() const { return m_seen; }

private:
    static std::string reason(const std::string& name, const Graph& graph)
    {
        return graph.find(name).valid() ? "The tensor \"" + name + "\" is not computed on its own: the layer that it is part of ends later."
                                        : "The model has no tensor \"" + name + "\".";
    }

    void watchAll(const Program& program)
    {
        for (const Node& node : program.graph().nodes())
            for (const ValueId id : node.outputs)
                if (id.valid() && program.canTap(program.graph().value(id).name))
                    watch(program.graph().value(id).name);
    }

    void watch(const std::string& name)
    {
        m_taps[name] = [this](const TapView& view) { m_seen[view.value] = Tensor::of<float>(view.shape, view.reals); };
    }

    TapMap m_taps;
    TensorMap m_seen;
};

/// The graph outputs in their order, then the watched tensors by name.
std::vector<std::pair<std::string, Tensor>> inOrder(const Graph& graph, const TensorMap& outputs, const TensorMap& watched)
{
    std::vector<std::pair<std::string, Tensor>> tensors;
    for (const ValueId id : graph.outputs)
        tensors.emplace_back(graph.value(id).name, outputs.at(graph.value(id).name));
    for (const auto& [name, tensor] : watched)
        if (!outputs.contains(name))
            tensors.emplace_back(name, tensor);
    return tensors;
}

void reportTensors(const std::vector<std::pair<std::string, Tensor>>& tensors, const std::vector<Path>& files,
                   const Context& context)
{
    Json json = {{"outputs", Json::array()}};
    std::string text;
    for (std::size_t i = 0; i < tensors.size(); ++i) {
        const auto& [name, tensor] = tensors[i];
        json["outputs"].push_back({{"name", name},
                                   {"file", files[i].string()},
                                   {"shape", tensor.shape().dims()},
                                   {"dtype", dtypeName(tensor.dtype())}});
        text += name + ": " + tensor.shape().text() + " " + std::string(dtypeName(tensor.dtype())) + " -> " +
                files[i].string() + "\n";
    }
    context.report(json, text);
}

int runModel(const RunOptions& options, Context& context)
{
    const Source source = openSource(options.model, context);
    requirePrecision(source, options.precision);
    const TensorMap inputs = readInputs(options.inputs, source.model->graph, *context.fs);
    CompileOptions compile;
    compile.threads = context.workers();
    compile.tapAll = !options.tensors.empty();
    for (const auto& [name, tensor] : inputs)
        compile.inputShapes[name] = tensor.shape();
    const Runnable runnable = compileSource(source, options.precision, compile, context);
    Watcher watcher(options.tensors, *runnable.program);
    Execution execution(runnable.program);
    const TensorMap outputs = execution.run(inputs, runnable.binding, context.control, watcher.taps());
    const auto tensors = inOrder(runnable.program->graph(), outputs, watcher.seen());
    reportTensors(tensors, writeTensors(*context.fs, options.outputDir, tensors), context);
    return done;
}

VerbAction declare(CLI::App& command)
{
    auto options = std::make_shared<RunOptions>();
    command.add_option("model", options->model, "Model file or project")->required();
    command.add_option("--input", options->inputs, "NAME=FILE.npy, once an input")->allow_extra_args(false);
    command.add_option("--output-dir", options->outputDir, "Folder for the outputs")->required();
    command.add_option("--tensors", options->tensors, "Also write these tensors: all, or names with commas");
    addPrecisionOption(command, options->precision);
    return [options](Context& context) { return runModel(*options, context); };
}

}

void register_run(Table<Verb>& table)
{
    table.add({.id = "run", .summary = "Run one inference on .npy files", .declare = declare});
}

}
