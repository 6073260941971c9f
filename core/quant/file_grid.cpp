// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/file_grid.h"

#include <algorithm>

namespace lathe {

namespace {

FileGrid inContainer(const Encoding& encoding, int bits, bool isSigned)
{
    FileGrid grid;
    grid.encoding = encoding;
    grid.encoding.format = NumberFormat::integer(bits, isSigned);
    if (encoding.format.isSigned && !isSigned)
        grid.offset = 1 << (bits - 1);
    for (std::int32_t& zeroPoint : grid.encoding.zeroPoint)
        zeroPoint += grid.offset;
    grid.encoding.minimumCode += grid.offset;
    grid.encoding.maximumCode += grid.offset;
    return grid;
}

bool isWhole(const Encoding& encoding)
{
    return encoding.minimumCode == encoding.format.minimumCode() &&
           encoding.maximumCode == encoding.format.maximumCode();
}

} // namespace

bool FileGrid::isNarrow() const
{
    return !isWhole(encoding);
}

FileGrid activationFileGrid(const Encoding& encoding, bool packed)
{
    const int bits = encoding.format.bits;
    if (bits == 4 && packed && isWhole(encoding))
        return inContainer(encoding, 4, encoding.format.isSigned);
    if (bits <= 8)
        return inContainer(encoding, 8, false);
    return inContainer(encoding, 16, encoding.format.isSigned);
}

FileGrid weightFileGrid(const Encoding& encoding, bool packed)
{
    const int bits = encoding.format.bits;
    if (bits > 16)
        return {encoding, 0}; // biases
    return inContainer(encoding, bits <= 4 && packed ? 4 : bits <= 8 ? 8 : 16, encoding.format.isSigned);
}

Tensor fileCodes(const Tensor& codes, const FileGrid& grid)
{
    const DType container = grid.encoding.format.container();
    if (grid.offset == 0)
        return codes.converted(container);
    Tensor wide = codes.converted(DType::int32);
    for (std::int32_t& code : wide.mutableData<std::int32_t>())
        code += grid.offset;
    return wide.converted(container);
}

} // namespace lathe
