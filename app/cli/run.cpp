// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/precision.h"
#include "app/cli/verb.h"
#include "core/base/text.h"
#include "core/tensor/npy.h"

#include <cctype>
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

std::string fileNameOf(const std::string& tensor)
{
    std::string name;
    for (const char c : tensor)
        name += std::isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '_' || c == '-' ? c : '_';
    return name + ".npy";
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
    Watcher(const std::string& wanted, const Graph& graph)
    {
        if (wanted.empty())
            return;
        if (wanted == "all") {
            for (const Node& node : graph.nodes())
                for (const ValueId id : node.outputs)
                    if (id.valid())
                        watch(graph.value(id).name);
            return;
        }
        for (const std::string& name : splitText(wanted, ',')) {
            if (!graph.find(name).valid())
                throw Error(ErrorCode::invalidArgument, "--tensors",
                            {{"what", "The model has no tensor \"" + name + "\"."}});
            watch(name);
        }
    }

    const std::map<std::string, Tap>& taps() const { return m_taps; }
    const TensorMap& seen() const { return m_seen; }

private:
    void watch(const std::string& name)
    {
        m_taps[name] = [this](const TapView& view) { m_seen[view.value] = Tensor::of<float>(view.shape, view.reals); };
    }

    std::map<std::string, Tap> m_taps;
    TensorMap m_seen;
};

int runModel(const RunOptions& options, Context& context)
{
    const Source source = openSource(options.model, context);
    const TensorMap inputs = readInputs(options.inputs, source.model->graph, *context.fs);
    CompileOptions compile;
    compile.threads = context.workers();
    compile.tapAll = !options.tensors.empty();
    for (const auto& [name, tensor] : inputs)
        compile.inputShapes[name] = tensor.shape();
    const Runnable runnable = compileFor(source, options.precision, compile, context);
    Watcher watcher(options.tensors, runnable.program->graph());
    Execution execution(runnable.program);
    TensorMap outputs = execution.run(inputs, runnable.binding, context.control, watcher.taps());
    for (const auto& [name, tensor] : watcher.seen())
        outputs.try_emplace(name, tensor);

    context.fs->createFolders(options.outputDir);
    Json json = {{"outputs", Json::array()}};
    std::string text;
    for (const auto& [name, tensor] : outputs) {
        const Path file = Path(options.outputDir) / fileNameOf(name);
        context.fs->writeWhole(file, writeNpy(tensor));
        json["outputs"].push_back({{"name", name},
                                   {"file", file.string()},
                                   {"shape", tensor.shape().dims()},
                                   {"dtype", dtypeName(tensor.dtype())}});
        text += name + ": " + tensor.shape().text() + " " + std::string(dtypeName(tensor.dtype())) + " -> " +
                file.string() + "\n";
    }
    context.report(json, text);
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
