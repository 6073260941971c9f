// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/suites/node_case.h"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "core/formats/formats.h"
#include "core/formats/onnx_tensor.h"
#include "core/ops/infer_shapes.h"
#include "core/passes/simplify.h"
#include "core/runtime/program.h"
#include "tests/support/shared_files.h"

namespace lathe::test {

namespace {

Tensor readTensorFile(const Path& path)
{
    const auto file = systemFs().map(path);
    ExternalData external{Path()};
    return onnx::readTensor(file->bytes(), path.string(), {file, external});
}

/// The data files of ONNX 1.12 hold bfloat16 as uint16, which is what numpy has for it.
Tensor statedAs(const Value& value, const Tensor& tensor)
{
    if (value.dtype != DType::bfloat16 || tensor.dtype() != DType::uint16)
        return tensor;
    Tensor result(DType::bfloat16, tensor.shape());
    std::ranges::copy(tensor.bytes(), result.mutableBytes().begin());
    return result;
}

/// stem0.pb, stem1.pb ... of one data set, for these values.
std::vector<Tensor> readTensorFiles(const Path& folder, const std::string& stem, const Graph& graph,
                                    const std::vector<ValueId>& values)
{
    std::vector<Tensor> tensors;
    for (std::size_t i = 0; std::filesystem::exists(folder / (stem + std::to_string(i) + ".pb")); ++i) {
        Tensor tensor = readTensorFile(folder / (stem + std::to_string(i) + ".pb"));
        tensors.push_back(i < values.size() ? statedAs(graph.value(values[i]), tensor) : tensor);
    }
    return tensors;
}

/// Some cases are kept at the operator set in which their operator appeared, before the oldest one that is read. Their
/// operators have the same form in set 7, so that number, the last byte of the file, is raised.
Graph readModelOf(const Path& path)
{
    constexpr std::byte opsetImport{0x42}, version{0x10};
    Bytes bytes = systemFs().read(path);
    const std::size_t end = bytes.size();
    const bool named = bytes[end - 6] == opsetImport, unnamed = bytes[end - 4] == opsetImport;
    if ((named || unnamed) && bytes[end - 2] == version && bytes[end - 1] < std::byte{7})
        bytes[end - 1] = std::byte{7};
    return readModel(std::move(bytes), "onnx", Control()).graph;
}

/// How far a result may be from the expected one, relative to the largest expected magnitude. The expected values come
/// from float32 arithmetic in numpy, whose own rounding adds to ours.
double toleranceOf(const Graph& graph)
{
    double tolerance = 0;
    for (const Node& node : graph.nodes()) {
        const Op* op = findOp(node);
        if (!op)
            continue;
        switch (op->exactness) {
        case Exactness::exact: break;
        case Exactness::rounded: tolerance = std::max(tolerance, 0x1p-22); break;
        case Exactness::accumulated: tolerance = std::max(tolerance, 0x1p-20); break;
        case Exactness::approximate: tolerance = std::max(tolerance, 0x1p-19); break;
        }
    }
    return tolerance;
}

double unitOf(DType type)
{
    return type == DType::float16 ? 0x1p-10 : type == DType::bfloat16 ? 0x1p-7 : 0;
}

/// What is wrong with `actual`, or "".
std::string difference(const Tensor& expected, const Tensor& actual, double tolerance, double expectedError)
{
    if (expected.empty())
        return "no value is expected";
    if (actual.dtype() != expected.dtype())
        return "type " + std::string(dtypeName(actual.dtype())) + " instead of " + std::string(dtypeName(expected.dtype()));
    if (actual.shape() != expected.shape())
        return "shape " + actual.shape().text() + " instead of " + expected.shape().text();
    if (!isFloat(expected.dtype()))
        return identical(expected, actual) ? "" : "the values differ";
    double largest = 0, worst = 0;
    for (std::int64_t i = 0; i < expected.elements(); ++i)
        if (std::isfinite(expected.at(i)))
            largest = std::max(largest, std::abs(expected.at(i)));
    for (std::int64_t i = 0; i < expected.elements(); ++i) {
        const double a = actual.at(i), e = expected.at(i);
        if ((std::isnan(e) && std::isnan(a)) || a == e)
            continue;
        worst = std::max(worst, std::isfinite(a) && std::isfinite(e) ? std::abs(a - e) : HUGE_VAL);
    }
    const double allowed = largest * (tolerance > 0 ? tolerance + unitOf(expected.dtype()) : 0) + expectedError;
    return worst <= allowed ? "" : "a difference of " + std::to_string(worst) + ", the largest value is " + std::to_string(largest);
}

/// Compiled for the shapes of the inputs at hand.
TensorMap runKernels(const Graph& graph, const TensorMap& inputs)
{
    CompileOptions options;
    options.keepSlots = false;
    for (const auto& [name, tensor] : inputs)
        options.inputShapes[name] = tensor.shape();
    const auto program = Program::compile(graph, options);
    return Execution(program).run(inputs, program->defaultBinding());
}

TensorMap runIn(Mode mode, const Graph& graph, const TensorMap& inputs)
{
    switch (mode) {
    case Mode::reference: return runReference(graph, inputs, Control());
    case Mode::kernels: return runKernels(graph, inputs);
    case Mode::simplified: return runReference(simplify(graph).graph, inputs, Control());
    case Mode::roundTrip: return runReference(readModel(writeModel(graph), "onnx", Control()).graph, inputs, Control());
    }
    return {};
}

/// The parts of a text that stand between lines that begin with `mark`, each with the rest of its first line.
std::vector<std::pair<std::string, std::string>> sections(const std::string& text, const std::string& mark)
{
    std::vector<std::pair<std::string, std::string>> result;
    for (std::size_t start = 0; start < text.size();) {
        const std::size_t end = std::min(text.find('\n', start), text.size());
        const std::string line = text.substr(start, end - start);
        if (line.starts_with(mark))
            result.push_back({line.substr(mark.size()), {}});
        else if (!result.empty())
            result.back().second += line + "\n";
        start = end + 1;
    }
    return result;
}

NodeCase parseCase(const std::string& name, const std::string& text)
{
    const std::size_t split = text.find("--\n");
    NodeCase result{name, parseGraph(text.substr(0, split)), {}, 0};
    const int opset = result.graph.opsets.at("");
    upgradeOperators(result.graph, opset);
    inferShapes(result.graph);
    const Graph data = parseGraph(split == std::string::npos ? "" : text.substr(split + 3));
    const auto constant = [&](ValueId id) {
        const ValueId found = data.find(result.graph.value(id).name);
        return found.valid() ? data.value(found).constant : Tensor();
    };
    NodeCase::Set set;
    for (const ValueId id : result.graph.inputs)
        set.inputs[result.graph.value(id).name] = constant(id);
    for (const ValueId id : result.graph.outputs)
        set.expected.push_back(constant(id));
    result.sets.push_back(std::move(set));
    return result;
}

}

std::string_view modeName(Mode mode)
{
    constexpr std::array<std::string_view, modes.size()> names{"reference", "kernels", "simplified", "round trip"};
    return names[static_cast<std::size_t>(mode)];
}

NodeCase readNodeCase(const Path& folder)
{
    NodeCase result{folder.filename().string(), readModelOf(folder / "model.onnx"), {}, 0};
    const Graph& graph = result.graph;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        if (!entry.is_directory())
            continue;
        NodeCase::Set set;
        const std::vector<Tensor> inputs = readTensorFiles(entry.path(), "input_", graph, graph.inputs);
        set.expected = readTensorFiles(entry.path(), "output_", graph, graph.outputs);
        for (std::size_t i = 0; i < std::min(inputs.size(), graph.inputs.size()); ++i)
            set.inputs[graph.value(graph.inputs[i]).name] = inputs[i];
        result.sets.push_back(std::move(set));
    }
    return result;
}

