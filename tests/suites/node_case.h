// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/fs.h"
#include "core/ops/reference.h"

namespace lathe::test {

/// A model with inputs and the outputs that they must give, in the graph's order.
struct NodeCase {
    struct Set {
        TensorMap inputs;
        std::vector<Tensor> expected;
    };

    std::string name;
    Graph graph;
    std::vector<Set> sets;
    double expectedError = 0;  ///< of the expected values themselves, absolute
};

/// A way to compute a case. All must agree.
enum class Mode : std::uint8_t { reference, kernels, simplified, roundTrip };
inline constexpr std::array modes{Mode::reference, Mode::kernels, Mode::simplified, Mode::roundTrip};
std::string_view modeName(Mode mode);

/// A folder of ONNX's test data: model.onnx and folders of input_0.pb, output_0.pb ... Throws Error.
NodeCase readNodeCase(const Path& folder);
/// The cases of a text file: "== name", the graph's text form, "--", inputs and outputs as constants of the same names.
/// Throws Error.
std::vector<NodeCase> readTextCases(const Path& file);
/// All of tests/suites/cases.
std::vector<NodeCase> ownCases();

/// Runs a case; "" when all its outputs are right. Throws Error where it cannot run.
std::string faultOf(const NodeCase& nodeCase, Mode mode);

/// The table ids of all operators in the graph and its bodies.
void addOperators(const Graph& graph, std::map<std::string, int>& counts);

}
