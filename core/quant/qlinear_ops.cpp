// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/qlinear_ops.h"

#include <array>
#include <string_view>

namespace lathe {

namespace {

struct Row
{
    std::string_view quantized;
    std::string_view domain;
    std::string_view op;
    int operands;
    int bias; ///< operand index, -1 without
};

constexpr std::string_view contrib = "com.microsoft";

/// All but the variadic concatenation: operands as (codes, scale, zero-point), then the output's scale and
/// zero-point, then the bias (QGemm has it before the output's).
constexpr std::array rows{
    Row{"QLinearConv", "", "Conv", 2, 8},
    Row{"QLinearMatMul", "", "MatMul", 2, -1},
    Row{"QGemm", contrib, "Gemm", 2, 6},
    Row{"QLinearAdd", contrib, "Add", 2, -1},
    Row{"QLinearMul", contrib, "Mul", 2, -1},
    Row{"QLinearSigmoid", contrib, "Sigmoid", 1, -1},
    Row{"QLinearLeakyRelu", contrib, "LeakyRelu", 1, -1},
    Row{"QLinearGlobalAveragePool", contrib, "GlobalAveragePool", 1, -1},
    Row{"QLinearAveragePool", contrib, "AveragePool", 1, -1},
    Row{"QLinearSoftmax", contrib, "Softmax", 1, -1},
};

QLinearForm concatForm(const Node& node)
{
    QLinearForm form;
    form.op = "Concat";
    form.outputScale = 0;
    form.outputZeroPoint = 1;
    for (std::size_t i = 2; i + 2 < node.inputs.size(); i += 3)
        form.operands.push_back({i, i + 1, i + 2});
    return form;
}

} // namespace

std::optional<QLinearForm> qlinearForm(const Node& node)
{
    if (node.op == "QLinearConcat" && node.domain == contrib)
        return concatForm(node);
    for (const Row& row : rows) {
        if (node.op != row.quantized || node.domain != row.domain)
            continue;
        QLinearForm form;
        form.op = row.op;
        std::size_t next = 0;
        for (int i = 0; i < row.operands; ++i, next += 3)
            form.operands.push_back({next, next + 1, next + 2});
        if (row.bias >= 0)
            form.bias = static_cast<std::size_t>(row.bias);
        if (form.bias == next)
            ++next;
        form.outputScale = next;
        form.outputZeroPoint = next + 1;
        return form;
    }
    return std::nullopt;
}

int qlinearAxis(const Node& node, const QLinearForm& form, std::size_t index, int rank)
{
    if (index != 1 || rank < 1)
        return -1;
    if (form.op == "Conv")
        return 0;
    if (form.op == "MatMul")
        return rank - 1;
    if (form.op == "Gemm")
        return node.integer("transB", 0) != 0 ? 0 : 1;
    return -1;
}

} // namespace lathe
