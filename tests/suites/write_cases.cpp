// SPDX-License-Identifier: GPL-3.0-or-later
// Writes our own cases as models and arrays, for tests/interop: write_cases FOLDER
#include <cstdio>
#include <filesystem>

#include "core/base/json.h"
#include "core/formats/formats.h"
#include "core/tensor/npy.h"
#include "tests/suites/node_case.h"

using namespace lathe;

namespace {

Json writeCase(const test::NodeCase& nodeCase, const Path& folder)
{
    std::filesystem::create_directories(folder);
    systemFs().writeWhole(folder / "model.onnx", writeModel(nodeCase.graph));
    Json entry{{"name", nodeCase.name}, {"inputs", Json::array()}, {"outputs", Json::array()}};
    const auto write = [&](const std::string& name, const std::string& file, const Tensor& tensor) {
        if (!tensor.empty())
            systemFs().writeWhole(folder / file, writeNpy(tensor));
        return Json{{"name", name},
                    {"file", tensor.empty() ? "" : file},
                    {"dtype", std::string(dtypeName(tensor.dtype()))},
                    {"shape", tensor.shape().dims()}};
    };
    int count = 0;
    const test::NodeCase::Set& set = nodeCase.sets.front();
    for (const auto& [name, tensor] : set.inputs)
        entry["inputs"].push_back(write(name, "input_" + std::to_string(count++) + ".npy", tensor));
    for (std::size_t i = 0; i < set.expected.size(); ++i)
        entry["outputs"].push_back(write(nodeCase.graph.value(nodeCase.graph.outputs[i]).name,
                                         "output_" + std::to_string(i) + ".npy", set.expected[i]));
    return entry;
}

}

int main(int argc, char** argv)
{
    if (argc != 2) {
        std::fprintf(stderr, "usage: write_cases FOLDER\n");
        return 2;
    }
    try {
        Json index = Json::array();
        for (const test::NodeCase& nodeCase : test::ownCases())
            index.push_back(writeCase(nodeCase, Path(argv[1]) / nodeCase.name));
        systemFs().writeWhole(Path(argv[1]) / "index.json", dumpJsonPretty(index));
    } catch (const Error& error) {
        std::fprintf(stderr, "%s\n", error.message().c_str());
        return 1;
    }
    return 0;
}
