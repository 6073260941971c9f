// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>

#include "core/base/error.h"
#include "core/tensor/dtype.h"

namespace lathe {

/// Calls `work.template operator()<T>()` with the C++ type that stores elements of `type` (int2 and int4 as
/// std::int8_t, uint2 and uint4 as std::uint8_t). Throws Error{dtypeMismatch} for string,
/// undefined and the 8-bit floats.
template <typename Work>
decltype(auto) withStorageType(DType type, Work&& work)
{
    switch (type) {
    case DType::float32:
        return work.template operator()<float>();
    case DType::float64:
        return work.template operator()<double>();
    case DType::float16:
        return work.template operator()<Float16>();
    case DType::bfloat16:
        return work.template operator()<BFloat16>();
    case DType::int2:
    case DType::int4:
    case DType::int8:
        return work.template operator()<std::int8_t>();
    case DType::int16:
        return work.template operator()<std::int16_t>();
    case DType::int32:
        return work.template operator()<std::int32_t>();
    case DType::int64:
        return work.template operator()<std::int64_t>();
    case DType::uint2:
    case DType::uint4:
    case DType::uint8:
        return work.template operator()<std::uint8_t>();
    case DType::uint16:
        return work.template operator()<std::uint16_t>();
    case DType::uint32:
        return work.template operator()<std::uint32_t>();
    case DType::uint64:
        return work.template operator()<std::uint64_t>();
    case DType::boolean:
        return work.template operator()<bool>();
    case DType::undefined:
    case DType::string:
    case DType::float8e4m3fn:
    case DType::float8e4m3fnuz:
    case DType::float8e5m2:
    case DType::float8e5m2fnuz:
        break;
    }
    throw Error(ErrorCode::dtypeMismatch, "",
                {{"actual", std::string(dtypeName(type))}, {"expected", "a numeric element type"}});
}

} // namespace lathe
