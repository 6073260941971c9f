// SPDX-License-Identifier: GPL-3.0-or-later
// The engine's own operator for functions of one 8-bit code: it occurs in graphs made for integer kernels, in
// no file.
#include "core/ops/infer_helpers.h"

namespace lathe {

namespace {

/// x (uint8) and the results of all 256 codes.
std::vector<ValueInfo> inferTable(const InferContext& context)
{
    return {{DType::uint8, context.input(0).shape, {}}};
}

std::vector<Tensor> runTable(const RunContext& context)
{
    const Tensor& input = context.input(0);
    const auto table = context.input(1).data<std::uint8_t>();
    if (table.size() != 256)
        context.fail("the table does not have 256 codes");
    Tensor output(DType::uint8, input.shape());
    const auto from = input.data<std::uint8_t>();
    const auto to = output.mutableData<std::uint8_t>();
    for (std::size_t i = 0; i < to.size(); ++i)
        to[i] = table[from[i]];
    return {output};
}

}

void register_code_table(Table<Op>& table)
{
    table.add(
        {.id = "lathe::CodeTable", .exactness = Exactness::exact, .infer = inferTable, .run = runTable});
}

}
