// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/widen_halves.h"

namespace lathe {

bool isHalf(DType type)
{
    return type == DType::float16 || type == DType::bfloat16;
}

void widenHalves(Graph& graph)
{
    for (std::int32_t i = 0; i < static_cast<std::int32_t>(graph.values().size()); ++i) {
        Value& value = graph.value(ValueId{i});
        if (!isHalf(value.dtype))
            continue;
        value.dtype = DType::float32;
        if (value.isConstant())
            value.constant = value.constant.converted(DType::float32);
    }
}

}
