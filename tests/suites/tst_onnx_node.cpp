// SPDX-License-Identifier: GPL-3.0-or-later
// walks core/ops/ops.def
// ONNX's own node tests (package libonnx-testdata), run by the plain reference implementations.
#include <QTest>
#include <cmath>
#include <fstream>
#include <map>
#include <set>

#include "core/formats/formats.h"
#include "core/formats/onnx_tensor.h"
#include "core/ops/reference.h"
#include "tests/support/shared_files.h"

using namespace lathe;

namespace {

const Path nodeTests = "/usr/share/libonnx-testdata/data/node";

/// Cases that are not run, by name, with the reason; a name may end in '*'. Lines "name: reason".
std::map<std::string, std::string> readSkipped()
{
    std::map<std::string, std::string> skipped;
    std::ifstream file(test::sourceFile("tests/suites/onnx_node_skipped.txt"));
    for (std::string line; std::getline(file, line);)
        if (const auto colon = line.find(": "); colon != std::string::npos && line[0] != '#')
            skipped[line.substr(0, colon)] = line.substr(colon + 2);
    return skipped;
}

std::string skipReason(const std::map<std::string, std::string>& skipped, const std::string& name)
{
    for (const auto& [pattern, reason] : skipped)
        if (pattern == name || (pattern.back() == '*' && name.starts_with(pattern.substr(0, pattern.size() - 1))))
            return reason;
    return {};
}

Tensor readTensorFile(const Path& path)
{
    const auto file = systemFs().map(path);
    ExternalData external{Path()};
    return onnx::readTensor(file->bytes(), path.string(), {file, external});
}

/// input_0.pb, input_1.pb ... of one data set.
std::vector<Tensor> readTensorFiles(const Path& folder, const std::string& stem)
{
    std::vector<Tensor> tensors;
    for (int i = 0; std::filesystem::exists(folder / (stem + std::to_string(i) + ".pb")); ++i)
        tensors.push_back(readTensorFile(folder / (stem + std::to_string(i) + ".pb")));
    return tensors;
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
std::string difference(const Tensor& expected, const Tensor& actual, double tolerance)
{
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
    const double allowed = largest * (tolerance > 0 ? tolerance + unitOf(expected.dtype()) : 0);
    return worst <= allowed ? "" : "the largest difference is " + std::to_string(worst / largest) + " of the largest value";
}

/// Some cases are kept at the operator set in which their operator appeared, before the oldest one that is read. Their
/// operators have the same form in set 7, so that number, the last byte of the file, is raised.
ImportedModel readCase(const Path& path)
{
    constexpr std::byte opsetImport{0x42}, version{0x10};
    Bytes bytes = systemFs().read(path);
    const std::size_t end = bytes.size();
    const bool named = bytes[end - 6] == opsetImport, unnamed = bytes[end - 4] == opsetImport;
    if ((named || unnamed) && bytes[end - 2] == version && bytes[end - 1] < std::byte{7})
        bytes[end - 1] = std::byte{7};
    return readModel(std::move(bytes), "onnx", Control());
}

/// Runs one case; "" when all its outputs are right.
std::string runCase(const Path& folder)
{
    const Control control;
    const ImportedModel model = readCase(folder / "model.onnx");
    const Graph& graph = model.graph;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        if (!entry.is_directory())
            continue;
        const std::vector<Tensor> inputs = readTensorFiles(entry.path(), "input_");
        const std::vector<Tensor> expected = readTensorFiles(entry.path(), "output_");
        TensorMap byName;
        for (std::size_t i = 0; i < std::min(inputs.size(), graph.inputs.size()); ++i)
            byName[graph.value(graph.inputs[i]).name] = inputs[i];
        const TensorMap results = runReference(graph, byName, control);
        if (expected.size() != graph.outputs.size())
            return "the number of outputs is " + std::to_string(graph.outputs.size());
        for (std::size_t i = 0; i < expected.size(); ++i) {
            const Value& output = graph.value(graph.outputs[i]);
            const Tensor& actual = results.at(output.name);
            if (const std::string what = difference(expected[i], actual, toleranceOf(graph)); !what.empty())
                return output.name + ": " + what;
            if (output.dtype != actual.dtype())
                return output.name + ": the type inferred is " + std::string(dtypeName(output.dtype));
        }
    }
    return {};
}

}

class TstOnnxNode : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        if (!std::filesystem::exists(nodeTests))
            QSKIP("the package libonnx-testdata is not installed");
    }

    void matches_data()
    {
        QTest::addColumn<QString>("reason");
        const auto skipped = readSkipped();
        std::set<std::string> names;
        for (const auto& entry : std::filesystem::directory_iterator(nodeTests))
            names.insert(entry.path().filename().string());
        for (const std::string& name : names)
            QTest::newRow(name.c_str()) << QString::fromStdString(skipReason(skipped, name.substr(5)));
    }

    void matches()
    {
        QFETCH(QString, reason);
        std::string fault;
        try {
            fault = runCase(nodeTests / QTest::currentDataTag());
        } catch (const Error& error) {
            fault = error.message();
        }
        if (reason.isEmpty()) {
            QVERIFY2(fault.empty(), fault.c_str());
        } else {
            QVERIFY2(!fault.empty(), "this case passes; take it off tests/suites/onnx_node_skipped.txt");
            QSKIP(qPrintable(reason));
        }
    }

    /// Every name of the list is that of a case.
    void listIsCurrent()
    {
        for (const auto& [pattern, reason] : readSkipped()) {
            bool found = false;
            for (const auto& entry : std::filesystem::directory_iterator(nodeTests))
                found = found || !skipReason({{pattern, reason}}, entry.path().filename().string().substr(5)).empty();
            QVERIFY2(found, ("no case is called " + pattern).c_str());
        }
    }
};

QTEST_GUILESS_MAIN(TstOnnxNode)
#include "tst_onnx_node.moc"