std::vector<NodeCase> readTextCases(const Path& file)
{
    std::vector<NodeCase> cases;
    for (const auto& [name, text] : sections(systemFs().readText(file), "== "))
        cases.push_back(parseCase(name, text));
    return cases;
}

std::vector<NodeCase> ownCases()
{
    std::vector<Path> files;
    for (const auto& entry : std::filesystem::directory_iterator(sourceFile("tests/suites/cases")))
        files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    std::vector<NodeCase> cases;
    for (const Path& file : files)
        for (NodeCase& nodeCase : readTextCases(file))
            cases.push_back(std::move(nodeCase));
    return cases;
}

std::string faultOf(const NodeCase& nodeCase, Mode mode)
{
    const Graph& graph = nodeCase.graph;
    for (const NodeCase::Set& set : nodeCase.sets) {
        const TensorMap results = runIn(mode, graph, set.inputs);
        if (set.expected.size() != graph.outputs.size())
            return "the number of outputs is " + std::to_string(graph.outputs.size());
        for (std::size_t i = 0; i < set.expected.size(); ++i) {
            const Value& output = graph.value(graph.outputs[i]);
            const Tensor& actual = results.at(output.name);
            if (const std::string what = difference(set.expected[i], actual, toleranceOf(graph), nodeCase.expectedError);
                !what.empty())
                return output.name + ": " + what;
            if (output.dtype != actual.dtype())
                return output.name + ": the type inferred is " + std::string(dtypeName(output.dtype));
        }
    }
    return nodeCase.sets.empty() ? "there is no data" : "";
}

void addOperators(const Graph& graph, std::map<std::string, int>& counts)
{
    for (const Node& node : graph.nodes()) {
        ++counts[opId(node)];
        for (const GraphPtr& body : bodies(node))
            addOperators(*body, counts);
    }
}

}
