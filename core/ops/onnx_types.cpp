// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ops/onnx_types.h"

namespace lathe {

DType dtypeFromOnnx(std::int64_t number)
{
    switch (number) {
    case 1: return DType::float32;
    case 2: return DType::uint8;
    case 3: return DType::int8;
    case 4: return DType::uint16;
    case 5: return DType::int16;
    case 6: return DType::int32;
    case 7: return DType::int64;
    case 8: return DType::string;
    case 9: return DType::boolean;
    case 10: return DType::float16;
    case 11: return DType::float64;
    case 12: return DType::uint32;
    case 13: return DType::uint64;
    case 16: return DType::bfloat16;
    case 17: return DType::float8e4m3fn;
    case 18: return DType::float8e4m3fnuz;
    case 19: return DType::float8e5m2;
    case 20: return DType::float8e5m2fnuz;
    case 21: return DType::uint4;
    case 22: return DType::int4;
    case 25: return DType::uint2;
    case 26: return DType::int2;
    default: return DType::undefined;
    }
}

}
